// One entry of `notify` as written in the file. normalize-target.ts makes a `NotifyTarget` of it.
// One object for all formats, so that a key of another format is reported as such.
import * as z from 'zod/mini'
import { NOTICE_KINDS } from '../notify/rules/notice.ts'
import { belongs, needs } from './conflict.ts'
import { secretToken, secretUrl } from './secret-schema.ts'
import { unique } from './unique.ts'
import { argument, path, text, word } from './values.ts'
import { annotate, defaulting, optional, withCheck } from './words.ts'

const WEB = ['json', 'slack', 'discord', 'ntfy'] as const

const address = text(
  { expected: 'an e-mail address, or a user of this host', example: 'ops@example.com', pattern: '^[^-\\s<>]' },
  value => {
    const [, inner] = /<([^<>]+)>$/.exec(value) ?? []
    if (inner !== undefined) return `Write the address only: ${JSON.stringify(inner)}.`
    if (value.includes(',')) return 'Write several as a list: ["a@example.com", "b@example.com"].'
    return isAddress(value) ? null : ''
  },
)

const to = annotate(
  z.union([
    address,
    annotate(
      withCheck(z.array(address), list => (list.length > 0 ? null : '')),
      { expected: 'a list of at least one address', example: ['ops@example.com'], minItems: 1 },
    ),
  ]),
  { expected: 'an e-mail address, or a list of these', example: 'ops@example.com' },
)

const command = annotate(
  withCheck(z.array(argument), list => {
    const [program] = list
    if (program === undefined) return ''
    return program.startsWith('/') ? null : 'The program must be an absolute path, for example "/usr/local/bin/tell".'
  }),
  {
    expected: 'a list: the program and its arguments',
    example: ['/usr/local/bin/tell', 'ops'],
    minItems: 1,
    advise: got => (typeof got === 'string' ? LIST_ADVICE : null),
  },
)

const LIST_ADVICE =
  'There is no shell: write the program and each argument as an entry of a list, for example ["/usr/local/bin/tell", "ops"].'

const kinds = annotate(
  withCheck(z.array(word(NOTICE_KINDS)), list => (list.length > 0 ? null : '')),
  {
    expected: 'a list of at least one of "loop", "failed", "unresolved", "unreachable", "crashed" and "recovered"',
    example: ['loop', 'failed'],
    minItems: 1,
    advise: got => (NOTICE_KINDS.some(kind => kind === got) ? `Write ["${got}"].` : null),
  },
)

const name = text(
  {
    expected: 'a name of lower-case letters, digits and dashes',
    example: 'ops-chat',
    pattern: '^[a-z0-9][a-z0-9-]{0,39}$',
  },
  value => {
    if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(value)) return null
    const near = value.toLowerCase().replace(/[\s_.]+/g, '-')
    return /^[a-z0-9][a-z0-9-]{0,39}$/.test(near) ? `Write "${near}".` : ''
  },
)

const shape = z.strictObject({
  format: defaulting(
    word([...WEB, 'email', 'command']),
    'json',
    "`json` (a POST to any URL), `slack`, `discord`, `ntfy`, `email` (the host's sendmail) or `command`.",
  ),
  name: optional(name, 'FORMAT-N', 'Its name in the log, the state and the metrics.'),
  on: optional(
    kinds,
    'all',
    'Which events it gets: `loop`, `failed`, `unresolved`, `unreachable`, `crashed`, `recovered`.',
  ),
  url: optional(
    secretUrl('slack-url'),
    'required for a web format',
    'Where to send it; for `ntfy` the URL of the topic. A secret.',
  ),
  token: optional(
    secretToken,
    'none',
    'Sent as `Authorization: Bearer` with a web format. A secret, never written in the config itself.',
  ),
  to: optional(to, 'required for `email`', 'The recipients: one address, or a list.'),
  from: optional(address, "sendmail's own", 'The sender of the e-mail.'),
  sendmail: optional(path('/usr/sbin/sendmail'), '`"/usr/sbin/sendmail"`', 'The program that sends the e-mail.'),
  command: optional(
    command,
    'required for `command`',
    'The program (an absolute path) and its arguments; it gets the notification as JSON on standard input. No shell.',
  ),
})

/** Which formats a key is for; a key that is not here is for all. */
const KEYS: Readonly<Record<string, readonly FileTarget['format'][]>> = {
  url: WEB,
  token: WEB,
  to: ['email'],
  from: ['email'],
  sendmail: ['email'],
  command: ['command'],
}

const target = annotate(
  shape.check(
    ...Object.entries(KEYS).map(([key, formats]) =>
      belongs<FileTarget>('format', key, file => (formats.includes(file.format) ? null : `format ${listed(formats)}`)),
    ),
    needs<FileTarget>('format', file =>
      file.format === 'email' ? 'to' : file.format === 'command' ? 'command' : 'url',
    ),
  ),
  {
    expected: 'a target: {"format": ..., "url": ...}',
    example: { format: 'slack', url: { file: '/etc/netheal/slack-url' } },
  },
)

export const notify = annotate(z.array(target).check(unique((entry, at) => targetName(entry, at))), {
  expected: 'a list of targets',
  example: [{ format: 'slack', url: { file: '/etc/netheal/slack-url' } }],
})

export type FileTarget = z.output<typeof shape>

/** @param at its position in the list, from 0 */
export function targetName(file: { readonly name?: unknown; readonly format?: unknown }, at: number): string {
  return typeof file.name === 'string'
    ? file.name
    : `${typeof file.format === 'string' ? file.format : 'json'}-${at + 1}`
}

function listed(formats: readonly string[]): string {
  const quoted = formats.map(format => `"${format}"`)
  const last = quoted.pop()
  return quoted.length === 0 ? `${last}` : `${quoted.join(', ')} or ${last}`
}

/** A leading "-" would be an option of sendmail. */
function isAddress(value: string): boolean {
  return /^[\w.%+][\w.%+-]*@[\w-]+(\.[\w-]+)*$/.test(value) || /^[a-z_][a-z0-9_-]*$/.test(value)
}
