// Masks what is in the config but must not be shown: the path of a URL (a webhook is its own password), a token.
// Messages, syntax errors and `netheal config` all go through here. Pure; keeps the length where a caret points into it.
import { withSecretValues } from '../core/secret-values.ts'

const URLS = /(https?:(?:\\?\/){2})([^\s"'<>\\/?#]*)((?:\\?[/?#])[^\s"'<>]*)?/gi

/** A key that may hold a secret, misspelt or not. */
const SECRET_KEY = /url|tok|secret|passw|hook|auth|key/i
const VALUE = /"[^"\n]*|'[^'\n]*|[^\s"',}\]]+/y

/** Text with each http(s) URL cut after its host: `https://hooks.slack.com/...`. Users and passwords are starred. */
export function withoutUrls(text: string): string {
  return text.replace(URLS, (_, scheme: string, authority: string, rest = '') => {
    return `${scheme}${openPart(authority)}${rest === '' || rest === '/' ? rest : '/...'}`
  })
}

/** A value in the place of a secret, as messages show it: the host of a URL, the kind of anything else. */
export function hidden(value: unknown): string {
  if (typeof value === 'string' && value !== '') {
    const host = hostOf(value)
    return host === null ? 'a string (not shown)' : `"${host}"`
  }
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return ''
  return Array.isArray(value) ? 'an array (not shown)' : 'an object (not shown)'
}

/** The text of a config file with its secrets overwritten by `x`, character by character: indexes stay valid. */
export function overwritten(text: string): string {
  const crossedTokens = text.replace(
    /\b((?:bearer|basic) +)([^\s"']+)/gi,
    (_, word: string, token: string) => `${word}${crossed(token)}`,
  )
  const isSecret = (name: string): boolean => SECRET_KEY.test(name)
  return withSecretValues(crossedTokens, { isSecret, value: VALUE, instead: keepUrl }).replace(
    URLS,
    (_, scheme: string, authority: string, rest = '') => {
      return `${scheme}${openPart(authority) === authority ? authority : crossed(authority)}${crossed(rest)}`
    },
  )
}

/** The host of a URL may be read; what follows it is crossed out. */
function keepUrl(value: string): string {
  const [start = ''] = /^["']?https?:(?:\\?\/){2}[\w.:[\]-]*(?=[/?#\\"'\s]|$)/i.exec(value) ?? []
  return `${start}${crossed(value.slice(start.length))}`
}

/** White space and what JSON is made of stay, so that a mistake in them is still the same mistake. */
function crossed(text: string): string {
  return text.replace(/[^\s"'\\,{}[\]]/g, 'x')
}

/** Of a URL its host, `https://host/...`; null for what does not begin like a web URL. */
export function hostOf(text: string): string | null {
  const [, scheme, authority] = /^(https?:\/\/)([^\s"'<>\\/?#]+)/i.exec(text.slice(0, 300)) ?? []
  return scheme === undefined || authority === undefined ? null : `${scheme}${openPart(authority)}/...`
}

/** Host and port, when it is nothing but these. */
function openPart(authority: string): string {
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  const plain = /^(?:[\w.-]*|\[[\da-f:.]*\])(?::\d{1,5})?$/i.test(host) ? host : '***'
  return host === authority ? plain : `***@${plain}`
}
