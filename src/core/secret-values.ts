// Where a text holds the value of something whose name says that it is a secret: NAME=value, "name": "value". The name is read
// word by word, and never tried again from its middle: others write these texts, and a pattern that goes back costs minutes.

const WORD = /[\w-]+/g
/** After a name in quotes the value may stand on the next line. */
const ASSIGNED = /["']\s{0,40}[:=]\s{0,200}|[^\S\n]{0,40}[:=][^\S\n]{0,200}/y

export interface SecretValues {
  isSecret(name: string): boolean
  /** Sticky: matches a value from where it begins. */
  readonly value: RegExp
  instead(value: string): string
}

/** The text with each such value replaced. Linear in the text. */
export function withSecretValues(text: string, { isSecret, value, instead }: SecretValues): string {
  const parts: string[] = []
  let done = 0
  WORD.lastIndex = 0
  for (let word = WORD.exec(text); word !== null; word = WORD.exec(text)) {
    if (!isSecret(word[0])) continue
    const found = matchAt(ASSIGNED, text, WORD.lastIndex)
    if (found === null) continue
    const start = WORD.lastIndex + found.length
    const what = matchAt(value, text, start)
    if (what === null) continue
    parts.push(text.slice(done, start), instead(what))
    done = start + what.length
    WORD.lastIndex = done
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(done)
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}
