// What looks like a secret in what others wrote: a script, a log, a crontab, the words of a command. The one masking for all that is
// shown or packed. It knows shapes, not values: whoever knows a secret value adds it to `values`. Linear in the text.
import { type FlagReading, flagReader, isUserAndPassword } from './secret-flags.ts'
import { withSecretValues } from './secret-values.ts'

const MASK = '***'

/** Ids of containers and networks are hexadecimal and stay readable. None of these goes back over what it has passed. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // A webhook is its own password: the host may be known, what follows not.
  [
    /(https?:\/\/(?:hooks\.slack\.com|(?:[\w-]{1,40}\.){0,3}discord(?:app)?\.com\/api\/webhooks|hc-ping\.com|(?:[\w-]{1,40}\.){0,3}healthchecks\.io))\/[^\s"'<>]+/gi,
    `$1/${MASK}`,
  ],
  // A JSON Web Token.
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, MASK],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, MASK],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[\w-]{10,}|sk-[A-Za-z0-9_-]{16,}|glpat-[\w-]{16,})/g, MASK],
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, MASK],
  [/(\b(?:bearer|basic)[^\S\n]{1,40})[\w.~+/=-]{8,}/gi, `$1${MASK}`],
]

const NAME =
  /passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential|authorization|cookie|^x-.*key$|(?:^|[_-])pass$/i

/** In quotes, or until something that ends a value in a shell, in JSON and in prose; the scheme of a header before it stays. */
const VALUE = /"[^"]*"|'[^']*'|(?:bearer |basic )?[^\s;&|,{}()[\]"']+/iy

/**
 * The text with what looks like a secret masked, and each of `values` wherever it stands.
 * @param values secrets that are known; those shorter than four characters are left, they would mask everything
 */
export function masked(text: string, values: readonly string[] = []): string {
  const known = values.filter(v => v.length >= 4).toSorted((a, b) => b.length - a.length)
  const without = known.reduce((rest, value) => rest.replaceAll(value, MASK), text)
  const shaped = SHAPES.reduce((rest, [shape, instead]) => rest.replace(shape, instead), withoutPasswords(without))
  const named = withSecretValues(shaped, { isSecret: isSecretName, value: VALUE, instead: () => MASK })
  return withoutFlagValues(named)
}

/** The words of one command: also what is a secret for the word before it. */
export function maskedWords(words: readonly string[], values: readonly string[] = []): readonly string[] {
  const { read } = flagReader(isSecretName)
  let before: FlagReading = null
  return words.map(word => {
    const isValue = takes(before, word)
    before = isValue ? null : read(word)
    if (isValue) return MASK
    return before?.kind === 'joined' ? `${word.slice(0, before.from)}${MASK}` : masked(word, values)
  })
}

/** The same value with each string in it masked, and whole where its key says that it is a secret. */
export function maskedValue(value: unknown, values: readonly string[] = [], key = ''): unknown {
  if (typeof value === 'string') return isSecretName(key) ? MASK : masked(value, values)
  if (Array.isArray(value)) {
    if (value.every(item => typeof item === 'string') && !isSecretName(key)) return maskedWords(value, values)
    return value.map(item => maskedValue(item, values, key))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [masked(k, values), maskedValue(v, values, k)]))
}

function isSecretName(name: string): boolean {
  return NAME.test(name) && !FAULT.test(name)
}

/** `InvalidPasswordError: password authentication failed` tells what went wrong, and no password. */
const FAULT = /(?:Error|Exception|Warning|Failed|Failure)$/

/** `user:password@` and `token@` in any URL. A password may hold anything but white space: it ends at the last "@" before a "/". */
function withoutPasswords(text: string): string {
  const parts: string[] = []
  let done = 0
  // Where the next "@" or white space is, whatever stands before it.
  let end = -1
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', Math.max(at + 1, done))) {
    const start = at + 3
    const authority = matchAt(AUTHORITY, text, start)
    let last = start + authority.lastIndexOf('@')
    if (last < start && authority.includes(':')) {
      // It may hold a "/" as well.
      if (end < start) end = nextOf(END, text, start)
      if (text[end] === '@') last = end
    }
    if (last < start) continue
    const colon = authority.indexOf(':')
    const user = colon >= 0 && start + colon < last ? `${authority.slice(0, colon)}:` : ''
    parts.push(text.slice(done, start), `${user}${MASK}`)
    done = last
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(done)
}

const AUTHORITY = /[^\s/]*/y
const END = /[@\s]/g

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

function nextOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.exec(text)?.index ?? text.length
}

/** The words of commands in a text; `;`, `&`, `|` and a line feed end one. */
const WORDS = /[^\s;&|]+|[;&|\n]/g
const QUOTED = /"[^"]*"|'[^']*'|[^\s;&|]+/y

function withoutFlagValues(text: string): string {
  const { read, end } = flagReader(isSecretName)
  const parts: string[] = []
  let done = 0
  let before: FlagReading = null
  WORDS.lastIndex = 0
  for (let found = WORDS.exec(text); found !== null; found = WORDS.exec(text)) {
    const [word] = found
    if (/^[;&|\n]$/.test(word)) {
      end()
      before = null
      continue
    }
    const whole = matchAt(QUOTED, text, found.index)
    const isValue = takes(before, bare(whole))
    before = isValue ? null : read(bare(word))
    const from = isValue ? 0 : before?.kind === 'joined' ? word.indexOf('-') + before.from : null
    if (from === null) continue
    const length = isValue ? whole.length : word.length
    parts.push(text.slice(done, found.index + from), MASK)
    done = found.index + length
    WORDS.lastIndex = done
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(done)
}

/** A flag may stand without its value, with another flag after it. */
function takes(before: FlagReading, word: string): boolean {
  if (before === null || before.kind === 'joined' || word === '' || word === MASK) return false
  return before.kind === 'next-user' ? isUserAndPassword(word) : !word.startsWith('-')
}

/** Without the quotes around it, if there are any. */
function bare(word: string): string {
  const quote = word[0]
  if (quote !== '"' && quote !== "'") return word
  return word.at(-1) === quote ? word.slice(1, -1) : word.slice(1)
}
