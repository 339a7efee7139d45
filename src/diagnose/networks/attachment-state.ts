// Where one attachment stands, from the plan's own answer for it: attached, detached, a dead entry, blocked, stopped.

import type { Action, SkippedReason, Warning } from '../../core/action.ts'
import { type Attachment, entryFor, networkLabel } from '../../core/attachment.ts'
import { remedyFor } from '../../core/cause.ts'
import { assertNever } from '../../core/errors.ts'
import type { Observation } from '../../core/observation.ts'
import { entryState } from '../../core/plan.ts'
import type { State } from '../../core/state.ts'
import type { Container, Endpoint, Network, World } from '../../core/world.ts'
import type { Subject } from '../context.ts'
import { shellWord } from '../excerpt.ts'
import { stickyRemedy } from '../rules/coolify-remedy.ts'
import type { Finding } from '../rules/finding.ts'
import { blockedWords } from './blocked-words.ts'
import { emptiness } from './emptiness.ts'
import { heldText } from './held-text.ts'

export interface AttachmentFindings {
  /** The network, where the container is attached to it now; null where it is not, or will only be at its start. */
  readonly attached: Network | null
  /** The first one is about the attachment itself. */
  readonly findings: readonly Finding[]
}

export function attachmentFindings(
  subject: Subject,
  attachment: Attachment,
  container: Container,
  look: Observation,
  state: State,
): AttachmentFindings {
  const is = (item: { readonly key: string; readonly container: string }): boolean =>
    item.key === attachment.key && item.container === attachment.label
  const { plan } = look
  const satisfied = plan.satisfied.find(s => s.key === attachment.key && s.containerId === container.id)
  if (satisfied !== undefined) return attached(subject, attachment, container, look, satisfied.warnings)
  const action = plan.actions.find(a => a.key === attachment.key && a.containerId === container.id)
  if (action !== undefined) return notAttached(subject, attachment, container, look, state, wanting(action))
  const blocked = plan.blocked.find(is)
  if (blocked !== undefined) {
    const stale = blocked.reason === 'stale-entry'
    return only({
      ...base(subject),
      code: blocked.reason,
      verdict: 'wrong',
      summary: stale
        ? `${subject.label} has a dead entry for ${blocked.network}, but the rule forbids the repair`
        : blocked.attached !== null
          ? `${subject.label} is on ${blocked.network}, but reaches nothing there: ${blockedWords(blocked.reason)}`
          : `${subject.label} cannot be attached to ${blocked.network}: ${blockedWords(blocked.reason)}`,
      evidence: [placesOf(subject, container)],
      remedy: [
        blocked.hint,
        ...(blocked.reason === 'network-missing' ? [`netheal then attaches ${subject.label} by itself`] : []),
      ],
    })
  }
  return skipped(subject, attachment, container, look, state, plan.skipped.find(is)?.reason ?? 'not-running')
}

function attached(
  subject: Subject,
  attachment: Attachment,
  container: Container,
  look: Observation,
  warnings: readonly Warning[],
): AttachmentFindings {
  const network = attachment.network.kind === 'found' ? attachment.network.network : null
  if (container.status === 'created' || network === null) return only(atStart(subject, attachment, container))
  const finding: Finding = {
    ...base(subject),
    code: 'attached',
    verdict: 'well',
    summary: `${subject.label} is on ${network.name}`,
    evidence: [entryText(subject, entryFor(container, network), network)],
    remedy: [],
  }
  return {
    attached: network,
    findings: [finding, ...asides(subject, warnings), ...emptiness(subject, network, warnings, look)],
  }
}

/** What is not as it should be, though it is attached: the plan's own words. */
function asides(subject: Subject, warnings: readonly Warning[]): readonly Finding[] {
  return warnings.flatMap(({ code, message, hint }) => {
    if (code !== 'drift' && code !== 'off-home' && code !== 'selector-ambiguous') return []
    const verdict = code === 'drift' ? 'note' : 'wrong'
    return [{ ...base(subject), code, verdict, summary: message, evidence: [], remedy: hint === null ? [] : [hint] }]
  })
}

/** What makes a detached container detached: the plan's own words for it. */
interface Wanting {
  readonly code: 'detached' | 'stale-entry'
  readonly why: string
  readonly warnings: readonly Warning[]
  /** Said first: why netheal does not mend it by itself just now. */
  readonly held: string | null
  readonly entry: string | null
  readonly aliases: readonly string[]
}

function wanting(action: Action): Wanting {
  const { why, warnings, aliases } = action
  return action.kind === 'attach'
    ? { code: 'detached', why, warnings, held: null, entry: null, aliases }
    : {
        ...{ code: 'stale-entry', why, warnings, held: null, aliases },
        // The engine refuses to disconnect what the network does not list: "not connected". A connect alone heals that.
        entry: action.dead === 'not-a-member' ? null : action.entry,
      }
}

function notAttached(
  subject: Subject,
  attachment: Attachment,
  container: Container,
  look: Observation,
  state: State,
  { code, why, warnings, held, entry, aliases }: Wanting,
): AttachmentFindings {
  const network = networkLabel(attachment)
  const found = attachment.network.kind === 'found' ? attachment.network.network : null
  const summary =
    code === 'detached' ? `${subject.label} is not attached to ${network}` : `${subject.label} ${why}: a dead entry`
  const finding: Finding = {
    ...base(subject),
    code,
    verdict: 'wrong',
    summary,
    evidence: [
      ...(held === null ? [] : [held]),
      placesOf(subject, container),
      ...(found === null ? [] : [membersText(found, container, look.world)]),
      ...lossText(attachment, state),
      ...(container.status === 'running' ? [] : [`State.Status: ${container.status}`]),
      ...warnings.filter(w => w.code !== 'network-empty').map(w => `once attached: ${w.message}`),
    ],
    remedy: [
      'sudo netheal once attaches it now, without a restart (the daemon, netheal run, does so by itself)',
      `by hand: ${byHand(container, network, entry, aliases)}; no restart is needed: names resolve at once`,
      ...stickyRemedy(container, network),
    ],
  }
  return { attached: null, findings: [finding, ...(found === null ? [] : emptiness(subject, found, warnings, look))] }
}

function byHand(container: Container, network: string, entry: string | null, aliases: readonly string[]): string {
  const names = aliases.map(a => `--alias ${shellWord(a)} `).join('')
  const connect = `docker network connect ${names}${network} ${container.name}`
  const start = container.status === 'exited' ? `, then docker start ${container.name}` : ''
  return entry === null ? connect : `docker network disconnect -f ${entry} ${container.name}, then ${connect}${start}`
}

function skipped(
  subject: Subject,
  attachment: Attachment,
  container: Container,
  look: Observation,
  state: State,
  reason: SkippedReason,
): AttachmentFindings {
  switch (reason) {
    case 'container-missing':
    case 'not-running':
      return only({
        ...base(subject),
        code: 'container-stopped',
        verdict: 'note',
        summary: `${subject.label} is ${container.status}: start it to see whether it is on ${networkLabel(attachment)}`,
        evidence: [`State.Status: ${container.status}`, ...entriesText(attachment, container)],
        remedy: [],
      })
    case 'waiting-for-start':
    case 'nobody-there':
      return only(atStart(subject, attachment, container))
    case 'network-removed':
      return only({
        ...base(subject),
        code: 'network-removed',
        verdict: 'note',
        summary: `${networkLabel(attachment)} was removed after ${subject.label} had been taken off it`,
        evidence: [placesOf(subject, container)],
        remedy: [`nothing to do: netheal attaches ${subject.label} when ${networkLabel(attachment)} is there again`],
      })
    case 'taken-off':
    case 'paused':
    case 'backing-off':
    case 'looping': {
      const network = attachment.network.kind === 'found' ? attachment.network.network : null
      const entry = network === null ? undefined : entryFor(container, network)
      const dead = network !== null && entry !== undefined && entryState(entry, container, network) === 'dead'
      return notAttached(subject, attachment, container, look, state, {
        code: dead ? 'stale-entry' : 'detached',
        why: `has an entry for ${networkLabel(attachment)} with no endpoint behind it`,
        warnings: [],
        held: heldText(reason),
        entry: dead && entry !== undefined ? entry.network : null,
        aliases: [],
      })
    }
    default:
      return assertNever(reason)
  }
}

function atStart(subject: Subject, attachment: Attachment, container: Container): Finding {
  return {
    ...base(subject),
    code: 'attaches-at-start',
    verdict: 'note',
    summary: `${subject.label} is ${container.status}, and joins ${networkLabel(attachment)} when ${attachment.network.kind === 'nobody-there' ? 'there is one' : 'it starts'}`,
    evidence: [`State.Status: ${container.status}`, ...entriesText(attachment, container)],
    remedy: [],
  }
}

function entryText({ details }: Subject, entry: Endpoint | undefined, network: Network): string {
  const address = details?.addresses[network.name]
  return `${network.name}: EndpointID ${entry?.endpointId.slice(0, 12) ?? ''}, network id ${network.id.slice(0, 12)} (its current one), address ${address ?? 'unknown'}`
}

function entriesText(attachment: Attachment, container: Container): readonly string[] {
  if (attachment.network.kind !== 'found') return [`${attachment.network.name}: ${attachment.network.hint}`]
  const { network } = attachment.network
  const entry = entryFor(container, network)
  if (entry === undefined) return [`no entry for ${network.name}: it will start without it`]
  return [`entry for ${network.name}: network id ${entry.networkId.slice(0, 12) || 'none yet'}`]
}

/** `on: coolify (172.18.0.5)`. */
export function placesOf({ details }: Subject, container: Container): string {
  const places = container.endpoints.map(e => {
    const address = details?.addresses[e.network]
    return address === undefined ? e.network : `${e.network} (${address})`
  })
  return places.length === 0 ? `on no network (mode ${container.networkMode})` : `on ${places.join(', ')}`
}

function membersText(network: Network, container: Container, world: World): string {
  const members = world.containers
    .filter(c => c.id !== container.id && c.endpoints.some(e => e.networkId === network.id && e.endpointId !== ''))
    .map(c => c.name)
  const shown = members.slice(0, 6).join(', ')
  const more = members.length > 6 ? ` and ${members.length - 6} more` : ''
  return `network ${network.name}, id ${network.id.slice(0, 12)}, members: ${members.length === 0 ? 'none' : shown}${more}`
}

/** What netheal remembers of its loss. */
function lossText(attachment: Attachment, state: State): readonly string[] {
  const loop = state.loops.find(l => l.key === attachment.key)
  const last = state.detaches.findLast(d => d.key === attachment.key)
  if (last === undefined) return []
  const by = last.evidence.deployment
  const count = state.detaches.filter(d => d.key === attachment.key).length
  return [
    `lost at ${new Date(last.at).toISOString()}, cause: ${last.cause}${by === null ? '' : `, while Coolify's deployment ${by} ran`}; lost ${count === 1 ? 'once' : `${count} times`} that netheal knows of`,
    ...(loop === undefined ? [] : [`again and again: ${remedyFor(loop.source)}`]),
  ]
}

function only(finding: Finding): AttachmentFindings {
  return { attached: null, findings: [finding] }
}

function base({ label }: Subject): Pick<Finding, 'topic' | 'subject'> {
  return { topic: 'networks', subject: label }
}
