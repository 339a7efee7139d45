// Is all well? The exit code of a look and of a pass, and the words of the daily heartbeat.
import { isQuiet } from './action.ts'
import type { Plan } from './plan.ts'
import type { AttachmentState, State } from './state.ts'

/** True when the plan leaves nothing to be done and nothing that cannot be done. */
export function inSync(plan: Plan): boolean {
  return plan.actions.length === 0 && plan.blocked.length === 0 && plan.skipped.every(isQuiet)
}

/** docs/design.md, "Exit codes": 0 well, 3 something is not as it should be. */
export function exitCodeOfCheck(plan: Plan, state: State): 0 | 3 {
  return inSync(plan) && state.loops.length === 0 && !isUnreachable(state) ? 0 : 3
}

/** Something is attached, and known not to reach what it is attached for. */
function isUnreachable(state: State): boolean {
  return Object.values(state.attachments).some(a => a.wanted && a.state === 'unreachable')
}

/** `applied`: the plan of the last pass. `isWell`: all that it did is verified and written down. */
export function exitCodeOfPass(applied: Plan, state: State, isWell: boolean): 0 | 3 {
  return isWell ? exitCodeOfCheck({ ...applied, actions: [] }, state) : 3
}

export interface Health {
  readonly well: boolean
  /** `pms-backend and pms-worker-v2 healthy`, or what is wrong. */
  readonly text: string
}

/**
 * For the heartbeat. A container that is stopped or missing is nothing netheal can heal, and no exit code speaks of it;
 * but nobody may call it healthy, so the line says DEGRADED.
 */
export function healthOf(state: State, pausedUntil: number | null): Health {
  const all = Object.values(state.attachments).filter(a => a.wanted)
  const healthy = [...new Set(all.filter(a => a.state === 'attached').map(a => a.container))]
  const problems = [
    ...(pausedUntil === null ? [] : [`netheal is paused until ${new Date(pausedUntil).toISOString()}`]),
    ...all.filter(a => a.state !== 'attached').map(problemWords),
    ...state.loops.map(l => `${l.container} in a ${l.kind} (${l.source})`),
  ]
  if (problems.length === 0) {
    return healthy.length === 0
      ? { well: false, text: 'no container is configured' }
      : { well: true, text: `${listed(healthy)} healthy` }
  }
  const good = healthy.length === 0 ? '' : `; attached: ${listed(healthy)}`
  return { well: false, text: `${problems.join('; ')}${good}` }
}

function problemWords(attachment: AttachmentState): string {
  const { container, network, state } = attachment
  switch (state) {
    case 'stopped':
      return `${container} is stopped`
    case 'missing':
      return `${container} is missing`
    case 'blocked':
      return `${container} cannot be attached to ${network}`
    case 'waiting':
      return `${container} waits for its next start to join ${network}`
    case 'unreachable':
      return `${container} is attached to ${network}, but ${unreachableOf(attachment)}`
    default:
      return `${container} is not attached to ${network}`
  }
}

/** What was found, in words. */
function unreachableOf({ seen }: AttachmentState): string {
  const found = Object.values(seen).flatMap(c => (c.attached ? (c.unreachable?.detail ?? []) : []))
  return found[0] ?? 'does not reach what it is attached for'
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
