// Secrets as written in the config: plain, or where to find them. No message about a secret reveals it.
import * as z from 'zod/mini'
import { urlFault } from './url.ts'
import { text } from './values.ts'
import { annotate, withCheck } from './words.ts'

const WAYS = '{"env": "NAME"} or {"file": "/path"}'

const env = text(
  {
    expected: 'the name of an environment variable, in upper case',
    example: 'SLACK_URL',
    description: 'The environment variable that holds it.',
    pattern: '^[A-Z_][A-Z0-9_]*$',
  },
  value => {
    if (/^\$\{?[A-Z_][A-Z0-9_]*\}?$/.test(value)) return 'Write the name only, without "$".'
    return /^[A-Z_][A-Z0-9_]*$/.test(value) ? null : ''
  },
)

const file = text(
  {
    expected: 'an absolute path, or the name of a systemd credential',
    example: '/etc/netheal/slack-url',
    description: 'The file that holds it, or the name of a systemd credential (`LoadCredential=`).',
    pattern: '^/|^[A-Za-z0-9_.-]+$',
  },
  value => {
    if (value.startsWith('~')) return '"~" is not expanded here. Write an absolute path.'
    if (value.split('/').includes('..')) return 'Write it without "..".'
    if (value.startsWith('/')) return null
    return /^[A-Za-z0-9_.-]+$/.test(value) && value !== '.' ? null : 'A path must begin with "/".'
  },
)

/** Where a secret is found. */
const place = annotate(
  withCheck(z.strictObject({ env: z.optional(env), file: z.optional(file) }), way =>
    Object.keys(way).length === 1 ? null : 'Write exactly one of "env" and "file".',
  ),
  { expected: WAYS, example: { file: '/etc/netheal/slack-url' }, minProperties: 1, maxProperties: 1 },
)

/** The other form of a secret URL. */
const plainUrl = annotate(withCheck(z.string(), urlFault), {
  expected: 'an http:// or https:// URL',
  example: 'https://example.com/hook',
  minLength: 1,
})

/** A URL that must not be shown: whoever has it may use it. @param file the file of the example */
export function secretUrl(file: string): z.ZodMiniUnion<readonly [typeof plainUrl, typeof place]> {
  return annotate(z.union([plainUrl, place]), {
    expected: `an http:// or https:// URL, ${WAYS}`,
    example: { file: `/etc/netheal/${file}` },
    secret: true,
  })
}

/** A secret that is never written in the config itself. */
export const secretToken = annotate(
  withCheck(place, () => null),
  {
    expected: WAYS,
    example: { file: '/etc/netheal/ntfy-token' },
    secret: true,
    advise: got =>
      typeof got === 'string'
        ? 'A token is never written in the config: put it into a file that netheal can read, and write {"file": "/etc/netheal/ntfy-token"}.'
        : null,
  },
)

export type FileSecret = string | z.output<typeof place>
