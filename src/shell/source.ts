// A text that begins at a line of a file.
import type { Source } from './state.ts'

export function textSource(file: string | null, text: string, firstLine: number): Source {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  const lineAt = (position: number): number => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= position) low = middle
      else high = middle
    }
    return firstLine + low
  }
  return { file, text, lineAt }
}
