// `diagnose` as written in the file. normalize-probe.ts makes `Readiness` and `Probe` of it.
import * as z from 'zod/mini'
import { belongs, needs } from './conflict.ts'
import { containerSelector } from './selectors.ts'
import { unique } from './unique.ts'
import { urlFault } from './url.ts'
import { argument, duration, numeral, path, text, word } from './values.ts'
import { annotate, defaulting, optional, withCheck } from './words.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const READY = 'http://localhost:3000/health/ready'

const url = text({ expected: 'an http:// or https:// URL', example: READY }, urlFault)

const readyObject = annotate(
  z.strictObject({
    url: annotate(url, { description: 'The URL that reports whether the app is ready.' }),
    timeout: defaulting(duration(100, 5 * MINUTE, '5s'), '5s', 'How long to wait for the answer.'),
  }),
  { expected: 'an object with "url"', example: { url: READY, timeout: '5s' } },
)

const oneReady = z.union([url, readyObject])

const readiness = annotate(
  z.union([
    url,
    readyObject,
    annotate(z.array(annotate(oneReady, { expected: 'a URL, or {"url": ..., "timeout": ...}', example: READY })), {
      expected: 'a list of URLs',
      example: [READY],
    }),
  ]),
  { expected: 'a URL, {"url": ..., "timeout": ...}, or a list of these', example: READY },
)

const name = text(
  {
    expected: 'a name of letters, digits, dashes and underscores',
    example: 'sync-logs',
    pattern: '^[a-zA-Z0-9][\\w-]{0,39}$',
  },
  value => (/^[a-zA-Z0-9][\w-]{0,39}$/.test(value) ? null : ''),
)

const command = annotate(
  withCheck(z.array(argument), list => (list[0] === undefined || list[0] === '' ? '' : null)),
  {
    expected: 'a list: the program and its arguments',
    example: ['sh', '-c', 'test -e /tmp/ready'],
    minItems: 1,
    advise: got =>
      typeof got === 'string'
        ? 'There is no shell: write the program and each argument as an entry of a list, for example ["sh", "-c", "test -e /tmp/ready"].'
        : null,
  },
)

const expected = annotate(
  withCheck(z.string(), value =>
    value.trim() === value ? null : 'White space around the answer is ignored: remove it here too.',
  ),
  { expected: 'the text of a good answer', example: '0', advise: numeral },
)

/** Names as psql takes them; one with "=" or "://" would be a whole connection. */
function databaseName(what: string): ReturnType<typeof text> {
  return text(
    { expected: `the name of a ${what}`, example: 'postgres', pattern: '^[A-Za-z_][\\w$.-]{0,62}$' },
    value => (/^[A-Za-z_][\w$.-]{0,62}$/.test(value) ? null : ''),
  )
}

const shape = z.strictObject({
  preset: optional(
    word(['pms-database']),
    'a command',
    "`pms-database`: the runbook's checks of the database, read-only.",
  ),
  name: optional(name, 'required without `preset`', 'The name of the probe.'),
  container: annotate(containerSelector, { description: 'The container to run it in.' }),
  command: optional(command, 'required without `preset`', 'The program and its arguments. No shell.'),
  expect: optional(expected, 'exit code 0', 'What the command must print; white space around it is ignored.'),
  timeout: defaulting(duration(100, 5 * MINUTE, '10s'), '10s', 'How long to wait for each answer.'),
  remedy: optional(
    text({ expected: 'what to do when it fails', example: 'restart the sync from its page' }),
    'none',
    'What to do when it fails, in your own words.',
  ),
  user: optional(databaseName('database user'), '`"postgres"`', 'With `preset`: the database user.'),
  database: optional(databaseName('database'), '`"postgres"`', 'With `preset`: the database.'),
  migrations: optional(
    path('/data/repos/pms-webapp/supabase/migrations'),
    'not compared',
    'With `preset`: the directory of migration files on this host.',
  ),
})

/** Which keys are for a preset (true) or for a custom command (false). */
const KEYS: Readonly<Record<string, boolean>> = {
  command: false,
  expect: false,
  remedy: false,
  user: true,
  database: true,
  migrations: true,
}

const probe = annotate(
  shape.check(
    ...Object.entries(KEYS).map(([key, isPreset]) =>
      belongs<FileProbe>('preset', key, file =>
        (file.preset !== undefined) === isPreset
          ? null
          : isPreset
            ? 'a probe with a "preset"'
            : 'a probe without "preset"',
      ),
    ),
    needs<FileProbe>('preset', file => (file.preset === undefined ? 'name' : null)),
    needs<FileProbe>('preset', file => (file.preset === undefined ? 'command' : null)),
  ),
  {
    expected: 'a probe: {"name": ..., "container": ..., "command": [...]} or {"preset": ..., "container": ...}',
    example: { preset: 'pms-database', container: 'supabase-db-*' },
  },
)

export const diagnose = z.strictObject({
  readiness: defaulting(readiness, [], 'URLs that report whether the app is ready, with `.components.db`.'),
  probes: defaulting(
    annotate(z.array(probe).check(unique(nameOf)), {
      expected: 'a list of probes',
      example: [{ preset: 'pms-database', container: 'supabase-db-*' }],
    }),
    [],
    'Read-only checks that `netheal diagnose` runs inside containers.',
  ),
})

function nameOf(entry: Readonly<Record<string, unknown>>): string | null {
  if (typeof entry.name === 'string') return entry.name
  return typeof entry.preset === 'string' ? entry.preset : null
}

export type FileProbe = z.output<typeof shape>
export type FileDiagnose = z.output<typeof diagnose>
