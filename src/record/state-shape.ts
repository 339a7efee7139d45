// What a state file must hold to be believed: every field of Memory, and nothing else is kept.
import * as z from 'zod/mini'
import type { Intent } from '../core/intent.ts'
import { EMPTY_STATE, type State } from '../core/state.ts'
import { NOTICE_KINDS } from '../notify/rules/notice.ts'

const moment = z.number()
const count = z.number()
const list = <T extends z.ZodMiniType>(item: T) => z.readonly(z.array(item))
const byKey = <T extends z.ZodMiniType>(value: T) => z.record(z.string(), value)

const cause = z.enum(['explicit', 'replaced', 'network-recreated', 'network-removed'])

const lastPass = z.object({
  at: moment,
  ok: z.boolean(),
  error: z.nullable(z.string()),
  mode: z.enum(['daemon', 'once']),
  pid: z.number(),
})

const seen = z.object({
  name: z.string(),
  createdAt: moment,
  networkId: z.string(),
  networkName: z.string(),
  endpointId: z.string(),
  attached: z.boolean(),
  attachedAt: z.nullable(moment),
  startedAt: z.nullable(moment),
  restartCount: z.nullable(count),
  aliases: z.nullable(list(z.string())),
  lost: z.nullable(cause),
  unproven: z.nullable(count),
})

const remembered = z.object({
  container: z.string(),
  network: z.string(),
  wanted: z.boolean(),
  state: z.enum(['attached', 'detached', 'waiting', 'blocked', 'stopped', 'missing']),
  since: moment,
  lastDetach: z.nullable(z.object({ at: moment, cause })),
  reported: z.nullable(z.string()),
  seen: byKey(seen),
})

const evidence = z.object({
  containerId: z.string(),
  previousId: z.nullable(z.string()),
  networkId: z.nullable(z.string()),
  previousNetworkId: z.string(),
  lastAttachedAt: z.nullable(moment),
  startedAt: z.nullable(moment),
  exitCode: z.nullable(z.number()),
  coolify: z.boolean(),
  deployment: z.nullable(z.string()),
})

const detach = z.object({
  key: z.string(),
  container: z.string(),
  network: z.string(),
  at: moment,
  cause,
  evidence,
})

const loop = z.object({
  key: z.string(),
  kind: z.enum(['detach-loop', 'restart-loop']),
  container: z.string(),
  network: z.nullable(z.string()),
  cause: z.union([cause, z.literal('restarted')]),
  source: z.enum(['coolify-redeploy', 'redeploy', 'network-recreated', 'outside-detach', 'outside-restart']),
  count,
  since: moment,
  last: moment,
  every: z.nullable(z.number()),
})

const tally = z.object({
  passes: count,
  failedPasses: count,
  attachments: byKey(
    z.object({
      container: z.string(),
      network: z.string(),
      detaches: z.object({ explicit: count, replaced: count, 'network-recreated': count, 'network-removed': count }),
      heals: count,
      failures: count,
      buckets: list(count),
      seconds: count,
    }),
  ),
})

const kinds = z.enum(['loop', 'failed', 'unresolved', 'crashed'])

const incident = z.object({
  key: z.string(),
  kind: kinds,
  group: z.string(),
  container: z.nullable(z.string()),
  network: z.nullable(z.string()),
  since: moment,
  seenAt: moment,
  toldAt: z.nullable(moment),
  over: z.nullable(moment),
  returns: count,
  title: z.string(),
  lines: list(z.string()),
  remedy: z.nullable(z.string()),
})

const notice = z.object({
  id: z.string(),
  kind: z.enum(NOTICE_KINDS),
  phase: z.enum(['opened', 'reminder', 'closed']),
  incident: kinds,
  at: moment,
  since: moment,
  container: z.nullable(z.string()),
  network: z.nullable(z.string()),
  title: z.string(),
  lines: list(z.string()),
  remedy: z.nullable(z.string()),
})

const delivery = z.object({ notice, target: z.string(), attempts: count, due: moment })

const target = z.object({
  recent: list(moment),
  heldBack: z.object({ count, titles: list(z.string()) }),
  delivered: count,
  givenUp: count,
})

const state = z.object({
  version: z.literal(EMPTY_STATE.version),
  lastPass: z.nullable(lastPass),
  attachments: byKey(remembered),
  detaches: list(detach),
  loops: list(loop),
  starts: byKey(z.object({ container: z.string(), identity: z.string(), times: list(moment) })),
  restarts: byKey(list(moment)),
  backoffs: byKey(z.object({ attempts: count, until: moment, fingerprint: z.string() })),
  deployments: list(z.object({ id: z.string(), firstSeen: moment, lastSeen: moment })),
  problems: list(z.string()),
  heartbeatDay: z.nullable(z.string()),
  // Younger than the first state files: one without them is a good one.
  tally: z._default(tally, EMPTY_STATE.tally),
  incidents: z._default(list(incident), []),
  outbox: z._default(list(delivery), []),
  targets: z._default(byKey(target), {}),
  daemon: z._default(z.nullable(z.object({ pid: count, since: moment })), null),
})

const ahead = z.object({ passes: count, attachments: byKey(remembered), detaches: list(detach) })

type Read = z.infer<typeof state>
// Both ways: what this lets through is a Memory, and no Memory that was saved is refused when it is loaded.
const bothWays: State extends Read ? (Read extends State ? true : never) : never = true

export type ParsedState =
  | { readonly kind: 'state'; readonly state: State }
  | { readonly kind: 'wrong'; readonly why: string }

/** The memory in the text of a state file, or in a word what is wrong with it. Never throws. */
export function parseState(text: string): ParsedState {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'wrong', why: text.trim() === '' ? 'it is empty' : 'it is not JSON, or torn' }
  }
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  if (typeof version === 'number' && version !== EMPTY_STATE.version) {
    return { kind: 'wrong', why: `it is of version ${version}, and this netheal reads ${EMPTY_STATE.version}` }
  }
  const read = state.safeParse(value)
  if (read.success && bothWays) return { kind: 'state', state: read.data }
  const where = read.error?.issues[0]?.path.slice(0, 1).map(String).join('.')
  return { kind: 'wrong', why: where ? `"${where}" in it is not as it should be` : 'it holds something else' }
}

/** What a line of `state.ahead` says; null for a torn or a strange one. Never throws. */
export function readIntent(line: string): Intent | null {
  if (line === '') return null
  try {
    const read = ahead.safeParse(JSON.parse(line))
    return read.success ? read.data : null
  } catch {
    return null
  }
}
