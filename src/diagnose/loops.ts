// Diagnosis 6 (docs/design.md, "Diagnosis"): the loops that netheal has flagged for these containers, with their
// evidence, and what ends them for good for this kind of resource. Without a netheal that watches there is no history,
// and that is said.

import { remedyFor } from '../core/cause.ts'
import { span } from '../core/entry.ts'
import { greatest, least } from '../core/extremes.ts'
import { stampOf } from '../core/stamp.ts'
import type { Deployment, Detach, Loop, State } from '../core/state.ts'
import type { Context, Subject, TopicAnswer } from './context.ts'
import { stickyRemedy } from './rules/coolify-remedy.ts'
import type { Finding } from './rules/finding.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Losses and starts that are shown, the last ones. */
const SHOWN = 5

export const loops: TopicAnswer = async context => {
  const { state, subjects, now } = context
  const flagged = state.loops.flatMap(loop => {
    const subject = subjects.find(s => isOf(s, loop))
    return subject === undefined ? [] : [findingOf(loop, subject, context)]
  })
  const unknown = await unwatched(context)
  if (unknown !== null) return flagged.length > 0 ? flagged : [unknown]
  // Without the engine a rule's selector is not yet anybody's name.
  const [known, strange] = [true, false].map(k =>
    subjects.filter(s => (context.look === null || sinceOf(s, state) !== null) === k),
  )
  return [
    ...flagged,
    ...(strange ?? []).filter(s => !flagged.some(f => f.subject === s.label)).map(notWatched),
    ...(flagged.length > 0 || known === undefined || known.length === 0 ? [] : [quiet(state, known, now)]),
  ]
}

function isOf({ attachments, details, label }: Subject, { key, container }: Pick<Loop, 'key' | 'container'>): boolean {
  return (
    attachments.some(a => a.key === key) || details?.id === key || container === label || container === details?.name
  )
}

function findingOf(loop: Loop, subject: Subject, { state, now }: Context): Finding {
  const { container, network, kind, count, every } = loop
  const rhythm = every === null ? '' : `, every ~${span(every)}`
  const what =
    kind === 'detach-loop'
      ? `lost ${network ?? 'its network'} ${count} times`
      : `was stopped and started from outside ${count} times`
  return {
    topic: 'loops',
    code: kind,
    verdict: 'wrong',
    subject: subject.label,
    summary: `${container} ${what}${rhythm}, the last time ${ago(loop.last, now)} (source: ${loop.source})`,
    evidence: [
      `from ${stampOf(loop.since)} to ${stampOf(loop.last)}, cause: ${loop.cause}`,
      ...(kind === 'detach-loop' ? lossesOf(loop, state) : startsOf(loop, state)),
    ],
    remedy: [remedyFor(loop.source), ...forGood(loop, subject)],
  }
}

function lossesOf({ key, since }: Loop, { detaches, deployments }: State): readonly string[] {
  const mine = detaches.filter(d => d.key === key && d.at >= since)
  const left = mine.length - SHOWN
  return [
    ...(left > 0 ? [`${left} earlier losses: netheal history`] : []),
    ...mine.slice(-SHOWN).map(d => lossText(d, deployments)),
  ]
}

/** `2025-12-29 14:32:01 UTC replaced: container 0a1b2c3d4e5f (was 5f4e3d2c1b0a), network 012345678901, ...` */
function lossText({ at, cause, evidence }: Detach, deployments: readonly Deployment[]): string {
  const { containerId, previousId, networkId, previousNetworkId, exitCode, deployment } = evidence
  const was = previousId === null ? '' : ` (was ${short(previousId)})`
  const network =
    networkId === null || networkId === previousNetworkId
      ? `network ${short(previousNetworkId)}`
      : `network ${short(networkId)} (was ${short(previousNetworkId)})`
  const known = deployments.find(d => d.id === deployment)
  const by =
    deployment === null
      ? ''
      : `, Coolify deployment ${deployment}${known === undefined ? '' : ` (seen from ${stampOf(known.firstSeen)})`}`
  const exit = exitCode === null || exitCode === 0 ? '' : `, exit code ${exitCode}`
  return `${stampOf(at)} ${cause}: container ${short(containerId)}${was}, ${network}${exit}${by}`
}

function startsOf({ key, since }: Loop, { starts }: State): readonly string[] {
  const times = (starts[key]?.times ?? []).filter(at => at >= since)
  return [
    `container ${short(key)} started at ${times.slice(-SHOWN).map(stampOf).join(', ')}; its RestartCount did not change`,
  ]
}

/** What makes the network stick, where a new container or a new network is what takes it away. */
function forGood({ source, network }: Loop, { details }: Subject): readonly string[] {
  switch (source) {
    case 'coolify-redeploy':
    case 'redeploy':
    case 'network-recreated':
      return details === null || network === null ? [] : stickyRemedy(details, network)
    case 'start-failed':
      return details === null ? [] : [`docker start ${details.name} shows why it does not start`]
    case 'outside-detach':
    case 'outside-restart':
      return ['"automation" lists what on this host does this by itself; a person may also do it by hand']
  }
}

/** Null: somebody watches, or has just now. */
async function unwatched({ state, itself, now }: Context): Promise<Finding | null> {
  const { config, healer, state: file } = await itself()
  const last = state.lastPass
  const isRecent = last !== null && Math.abs(now - last.at) <= HOUR
  if (last !== null && (healer.alive || isRecent)) return null
  const why =
    file.note !== null
      ? `its state file cannot be used: ${file.note}`
      : last === null
        ? config.kind === 'closed'
          ? 'this user may not read its config, which says where the history is'
          : 'netheal has not been watching: no history'
        : `netheal no longer watches: its last pass was ${ago(last.at, now)}`
  const sudo = file.closed || config.kind === 'closed' ? ['run it as root: sudo netheal diagnose'] : []
  const first = config.kind === 'none' ? ['sudo netheal init --write proposes a config and writes it'] : []
  const start = [...first, 'start it: sudo systemctl enable --now netheal, or netheal once from cron']
  return {
    topic: 'loops',
    code: 'loops-unknown',
    verdict: 'unseen',
    subject: null,
    summary: `whether something keeps detaching or restarting these containers is unknown: ${why}`,
    evidence: [],
    remedy: file.note === null && config.kind !== 'closed' ? start : sudo,
  }
}

/** A netheal that watches others knows nothing of this one. */
function notWatched({ label, attachments }: Subject): Finding {
  const isNew = attachments.length > 0
  return {
    topic: 'loops',
    code: 'loops-unknown',
    verdict: 'unseen',
    subject: label,
    summary: `whether something keeps detaching or restarting ${label} is unknown: netheal ${isNew ? 'has not finished a pass with the rule that names it' : 'does not watch it, because no rule names it'}`,
    evidence: [],
    remedy: [
      isNew
        ? 'sudo netheal once, or sudo systemctl reload netheal after a change of its config'
        : 'name it in a rule; sudo netheal init proposes one if it needs a network',
    ],
  }
}

/** Since when netheal has known it as it is: the least that it has watched it. Null: it does not know it. */
function sinceOf(subject: Subject, { attachments }: State): number | null {
  const known = Object.entries(attachments).filter(([key, { container }]) => isOf(subject, { key, container }))
  return least(known.map(([, { since }]) => since))
}

function quiet(state: State, subjects: readonly Subject[], now: number): Finding {
  const { detaches, starts } = state
  const lately = subjects.flatMap(subject => {
    const lost = detaches.filter(d => isOf(subject, d) && now - d.at < DAY)
    const started = Object.entries(starts)
      .filter(([key, s]) => isOf(subject, { key, container: s.container }))
      .flatMap(([, s]) => s.times.filter(at => now - at < DAY))
    const told = [
      ...(lost.length === 0 ? [] : [`lost ${times(lost.length)}`]),
      ...(started.length === 0 ? [] : [`restarted from outside ${times(started.length)}`]),
    ]
    return told.length === 0 ? [] : [{ text: `${subject.label} ${told.join(' and ')}`, lost }]
  })
  const watched =
    now -
    greatest(
      subjects.map(s => sinceOf(s, state) ?? 0),
      0,
    )
  const summary =
    lately.length === 0
      ? `no loop, and nothing lost in the ${watched < DAY ? `${span(Math.max(0, watched))} that netheal has watched` : 'last 24 h'}`
      : `no loop; in the last 24 h ${lately.map(l => l.text).join(', ')}`
  const evidence = lately.flatMap(l => l.lost.slice(-SHOWN).map(d => `${stampOf(d.at)} ${d.container}: ${d.cause}`))
  return { topic: 'loops', code: 'no-loop', verdict: 'well', subject: null, summary, evidence, remedy: [] }
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

function ago(at: number, now: number): string {
  // One may come while this diagnosis runs.
  const isAhead = at > now + 5_000
  return isAhead
    ? `at ${stampOf(at)}, which is in the future: the clock may have been set back`
    : `${span(Math.max(0, now - at))} ago`
}

function short(id: string): string {
  return id.slice(0, 12)
}
