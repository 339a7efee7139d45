// One piece of work after another, in the order in which they were given.

/** What it returns runs `work` when all before it is over, well or not, and settles as `work` does. */
export function serialQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}
