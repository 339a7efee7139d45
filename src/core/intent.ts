// What a pass is about to act upon, written ahead of the act: the part of the state that says so, and nothing else. A
// process that is killed in the middle of a heal has it when it starts again, and the next whole state takes its place.
import { type AttachmentState, type Detach, KEPT_DETACHES, type State } from './state.ts'

export interface Intent {
  /** How many passes had ended by then: a state in which more have ended knows better. */
  readonly passes: number
  /** Those that are acted upon or were lost, by their keys. */
  readonly attachments: Readonly<Record<string, AttachmentState>>
  /** What this pass has noticed. */
  readonly detaches: readonly Detach[]
}

/** `state`: with the detaches taken in. `keys`: of the attachments that are acted upon. */
export function intentOf(state: State, keys: Iterable<string>, detaches: readonly Detach[]): Intent {
  const concerned = new Set([...keys, ...detaches.map(d => d.key)])
  const attachments: Record<string, AttachmentState> = {}
  for (const key of concerned) {
    const remembered = state.attachments[key]
    if (remembered !== undefined) attachments[key] = remembered
  }
  return { passes: state.passes, attachments, detaches }
}

/** The state with what was written ahead after it. Twice is as once. */
export function withIntent(state: State, intent: Intent): State {
  if (intent.passes < state.passes) return state
  const known = new Set(state.detaches.map(markOf))
  const news = intent.detaches.filter(d => !known.has(markOf(d)))
  return {
    ...state,
    attachments: { ...state.attachments, ...intent.attachments },
    detaches: [...state.detaches, ...news].slice(-KEPT_DETACHES),
  }
}

function markOf({ at, key, evidence }: Detach): string {
  return `${at} ${evidence.containerId} ${key}`
}
