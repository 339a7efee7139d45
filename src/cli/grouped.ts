// Many attachments on one screen: what is alike is said once, of one container on several networks or of several containers on
// one. So a rule that means many attachments takes one line.

/** From so many on: two are as short apart. */
const FEWEST = 3
const MOST_NAMED = 3

export interface Group<T> {
  readonly items: readonly T[]
  /** One of both is a name, the other may be `20 networks (a, b, c and 17 more)`. */
  readonly container: string
  readonly network: string
}

/** In the order of the first item of each group. @param likeness what has to be the same for two to be said as one; null: never */
export function grouped<T extends { readonly container: string; readonly network: string }>(
  items: readonly T[],
  likeness: (item: T) => string | null,
): readonly Group<T>[] {
  const place = new Map<T, string>()
  const put = (some: readonly T[], by: 'container' | 'network'): readonly T[] => {
    const groups = Map.groupBy(some, item => {
      const like = likeness(item)
      return like === null ? null : JSON.stringify([by, item[by], like])
    })
    for (const [key, alike] of groups)
      if (key !== null && alike.length >= FEWEST) for (const item of alike) place.set(item, key)
    return some.filter(item => !place.has(item))
  }
  put(put(items, 'container'), 'network')
  return [...Map.groupBy(items, item => place.get(item) ?? item).values()].map(groupOf)
}

function groupOf<T extends { readonly container: string; readonly network: string }>(items: readonly T[]): Group<T> {
  return {
    items,
    container: several([...new Set(items.map(i => i.container))], 'containers'),
    network: several([...new Set(items.map(i => i.network))], 'networks'),
  }
}

function several(names: readonly string[], what: string): string {
  const [only] = names
  if (names.length === 1 && only !== undefined) return only
  const more = names.length - MOST_NAMED
  return `${names.length} ${what} (${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''})`
}
