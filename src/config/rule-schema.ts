// One entry of `attachments` as written in the file. normalize-rule.ts makes a `Rule` of it.
import { isIPv6 } from 'node:net'
import * as z from 'zod/mini'
import { conflicts } from './conflict.ts'
import { splitTarget } from './plain.ts'
import { containers, network } from './selectors.ts'
import { duration, flag, text, whole, word } from './values.ts'
import { annotate, defaulting, optional } from './words.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE

const hostName = text(
  { expected: 'a host name', example: 'supabase-db', pattern: '^[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$' },
  value => {
    if (/^[a-z]+:\/\//i.test(value)) return 'Write the host name only, without "://" and what is around it.'
    if (/^[\w.-]+:\d+$/.test(value)) return `Write the host name only: "${value.replace(/:\d+$/, '')}".`
    if (/^\d+\.\d+\.\d+\.\d+$/.test(value)) return 'An address needs no resolving: write a host name.'
    return isHostName(value) ? null : ''
  },
)

const alias = text({ expected: 'a host name', example: 'backend' }, value => (isHostName(value) ? null : ''))

const ipv4 = text({ expected: 'an IPv4 address', example: '10.0.5.20' }, value => {
  if (value.includes('/')) return `Write the address only: ${JSON.stringify(value.split('/')[0])}.`
  const parts = value.split('.')
  const formed = parts.length === 4 && parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  if (!formed) return ''
  const first = Number(parts[0])
  return first === 0 || first === 127 || first >= 224 ? 'No container can have that address.' : null
})

const ipv6 = text({ expected: 'an IPv6 address', example: 'fd00:5::20' }, value => {
  if (value.includes('/')) return `Write the address only: ${JSON.stringify(value.split('/')[0])}.`
  return isIPv6(value) && !value.includes('%') ? null : ''
})

const hostAndPort = text({ expected: 'a host and a port', example: 'supabase-db:5432' }, value => {
  if (/^[a-z]+:\/\//i.test(value)) return 'Write host and port only, without "://" and what is around it.'
  const { host, port } = splitTarget(value)
  if (port === null) return isHostName(value) ? `Add the port: ${JSON.stringify(`${value}:5432`)}.` : ''
  if (port < 1 || port > 65_535) return 'A port is a number from 1 to 65535.'
  return isHostName(host) ? null : ''
})

const when = word(['never', 'after-attach', 'if-unresolved'])

/** The long form of `restart`. */
export const restartPolicy = annotate(
  z.strictObject({
    when: annotate(when, {
      absent: 'required in an object',
      description:
        '`never`; `after-attach`: after each attach; `if-unresolved`: only if the names in `resolve` still do not resolve after `grace`.',
    }),
    cooldown: defaulting(duration(0, 7 * DAY, '5m'), '5m', 'Minimum time between two restarts of the same container.'),
    maxPerHour: defaulting(whole(1, 60, 4), 4, 'Maximum number of restarts of the same container per hour.'),
    grace: defaulting(
      duration(0, 10 * MINUTE, '10s'),
      '10s',
      'How long `if-unresolved` waits for the names to resolve.',
    ),
  }),
  { expected: 'a restart policy', example: { when: 'never' } },
)

const restart = annotate(z.union([when, restartPolicy]), {
  expected: '"never", "after-attach", "if-unresolved" or {"when": ...}',
  example: 'never',
  shorthand: 'when',
})

const shape = z.strictObject({
  containers: annotate(containers, {
    description: 'Which containers must be on the network: one selector, or a list.',
  }),
  network: annotate(network, {
    description:
      'Which network: a name, an id, `{"of": CONTAINER}` for the one that another container is on, or `{"ofEach": CONTAINERS}` for every one that any of them is on.',
  }),
  resolve: defaulting(
    annotate(z.array(hostName), { expected: 'a list of host names', example: ['supabase-db'] }),
    [],
    'Names that must resolve inside the container once it is attached.',
  ),
  aliases: optional(
    annotate(z.array(alias), { expected: 'a list of host names', example: ['backend'] }),
    'the ones it had',
    'Names under which other containers on the network find this one.',
  ),
  ipv4: optional(
    ipv4,
    'the one it had, else any free one',
    'A fixed address on the network. For a single container only.',
  ),
  ipv6: optional(ipv6, 'the one it had, else any free one', 'A fixed IPv6 address. For a single container only.'),
  gatewayPriority: defaulting(
    whole(-32768, 32767, -1),
    -1,
    'Priority of the network for the default route; a negative number leaves the route where it is (Docker 28 and later).',
  ),
  restart: defaulting(restart, 'never', 'Whether to restart a healed container. DNS works without a restart.'),
  repair: defaulting(
    flag(true),
    true,
    'Whether to disconnect an entry that is proven dead, and attach again; `false` only reports it.',
  ),
  onLoop: defaulting(word(['heal', 'back-off']), 'heal', 'What to do while something keeps removing the attachment.'),
  onDeploy: defaulting(
    word(['silent', 'tell']),
    'silent',
    'Whether deploys whose new container was attached before its first process count towards a loop, and so are told of.',
  ),
  reach: defaulting(
    annotate(z.array(hostAndPort), { expected: 'a list of hosts with ports', example: ['supabase-db:5432'] }),
    [],
    'What must be reached by TCP from inside the container once it is attached.',
  ),
  onUnreachable: defaulting(
    word(['report', 'reattach', 'restart']),
    'report',
    'What to do when the container is attached, but `resolve` or `reach` fails: report it, attach it anew once, or restart it within the limits of `restart`.',
  ),
  drift: defaulting(
    word(['report', 'repair']),
    'report',
    'What to do about an attachment with another address, or without the aliases, that this rule asks for.',
  ),
  leave: defaulting(
    flag(true),
    false,
    'With `ofEach`: whether to disconnect what netheal itself connected, once nobody else is on the network.',
  ),
})

const FIXED = ['ipv4', 'ipv6'] as const

/** One entry of `attachments`. */
export const rule = annotate(
  shape.check(
    ...FIXED.map(key =>
      conflicts(['containers', key], (file: FileRule) => {
        if (file[key] === undefined || isSingle(file.containers)) return null
        return {
          at: [key],
          why: 'a fixed address fits one container only, but this rule can match several.',
          advice: 'Remove it, or name one container without "*".',
        }
      }),
    ),
    ...FIXED.map(key =>
      conflicts(['network', key], (file: FileRule) => {
        if (file[key] === undefined || typeof file.network === 'string' || file.network.ofEach === undefined)
          return null
        return {
          at: [key],
          why: 'a fixed address fits one network only, but "ofEach" can mean several.',
          advice: 'Remove it.',
        }
      }),
    ),
    conflicts(['network', 'aliases'], (file: FileRule) => {
      if (file.network !== 'bridge' || file.aliases === undefined || file.aliases.length === 0) return null
      return { at: ['aliases'], why: 'the default network "bridge" does not support aliases.', advice: 'Remove them.' }
    }),
    ...FIXED.map(key =>
      conflicts(['network', key], (file: FileRule) => {
        if (file.network !== 'bridge' || file[key] === undefined) return null
        return {
          at: [key],
          why: 'the default network "bridge" does not support fixed addresses.',
          advice: 'Remove it.',
        }
      }),
    ),
    conflicts(['network', 'leave'], (file: FileRule) => {
      if (!file.leave || (typeof file.network !== 'string' && file.network.ofEach !== undefined)) return null
      return { at: ['leave'], why: 'only what "ofEach" connected is ever left again.', advice: 'Remove it.' }
    }),
    conflicts(['resolve', 'reach', 'onUnreachable'], (file: FileRule) => {
      if (file.onUnreachable === 'report' || file.resolve.length > 0 || file.reach.length > 0) return null
      return {
        at: ['onUnreachable'],
        why: `"${file.onUnreachable}" needs something to reach.`,
        advice: 'Add for example "reach": ["supabase-db:5432"] beside it.',
      }
    }),
    conflicts(['resolve', 'restart'], (file: FileRule) => {
      const restart = typeof file.restart === 'string' ? file.restart : file.restart.when
      if (restart !== 'if-unresolved' || file.resolve.length > 0) return null
      return {
        at: ['restart'],
        why: '"if-unresolved" needs names to resolve.',
        advice: 'Add for example "resolve": ["supabase-db"] beside it.',
      }
    }),
  ),
  {
    expected: 'an attachment: {"containers": ..., "network": ...}',
    example: { containers: ['pms-backend'], network: 'bccg4gs4o4kgsowocw08wkw4' },
  },
)

export type FileRule = z.output<typeof shape>

function isSingle(chosen: FileRule['containers']): boolean {
  const list = Array.isArray(chosen) ? chosen : [chosen]
  return (
    list.every(one => (typeof one === 'string' ? !one.includes('*') : one.label === undefined)) && list.length === 1
  )
}

function isHostName(value: string): boolean {
  return value.length <= 253 && /^[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/.test(value) && !value.includes('..')
}
