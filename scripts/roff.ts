// The manual page's language (man(7), as both groff and mandoc read it): text made harmless, and the few macros in use.

/** Text of a line: nothing in it is a request or an escape, dashes are the ones that are typed, `code` is bold. */
export function prose(text: string): string {
  const parts = text.split('`')
  // An odd one out is no pair of marks.
  const marked = parts.length % 2 === 1 ? parts : [text]
  const line = marked.map((part, i) => (i % 2 === 1 ? `\\fB${plain(part)}\\fR` : plain(part))).join('')
  return folded(line.replace(/\s+/g, ' ').trim()).map(guarded).join('\n')
}

/** Text in bold: what is typed as it stands. */
export function bold(text: string): string {
  return `\\fB${plain(text)}\\fR`
}

/** Text in italics: what stands for something else. */
export function italic(text: string): string {
  return `\\fI${plain(text)}\\fR`
}

export function section(title: string): string {
  return `.SH ${argument(title)}`
}

/** A term that is marked up already, and what it means. */
export function item(term: string, meaning: string): string {
  return `.TP\n${guarded(term)}\n${meaning}`
}

export function paragraph(text: string): string {
  return `.PP\n${text}`
}

/** Lines that stay as they are, one below the other. */
export function display(lines: readonly string[]): string {
  return ['.RS 4', '.nf', ...lines.map(line => guarded(plain(line))), '.fi', '.RE'].join('\n')
}

/** The argument of a macro, as one. */
export function argument(text: string): string {
  return `"${plain(text).replaceAll('"', '\\(dq')}"`
}

const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
}

function plain(text: string): string {
  return text
    .replace(/[\t\n\r]/g, ' ')
    .replace(/[\\\-'`^~]/g, special => SPECIAL[special] ?? special)
    .replace(
      /[^\u0020-\u007e]/gu,
      other => `\\[u${(other.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
}

/** Lines of the page's source that a person can read as well; the page itself is filled anew. */
function folded(line: string): readonly string[] {
  const lines: string[] = []
  for (const word of line.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= 80) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

/** A point or an apostrophe at the beginning of a line would make it a request. */
function guarded(line: string): string {
  return /^(\\f.)*[.']/.test(line) ? `\\&${line}` : line
}
