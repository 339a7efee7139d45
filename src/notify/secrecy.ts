// What a server answers is shown to the operator, but never where it repeats what was a secret: an error page that quotes
// the address, a refusal that quotes the token.
import { plain } from './rules/notice-words.ts'

/** So many characters in a row of a secret are enough to hide the answer. `webhooks` in an address must not. */
const TELLING = 9

/** The start of an answer, on one line; a note instead where it repeats a part of `secrets`. */
export function shownAnswer(answer: string, secrets: readonly string[]): string {
  const line = plain(answer, 200)
  if (line === '') return ''
  const variants = [answer, decoded(answer), unescaped(answer)].map(t => t.toLowerCase())
  return secrets.some(secret => variants.some(text => repeats(text, secret)))
    ? '(its answer is not shown: it repeats the address or the token)'
    : line
}

function repeats(text: string, secret: string): boolean {
  return [secret, decoded(secret)].some(form => {
    const lower = form.toLowerCase()
    if (lower.length <= TELLING) return lower.length >= 4 && text.includes(lower)
    for (let i = 0; i + TELLING <= lower.length; i++) if (text.includes(lower.slice(i, i + TELLING))) return true
    return false
  })
}

/** The parts of an address that let somebody in: path and query, user and password. */
export function secretsIn(url: URL): readonly string[] {
  const { pathname, search, hash, username, password } = url
  return [`${pathname}${search}${hash}`, username, password].filter(part => part !== '' && part !== '/')
}

function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, run => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

function unescaped(text: string): string {
  return text
    .replace(/&#x?2f;|&#47;|\\\//gi, '/')
    .replace(/&amp;/g, '&')
    .replace(/\\u002f/gi, '/')
}
