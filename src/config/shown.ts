// How a value that somebody wrote is shown in a message: short, on one line, and unable to touch a terminal.
// Never longer than about sixty characters, whatever is in the file.
import { printable } from '../core/printable.ts'
import { withoutUrls } from './hidden.ts'

const LONGEST = 48

/** As in `ssh://user:password@host`: printed text ends up in logs. */
const PASSWORD = /:\/\/([^:@/]*):[^@/]*@/g

/** `"text"`, `5 (a number)`, `{"of":5} (an object)`, `null`; a value that is not there is `nothing`. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (value === '') return '"" (empty)'
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return `${value} (a number)`
  if (typeof value === 'boolean') return `${value} (a boolean)`
  return `${shortened(printable(open(JSON.stringify(value))), '')} (${Array.isArray(value) ? 'an array' : 'an object'})`
}

/** A string in double quotes, escaped and shortened, without a password and without what follows the host of a URL. */
export function quoted(text: string): string {
  return shortened(printable(JSON.stringify(open(text))), '"')
}

/** The beginning of a text, without secrets. */
function open(text: string): string {
  return withoutUrls(text.slice(0, 4 * LONGEST)).replace(PASSWORD, '://$1:***@')
}

/** `attachments[0].containers[1].label["coolify.name"]`; the empty path is the file as a whole. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = ''
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`
    else if (/^[$A-Za-z_][\w$-]{0,47}$/.test(String(key))) text += `${text === '' ? '' : '.'}${String(key)}`
    else text += `[${quoted(String(key))}]`
  }
  return text
}

function shortened(text: string, end: string): string {
  if (text.length <= LONGEST) return text
  // By whole characters, so that no surrogate pair is cut in half.
  const whole = [...text.slice(0, 2 * LONGEST)]
  return `${whole.slice(0, LONGEST - 2).join('')}…${end}`
}
