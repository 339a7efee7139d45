// When losses happened, at a glance: one row of characters for a span of time, higher or larger where there were more.

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/** One character a column, `width` of them. `times` in milliseconds; those outside of the span count for its first or last column. */
export function stripOf(times: readonly number[], from: number, to: number, width: number, blocks: boolean): string {
  const column = Math.max(1, to - from) / width
  const counts = new Array<number>(width).fill(0)
  for (const at of times) {
    const index = Math.min(width - 1, Math.max(0, Math.floor((at - from) / column)))
    counts[index] = (counts[index] ?? 0) + 1
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 1)
  return counts.map(n => (blocks ? block(n, most) : digit(n))).join('')
}

/** Height in proportion to the fullest column. */
function block(count: number, most: number): string {
  if (count === 0) return '·'
  return BLOCKS[Math.ceil((count / most) * BLOCKS.length) - 1] ?? '█'
}

/** A digit, for terminals without block characters. */
function digit(count: number): string {
  if (count === 0) return '.'
  return count > 9 ? '#' : String(count)
}

/** Whether a terminal shows block characters: its locale says UTF-8. */
export function showsBlocks(env: Readonly<Record<string, string | undefined>>): boolean {
  const { LC_ALL: all, LC_CTYPE: ctype, LANG: lang } = env
  const locale = [all, ctype, lang].find(l => l !== undefined && l !== '') ?? ''
  return /utf-?8/i.test(locale)
}
