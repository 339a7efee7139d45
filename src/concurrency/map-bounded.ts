// Work on many items, some of them at a time.

/**
 * The results in the order of the items, at most `limit` of them at work at the same time. Rejects with the first error: then
 * nothing more is begun, and what is under way ends unheard.
 */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  const waiting = items.entries()
  let hasFailed = false
  const work = async (): Promise<void> => {
    // The workers share the iterator: each takes the next item that nobody has.
    for (const [index, item] of waiting) {
      if (hasFailed) return
      results[index] = await map(item)
    }
  }
  const workers = Array.from({ length: Math.min(limit, items.length) }, work)
  try {
    await Promise.all(workers)
  } catch (error) {
    hasFailed = true
    throw error
  }
  return results
}
