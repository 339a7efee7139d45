// URLs in the config. Messages about one do not show it: it may be a secret.
import { holdsUnseen } from '../core/printable.ts'

const BEGIN = 'It must begin with "https://" or "http://".'

/** Schemes known from other notifiers. Only these are shown: anything else before `://` may be a secret. */
const FOREIGN = /^(slack|discord|ntfys?|mailto|ftp|wss?|tcp|unix|ssh|file|json|gotify|tgram|telegram):/i

/** What to write instead, as a sentence (empty: the example will do); null when it is a valid http(s) URL. */
export function urlFault(value: string): string | null {
  if (/\s/.test(value)) return 'It contains a space or a line break: remove that.'
  if (holdsUnseen(value)) return 'It contains a control or invisible character: remove that.'
  if (!/^https?:\/\//i.test(value)) {
    const [, scheme] = FOREIGN.exec(value) ?? []
    return scheme === undefined ? BEGIN : `"${scheme.toLowerCase()}:" is not a web address. ${BEGIN}`
  }
  const url = URL.parse(value)
  if (url === null) return 'It is not a valid URL.'
  return url.username === '' && url.password === '' ? null : 'It must not contain a user or a password.'
}
