// What the notices in a state file must be to be believed.
import * as z from 'zod/mini'
import { NOTICE_KINDS, SEVERITIES } from './rules/notice.ts'
import type { Notices } from './rules/notices.ts'

const moment = z.number()
const count = z.number()
const list = <T extends z.ZodMiniType>(item: T) => z.readonly(z.array(item))
const kinds = z.enum(['loop', 'failed', 'unresolved', 'unreachable', 'crashed'])

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
  // Unknown to a state of the version before.
  severity: z._default(z.enum(SEVERITIES), 'warning'),
  target: z._default(z.nullable(z.string()), null),
  thread: z._default(z.string(), ''),
})

const delivery = z.object({
  ...{ notice, target: z.string(), attempts: count, due: moment },
  refused: z._default(z.boolean(), false),
})

const target = z.object({
  recent: list(moment),
  heldBack: z.object({ count, titles: list(z.string()) }),
  delivered: count,
  givenUp: count,
  failing: z._default(z.nullable(z.object({ since: moment, error: z.string(), refused: z.boolean() })), null),
})

export const noticesShape = z.object({
  incidents: list(incident),
  outbox: list(delivery),
  targets: z.record(z.string(), target),
}) satisfies z.ZodMiniType<Notices>
