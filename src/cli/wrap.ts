// Wraps text to a terminal's width: between words, with continuation lines indented.

/** Columns. Hardly any terminal is narrower, and on a wider one this reads well too. */
export const SCREEN_WIDTH = 80

/** `indent` of the first line, `hang` of the others. Plain text: colours would count. Words too long for a line are cut. */
export function wrapped(text: string, indent: number, hang: number): readonly string[] {
  const lines: string[] = []
  let line = ' '.repeat(indent)
  let isFresh = true
  const next = (): void => {
    lines.push(line)
    line = ' '.repeat(hang)
    isFresh = true
  }
  for (const word of text.split(' ')) {
    if (!isFresh && line.length + 1 + word.length > SCREEN_WIDTH) next()
    let rest = isFresh ? word : ` ${word}`
    isFresh = false
    while (line.length + rest.length > SCREEN_WIDTH) {
      const room = SCREEN_WIDTH - line.length
      line += rest.slice(0, room)
      rest = rest.slice(room)
      next()
      isFresh = false
    }
    line += rest
  }
  return [...lines, line]
}
