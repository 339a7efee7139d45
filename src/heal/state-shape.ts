// What the healer's state in a state file, and an intent in the write-ahead log, must be to be believed.
import * as z from 'zod/mini'
import { DETACH_CAUSES, LOOP_KINDS, LOOP_SOURCES } from '../core/cause.ts'
import type { Intent } from '../core/intent.ts'
import { RUNGS, UNREACHABLE_REASONS } from '../core/proof.ts'
import { ATTACHMENT_STATUSES, type State } from '../core/state.ts'

const moment = z.number()
const count = z.number()
const list = <T extends z.ZodMiniType>(item: T) => z.readonly(z.array(item))
const byKey = <T extends z.ZodMiniType>(value: T) => z.record(z.string(), value)

const cause = z.enum(DETACH_CAUSES)

const lastPass = z.object({
  at: moment,
  ok: z.boolean(),
  error: z.nullable(z.string()),
  mode: z.enum(['daemon', 'once']),
  pid: z.number(),
})

const container = z.object({
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
  settings: z._default(
    z.nullable(
      z.object({
        ipv4: z.nullable(z.string()),
        ipv6: z.nullable(z.string()),
        linkLocal: list(z.string()),
        driverOptions: byKey(z.string()),
        gatewayPriority: z.nullable(z.number()),
      }),
    ),
    null,
  ),
  lost: z.nullable(cause),
  unproven: z.nullable(count),
  // Unknown to a state of the version before.
  proof: z._default(z.nullable(z.object({ rung: z.enum(RUNGS), at: moment })), null),
  unreachable: z._default(
    z.nullable(
      z.object({
        reason: z.enum(UNREACHABLE_REASONS),
        detail: z.string(),
        hint: z.nullable(z.string()),
        since: moment,
      }),
    ),
    null,
  ),
  asked: z._default(z.nullable(z.object({ at: moment, doubt: z.nullable(z.string()) })), null),
  reattached: z._default(z.nullable(z.object({ attempts: count, until: moment })), null),
  takenOff: z._default(
    z.nullable(
      z.object({
        ...{ since: moment, lostAt: z.nullable(moment), changedAt: moment },
        ...{ members: z.string(), removed: z.boolean() },
      }),
    ),
    null,
  ),
})

const attachment = z.object({
  container: z.string(),
  network: z.string(),
  wanted: z.boolean(),
  state: z.enum(ATTACHMENT_STATUSES),
  since: moment,
  lastDetach: z.nullable(z.object({ at: moment, cause })),
  reported: z.nullable(z.string()),
  seen: byKey(container),
})

const evidence = z.object({
  containerId: z.string(),
  previousId: z.nullable(z.string()),
  networkId: z.nullable(z.string()),
  previousNetworkId: z.string(),
  lastAttachedAt: z.nullable(moment),
  lostAt: z._default(z.nullable(moment), null),
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
  excused: z._default(z.nullable(z.enum(['deploy', 'pause'])), null),
})

const loop = z.object({
  key: z.string(),
  kind: z.enum(LOOP_KINDS),
  container: z.string(),
  network: z.nullable(z.string()),
  cause: z.union([cause, z.literal('restarted')]),
  source: z.enum(LOOP_SOURCES),
  count,
  since: moment,
  last: moment,
  every: z.nullable(z.number()),
})

export const stateShape = z.object({
  passes: count,
  lastPass: z.nullable(lastPass),
  attachments: byKey(attachment),
  // Unknown to a state of the version before.
  matched: z._default(list(z.string()), []),
  unmatched: z._default(
    list(
      z.object({
        selector: z.string(),
        network: z.string(),
        near: list(z.object({ container: z.string(), selector: z.string() })),
      }),
    ),
    [],
  ),
  detaches: list(detach),
  loops: list(loop),
  starts: byKey(z.object({ container: z.string(), identity: z.string(), times: list(moment) })),
  engineStarts: z._default(list(moment), []),
  restarts: byKey(list(moment)),
  backoffs: byKey(
    z.object({
      ...{ attempts: count, until: moment, fingerprint: z.string() },
      code: z._default(z.nullable(z.string()), null),
      error: z._default(z.string(), ''),
    }),
  ),
  deployments: list(z.object({ id: z.string(), firstSeen: moment, lastSeen: moment })),
  // Unknown to a state of the version before.
  connected: z._default(list(z.object({ containerId: z.string(), networkId: z.string() })), []),
  problems: list(z.string()),
  heartbeatDay: z.nullable(z.string()),
  daemon: z.nullable(z.object({ pid: count, since: moment })),
  // Unknown to a state of the version before.
  host: z._default(z.nullable(z.object({ namespace: z.string(), bridges: list(z.string()) })), null),
}) satisfies z.ZodMiniType<State>

export const intentShape = z.object({
  passes: count,
  attachments: byKey(attachment),
  detaches: list(detach),
}) satisfies z.ZodMiniType<Intent>
