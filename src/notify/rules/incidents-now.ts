// Which incidents last, which are over, and what is to be told of them now: one message when one has lasted for long enough,
// a reminder a day, one when it is over. Incidents, state and inputs in, data out.

import { span } from '../../core/entry.ts'
import { greatest, least } from '../../core/extremes.ts'
import { knownReachOf } from '../../core/known-reach.ts'
import { RUNG_MEANINGS } from '../../core/meanings.ts'
import { outageOf, outageText } from '../../core/outage.ts'
import type { AttachmentState, State } from '../../core/state.ts'
import type { Incident, Words } from './incident.ts'
import type { Notice, NoticePhase, Severity } from './notice.ts'
import { barestWords, mergedWords, plain, words } from './notice-words.ts'
import { attachmentOf, type Inputs, isHeld, loopOf, type Problem, problemsIn, targetOf } from './problem.ts'

export interface IncidentChange {
  readonly incidents: readonly Incident[]
  /** Causes first. */
  readonly notices: readonly Notice[]
  /** When to look again even where no pass comes, milliseconds since the epoch; null: nothing will be due. */
  readonly due: number | null
}

export const REMINDER = 86_400_000
/** One that comes back within this long after it was over is the same one again. */
export const RETURNS_WITHIN = 3_600_000
/** One that came back is only over once it has been quiet for so long: a flapping one is told twice, and not at each turn. */
export const QUIET = 1_800_000

/** `known`: the incidents as they were left. */
export function incidentsNow(known: readonly Incident[], state: State, inputs: Inputs, now: number): IncidentChange {
  const problems = new Map(problemsIn(state, inputs, now).map(t => [t.key, t]))
  const before = new Map(known.map(i => [i.key, i]))
  const open: { readonly incident: Incident; readonly problem: Problem }[] = []
  const rest: Incident[] = []
  const ended: Incident[] = []
  for (const problem of problems.values()) open.push({ incident: met(before.get(problem.key), problem, now), problem })
  for (const incident of known) {
    if (problems.has(incident.key)) continue
    const next = missed(incident, isHeld(incident.key, state, inputs), now)
    if (next === null) continue
    rest.push(next)
    if (next.over !== null && incident.over === null && incident.toldAt !== null && incident.kind !== 'crashed')
      ended.push(next)
  }
  const told = tell(open, state, now)
  return {
    incidents: [...told.incidents, ...rest],
    notices: [...told.notices, ...closings(ended, state, now)],
    due: dueOf(told.incidents, rest, problems),
  }
}

/** The incident of a problem that lasts. */
function met(known: Incident | undefined, problem: Problem, now: number): Incident {
  const { key, kind, group, container, network } = problem
  const said: Words = problem.words ?? known ?? barestWords(container, network)
  const base = {
    ...{ key, kind, group, container, network },
    ...{ title: said.title, lines: said.lines, remedy: said.remedy },
    seenAt: now,
    over: null,
  }
  if (known === undefined) return { ...base, since: problem.since ?? now, toldAt: null, returns: 0 }
  if (known.over === null) return { ...known, ...base }
  return { ...base, since: problem.since ?? now, toldAt: null, returns: known.returns + 1 }
}

/** An incident whose problem is over. Null: it is forgotten. */
function missed(incident: Incident, held: boolean, now: number): Incident | null {
  const { over, toldAt, returns, seenAt } = incident
  if (over !== null) return now - over < RETURNS_WITHIN ? incident : null
  if (held) return incident
  // Too young to be told, and gone: it was none.
  if (toldAt === null) return returns === 0 ? null : { ...incident, over: now }
  if (returns > 0 && now - seenAt < QUIET) return incident
  return { ...incident, over: now }
}

function tell(
  open: readonly { readonly incident: Incident; readonly problem: Problem }[],
  state: State,
  now: number,
): { readonly incidents: readonly Incident[]; readonly notices: readonly Notice[] } {
  const groups = Map.groupBy(open, ({ incident }) => `${incident.kind} ${incident.group || incident.key}`)
  const incidents: Incident[] = []
  const notices: Notice[] = []
  for (const group of groups.values()) {
    const young = group.filter(({ incident }) => incident.toldAt === null)
    const isDue = young.some(({ incident, problem }) => now - incident.since >= problem.notifyAfter)
    // Those of the same group that began a moment later are told along, and those that are due for a reminder soon.
    const fresh = isDue ? young.map(o => o.incident) : []
    const old = group.map(o => o.incident).filter(i => i.toldAt !== null)
    const isLate = old.some(i => now - (i.toldAt ?? now) >= REMINDER)
    const stale = isLate ? old.filter(i => now - (i.toldAt ?? now) >= REMINDER - RETURNS_WITHIN) : []
    if (fresh.length > 0) notices.push(noticeOf('opened', fresh, state, now))
    if (stale.length > 0) notices.push(noticeOf('reminder', stale, state, now))
    const said = new Set([...fresh, ...stale])
    for (const { incident } of group) incidents.push(said.has(incident) ? { ...incident, toldAt: now } : incident)
  }
  return { incidents, notices }
}

/** Those of one group that are over at once are told in one message. */
function closings(ended: readonly Incident[], state: State, now: number): readonly Notice[] {
  const groups = Map.groupBy(ended, i => `${i.kind} ${i.group || i.key}`)
  return [...groups.values()].map(group => {
    return noticeOf('closed', group, state, now)
  })
}

/** `now: pms-backend is attached`; nothing for an incident that is about no attachment. */
function stateNow(incident: Incident, state: State, now: number): readonly string[] {
  const key = attachmentOf(incident.key) ?? loopOf(incident.key)
  const attachment = key === null ? undefined : state.attachments[key]
  if (attachment === undefined) return []
  const { container, state: status, wanted } = attachment
  const gone = status === 'missing' ? 'no longer exists' : `is ${status}`
  const off = status === 'attached' ? `${provenText(attachment)}${offText(incident, state, now)}` : ''
  return [plain(`now: ${container} ${wanted ? gone : 'is no longer named by a rule'}${off}`, 400)]
}

/** How far that is proven, in words; nothing where it is not. */
function provenText(attachment: AttachmentState): string {
  const { proof } = knownReachOf(attachment)
  return proof === null || proof.rung === 'listed' ? '' : `: ${RUNG_MEANINGS[proof.rung]}`
}

/** The loss that the incident was about: noticed shortly before it, or one that was never noticed has no outage to tell. */
const NOTICED_WITHIN = 600_000

function offText({ key, kind, since }: Incident, { detaches }: State, now: number): string {
  const loss = kind === 'failed' ? detaches.findLast(d => d.key === attachmentOf(key)) : undefined
  const isIts = loss !== undefined && loss.at <= since && since - loss.at <= NOTICED_WITHIN
  return isIts ? `; it was ${outageText(outageOf(loss, now))}` : ''
}

function noticeOf(phase: NoticePhase, group: readonly Incident[], state: State, now: number): Notice {
  const [first, ...others] = group
  if (first === undefined) throw new Error('a notice about nothing')
  const said = mergedWords(group)
  const since = least(group.map(i => i.since)) ?? now
  const end =
    phase !== 'closed'
      ? now
      : first.returns > 0
        ? greatest(
            group.map(i => i.seenAt),
            0,
          )
        : now
  const again = first.returns > 0 && phase === 'opened'
  const title =
    phase === 'closed'
      ? `over after ${span(end - since)}: ${said.title}`
      : phase === 'reminder'
        ? `for ${span(end - since)} now: ${said.title}`
        : `${said.title}${again ? ' (again)' : ''}`
  const lines = again
    ? [...said.lines, `it came back; no further message until it has been quiet for ${span(QUIET)}`]
    : said.lines
  const kind = phase === 'closed' ? 'recovered' : first.kind
  const current = group.slice(0, 10).flatMap(i => stateNow(i, state, now))
  const shown = words(title, [...current, ...lines], phase === 'closed' ? null : said.remedy)
  const id = idOf(`${phase} ${group.map(i => i.key).join(' ')} ${since}`, now)
  return {
    id,
    kind,
    phase,
    incident: first.kind,
    at: now,
    since,
    container: others.length === 0 ? first.container : null,
    network: first.network,
    ...shown,
    severity: severityOf(phase, first),
    target: targetOf(first.key),
    thread: idOf(first.key, first.since),
  }
}

/** One that comes back is not worse than it was; what is about netheal itself breaks nothing. */
function severityOf(phase: NoticePhase, { key, kind, returns }: Incident): Severity {
  if (phase !== 'opened') return 'info'
  const isMended = kind === 'loop' || kind === 'crashed'
  const isOurs = key === 'failed records' || key === 'failed page' || targetOf(key) !== null
  return isMended || isOurs || returns > 0 ? 'warning' : 'critical'
}

/** The same for the same message, letters and digits only: it is a part of an e-mail's Message-ID. */
export function idOf(text: string, at: number): string {
  // FNV-1a; it need not withstand anybody.
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return `${Math.max(0, at).toString(36)}-${hash.toString(36)}`
}

function dueOf(
  open: readonly Incident[],
  rest: readonly Incident[],
  problems: ReadonlyMap<string, Problem>,
): number | null {
  const times = [
    ...open.map(i => (i.toldAt === null ? i.since + (problems.get(i.key)?.notifyAfter ?? 0) : i.toldAt + REMINDER)),
    ...rest.filter(i => i.over === null && i.toldAt !== null && i.returns > 0).map(i => i.seenAt + QUIET),
  ]
  return least(times)
}
