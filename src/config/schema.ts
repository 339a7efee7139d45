// The one schema of the config file. config.schema.json, the table of docs/config.md, the names of the environment variables
// and every message about a wrong value come from here. It describes the file; normalize.ts converts the units.
import * as z from 'zod/mini'
import { conflicts } from './conflict.ts'
import { diagnose } from './diagnose-schema.ts'
import { hostFault } from './docker-host.ts'
import { http } from './http-schema.ts'
import { labels } from './labels-schema.ts'
import { notify } from './notify-schema.ts'
import { rule } from './rule-schema.ts'
import { secretUrl } from './secret-schema.ts'
import { cron, duration, flag, path, size, text, timeOfDay, whole, word } from './values.ts'
import { annotate, defaulting, optional, wordsOf } from './words.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE
const KIB = 1024
const GIB = 1024 ** 3

const EXAMPLE = [{ containers: ['pms-backend'], network: 'bccg4gs4o4kgsowocw08wkw4' }]

const attachments = annotate(z.array(rule), {
  expected: 'a list of at least one attachment',
  example: EXAMPLE,
  description: 'Which containers must be on which networks. May be empty where there are `labels`.',
})

const poll = annotate(z.union([cron(), z.literal(false)]), {
  expected: 'a cron expression in quotes, or false',
  example: '*/2 * * * *',
})

const prove = annotate(z.union([duration(10 * SECOND, DAY, '10m'), z.literal(false)]), {
  expected: 'a duration from 10s to 1d, or false',
  example: '10m',
})

const watch = z
  .strictObject({
    events: defaulting(flag(true), true, "Follow the engine's events, so that a lost attachment is healed at once."),
    poll: defaulting(poll, '*/2 * * * *', 'Also check everything at these times (cron, UTC); `false` for never.'),
    prove: defaulting(
      prove,
      '10m',
      'How often to prove again that `resolve` and `reach` of each rule hold; `false`: only after an attach.',
    ),
  })
  .check(
    conflicts(['events', 'poll'], (file: { events: boolean; poll: string | false }) => {
      if (file.events || file.poll !== false) return null
      return {
        at: [],
        why: 'events and poll are both off, so nothing would ever wake netheal.',
        advice: 'Write "events": true, or "poll": "*/2 * * * *".',
      }
    }),
  )

const loop = z.strictObject({
  detaches: defaulting(
    whole(2, 1000, 3),
    3,
    'Number of losses of one attachment within `loop.within` that count as a loop.',
  ),
  within: defaulting(duration(SECOND, 7 * DAY, '15m'), '15m', 'How far back losses are counted.'),
  clearAfter: defaulting(
    duration(SECOND, 30 * DAY, '15m'),
    '15m',
    'A loop is over after this long without another loss.',
  ),
})

const log = z.strictObject({
  directory: defaulting(
    path('/var/log/netheal'),
    '/var/log/netheal',
    'Where the action log and the heartbeat file are.',
  ),
  format: defaulting(word(['text', 'json']), 'text', '`text` is for people and grep, `json` is one object per line.'),
  maxSize: defaulting(size(4 * KIB, 10 * GIB, '10m'), '10m', 'Size at which a new file is started.'),
  keep: defaulting(whole(1, 1000, 5), 5, 'Number of older files to keep.'),
})

const heartbeat = z.strictObject({
  at: defaulting(timeOfDay(), '00:00', 'The daily line is written by the first finished pass after this time (UTC).'),
  pingUrl: optional(
    secretUrl('ping-url'),
    'none',
    'Pinged on each full pass: `/start`, success, `/fail` (healthchecks.io style). A secret.',
  ),
})

const state = z.strictObject({
  directory: defaulting(path('/var/lib/netheal'), '/var/lib/netheal', 'Where netheal keeps what it has seen and done.'),
})

const lock = z.strictObject({
  directory: defaulting(
    path('/run/netheal'),
    '/run/netheal',
    'Where the lock is that allows only one netheal per host.',
  ),
})

const tls = annotate(
  z
    .strictObject({
      ca: optional(
        path('/etc/netheal/ca.pem'),
        'the CAs of the system',
        "The CA that signed the engine's certificate.",
      ),
      cert: optional(path('/etc/netheal/cert.pem'), 'none', 'The certificate that netheal presents to the engine.'),
      key: optional(path('/etc/netheal/key.pem'), 'none', 'The private key of that certificate.'),
    })
    .check(
      conflicts(['cert', 'key'], (file: { cert?: string | undefined; key?: string | undefined }) => {
        if ((file.cert === undefined) === (file.key === undefined)) return null
        const missing = file.cert === undefined ? 'cert' : 'key'
        return { at: [], why: '"cert" and "key" belong together.', advice: `Add "${missing}".` }
      }),
    ),
  {
    expected: 'an object with "ca", "cert" and "key"',
    example: { ca: '/etc/netheal/ca.pem', cert: '/etc/netheal/cert.pem', key: '/etc/netheal/key.pem' },
  },
)

const docker = z
  .strictObject({
    host: defaulting(
      text(
        { expected: 'the address of the engine: unix://, tcp:// or ssh://', example: 'unix:///var/run/docker.sock' },
        hostFault,
      ),
      'unix:///var/run/docker.sock',
      'The engine: `unix://`, `tcp://` or `ssh://`. `DOCKER_HOST` is honoured, and the current context of Docker where the socket cannot be used.',
    ),
    tls: optional(tls, 'no TLS', 'The files for TLS, with `tcp://` only.'),
    timeout: defaulting(duration(SECOND, 5 * MINUTE, '10s'), '10s', 'Timeout of each call to the engine.'),
  })
  .check(
    conflicts(['host', 'tls'], (file: { host: string; tls?: object | undefined }) => {
      if (file.tls === undefined || file.host.startsWith('tcp://')) return null
      return { at: ['tls'], why: 'TLS needs a tcp:// host.', advice: 'Remove it, or change "host".' }
    }),
  )

const metrics = z.strictObject({
  textfile: optional(
    path('/var/lib/node_exporter/netheal.prom', { expected: 'an absolute path that ends in .prom' }, value =>
      /[^/]\.prom$/.test(value) ? null : 'node_exporter reads files that end in ".prom" only.',
    ),
    'none',
    "Written after each pass for node_exporter's textfile collector.",
  ),
})

/** The config file. */
export const fileSchema = annotate(
  z
    .strictObject({
      $schema: optional(
        annotate(z.string(), { expected: 'the path of config.schema.json', example: './config.schema.json' }),
        'none',
        'For editors: the path of config.schema.json. netheal ignores it.',
      ),
      attachments,
      labels: optional(labels, 'no labels are read', 'What containers may ask for by labels of their own.'),
      watch: section(watch, 'When netheal checks.'),
      loop: section(loop, 'When losses count as a loop.'),
      log: section(log, 'The action log.'),
      heartbeat: section(heartbeat, 'The daily sign of life.'),
      state: section(state, 'What netheal has seen and done.'),
      lock: section(lock, 'Only one netheal heals a host.'),
      docker: section(docker, 'The engine.'),
      notify: defaulting(
        notify,
        [],
        'Who is notified when something is wrong, once per incident, and when it is over.',
      ),
      metrics: section(metrics, 'Metrics for Prometheus.'),
      http: section(http, 'The page, the metrics and the health check over HTTP, read-only.'),
      diagnose: section(diagnose, 'Additional checks for `netheal diagnose`.'),
    })
    .check(
      conflicts(['attachments', 'labels'], (file: { attachments: readonly unknown[]; labels?: object | undefined }) => {
        if (file.attachments?.length !== 0 || file.labels !== undefined) return null
        return {
          at: ['attachments'],
          why: 'it is empty, so no container would be kept on any network.',
          advice: `For example: ${JSON.stringify(EXAMPLE)}.`,
        }
      }),
    ),
  { expected: 'an object with "attachments"', example: { attachments: [] } },
)

/** The file as written: checked, with the defaults filled in. */
export type FileConfig = z.output<typeof fileSchema>

function section<S extends z.ZodMiniObject>(schema: S, description: string): z.ZodMiniPrefault<S> {
  const [key, inner] = Object.entries(schema._zod.def.shape)[0] ?? []
  const example = key === undefined || inner === undefined ? {} : { [key]: wordsOf(inner).example }
  return defaulting(annotate(schema, { expected: 'an object', example }), {} as z.input<S>, description)
}
