// Is all well? The exit code of a look and of a pass, and the words of the daily heartbeat.
import { isQuiet, NETWORK_REMOVED } from './action.ts'
import { knownReachOf, lowestRung, unreachableIn } from './known-reach.ts'
import type { Plan } from './plan.ts'
import type { AttachmentState, State } from './state.ts'
import { isMistaken, unmatchedText } from './unmatched.ts'

/** True when the plan leaves nothing to be done and nothing that cannot be done. */
export function inSync(plan: Plan): boolean {
  return plan.actions.length === 0 && plan.blocked.length === 0 && plan.skipped.every(isQuiet)
}

/** docs/design.md, "Exit codes": 0 well, 3 something is not as it should be. */
export function exitCodeOfCheck(plan: Plan, state: State): 0 | 3 {
  const isWell = state.loops.length === 0 && unreachableIn(state).length === 0 && !state.unmatched.some(isMistaken)
  return inSync(plan) && isWell ? 0 : 3
}

/** `applied`: the plan of the last pass. `isWell`: all that it did is verified and written down. */
export function exitCodeOfPass(applied: Plan, state: State, isWell: boolean): 0 | 3 {
  return isWell ? exitCodeOfCheck({ ...applied, actions: [] }, state) : 3
}

export interface Health {
  readonly well: boolean
  /** `pms-backend and pms-worker-v2 healthy`, or what is wrong. */
  readonly text: string
  /** Nothing is known to be wrong of some, and nothing proven either: a proof has no answer yet. */
  readonly isPending: boolean
}

/**
 * For the heartbeat. A container that is stopped or missing is nothing netheal can heal, and no exit code speaks of it;
 * but nobody may call it healthy, so the line says DEGRADED.
 * @param unasked the containers whose proof is due, and not even begun
 */
export function healthOf(state: State, pausedUntil: number | null, unasked: readonly string[] = []): Health {
  const all = Object.values(state.attachments).filter(a => a.wanted)
  const attached = all.filter(a => a.state === 'attached')
  const pending = new Set(
    attached.filter(a => knownReachOf(a).isPending || unasked.includes(a.container)).map(a => a.container),
  )
  const healthy = Map.groupBy(
    attached.filter(a => !pending.has(a.container)),
    a => a.container,
  )
  const problems = [
    ...(pausedUntil === null ? [] : [`netheal is paused until ${new Date(pausedUntil).toISOString()}`]),
    ...all.filter(a => a.state !== 'attached').map(a => problemWords(a, state)),
    ...state.loops.map(l => `${l.container} in a ${l.kind} (${l.source})`),
  ]
  const isPending = pending.size > 0
  const waiting = !isPending ? [] : [`attached, proof pending: ${listed([...pending])}`]
  const names = [...healthy.keys()]
  if (problems.length === 0) {
    const well = names.length === 0 ? [] : [`${listed(names)} healthy ${rungsText(healthy)}`]
    return all.length === 0
      ? { well: false, text: 'no container is configured', isPending }
      : { well: true, text: [...well, ...waiting].join('; '), isPending }
  }
  const good = names.length === 0 ? [] : [`attached: ${listed(names)}`]
  return { well: false, text: [...problems, ...good, ...waiting].join('; '), isPending }
}

/** How far that is proven: `(proven: named)`, `(proven: named of pms-backend, joined of pms-worker-v2)`. */
function rungsText(healthy: ReadonlyMap<string, readonly AttachmentState[]>): string {
  const rungs = Map.groupBy(healthy.keys(), name => lowestRung((healthy.get(name) ?? []).map(knownReachOf)))
  const [only] = rungs.keys()
  if (rungs.size === 1) return `(proven: ${only})`
  return `(proven: ${[...rungs].map(([rung, names]) => `${rung} of ${listed(names)}`).join('; ')})`
}

function problemWords(attachment: AttachmentState, { unmatched }: State): string {
  const { container, network, state } = attachment
  switch (state) {
    case 'stopped':
      return `${container} is stopped`
    case 'missing': {
      const never = unmatched.find(u => u.selector === container && u.network === network)
      return never === undefined ? `${container} is missing` : unmatchedText(never)
    }
    case 'blocked':
      return `${container} cannot be attached to ${network}`
    case 'waiting':
      if (attachment.reported === NETWORK_REMOVED)
        return `${network} was removed, and ${container} joins it when it is there again`
      return `${container} waits for its next start to join ${network}`
    case 'unreachable':
      return `${container} is attached to ${network}, but ${knownReachOf(attachment).unreachable?.detail}`
    default:
      return `${container} is not attached to ${network}`
  }
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
