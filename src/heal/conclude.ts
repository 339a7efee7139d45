// What a proof has shown, written down: in the state, and in the log where it is news.
import type { Entry } from '../core/entry.ts'
import type { Fault, Judgement } from '../core/judgement.ts'
import { isAtLeast, type Proof, type Unreachable } from '../core/proof.ts'
import { withProof } from '../core/standing.ts'
import type { ObservedContainer, State } from '../core/state.ts'
import type { Notebook } from './notebook.ts'
import type { Clock } from './ports.ts'
import type { Proving } from './prove.ts'
import type { Recorder } from './recorder.ts'

/** One container's side of an attachment. `network` is the network's name. */
export interface Pair {
  readonly key: string
  readonly containerId: string
  readonly container: string
  readonly network: string
}

export interface ConcludeDeps {
  readonly clock: Clock
  readonly recorder: Recorder
  readonly notebook: Notebook
}

/**
 * @param milliseconds since the question was begun
 * @param isAwaited it follows an attach: what it proves is written down, although nothing was wrong
 */
export async function conclude(
  pair: Pair,
  proving: Proving,
  milliseconds: number,
  isAwaited: boolean,
  { clock, recorder, notebook }: ConcludeDeps,
): Promise<void> {
  const at = clock.now()
  const before = notebook.state.attachments[pair.key]?.seen[pair.containerId]
  // Taken away again meanwhile: there is nothing to prove, and the next heal asks for a proof of its own.
  if (before === undefined || !before.attached) return
  const { judgement } = proving
  notebook.update(state => concluded(state, pair, judgement, at))
  const entries = newsOf(pair, proving, before, { at, milliseconds, isAwaited: isAwaited || before.unproven !== null })
  if (entries.length > 0) await recorder.write(entries)
}

/** The state with what a proof has shown taken in. */
export function concluded(state: State, pair: Pair, judgement: Judgement, at: number): State {
  const before = state.attachments[pair.key]?.seen[pair.containerId]
  if (before === undefined || !before.attached || judgement.kind === 'interrupted') return state
  return withProof(state, pair.key, pair.containerId, changeOf(before, judgement, at), at)
}

function changeOf(
  before: ObservedContainer,
  judgement: Exclude<Judgement, { readonly kind: 'interrupted' }>,
  at: number,
): Partial<ObservedContainer> {
  const again = (before.unproven ?? 0) + 1
  switch (judgement.kind) {
    case 'fault': {
      const unreachable = unreachableFrom(judgement.fault, before, at)
      return { unproven: again, unreachable, asked: { at, doubt: null }, proof: lowered(before.proof) }
    }
    case 'unknown':
      return {
        // What was known to be wrong is not known to be right.
        unproven: isOurs(before.unreachable) ? again : null,
        asked: { at, doubt: judgement.doubt.words },
      }
    case 'proven':
      return {
        ...{ unproven: null, reattached: null, proof: { rung: judgement.rung, at } },
        unreachable: isOurs(before.unreachable) ? null : before.unreachable,
        asked: { at, doubt: judgement.doubt?.words ?? null },
      }
  }
}

/** Found from inside, and so taken back from inside. */
function isOurs(unreachable: Unreachable | null): boolean {
  return unreachable !== null && unreachable.reason !== 'bridge-missing'
}

function unreachableFrom({ reason, detail, hint }: Fault, { unreachable }: ObservedContainer, at: number): Unreachable {
  // The lowest rung comes first.
  if (unreachable?.reason === 'bridge-missing') return unreachable
  return { reason, detail, hint, since: unreachable?.since ?? at }
}

/** Its names, or what it reaches, are proven no more; that it is on the network still is. */
function lowered(proof: Proof | null): Proof | null {
  return proof !== null && isAtLeast(proof.rung, 'named') ? { ...proof, rung: 'joined' } : proof
}

interface Moment {
  readonly at: number
  readonly milliseconds: number
  readonly isAwaited: boolean
}

function newsOf(
  { container, network }: Pair,
  { judgement, resolutions, reached }: Proving,
  before: ObservedContainer,
  { at, milliseconds, isAwaited }: Moment,
): readonly Entry[] {
  const warning = (code: string, words: string, hint: string | null): Entry => {
    const message = `${container} is attached to ${network}${words}`
    return { kind: 'warning', at, container, network, code, message, hint }
  }
  if (judgement.kind === 'interrupted') return []
  if (judgement.kind === 'fault') {
    const { reason, detail, hint } = judgement.fault
    if (before.unreachable !== null) return []
    return [warning(reason === 'unresolved' ? 'unresolved' : 'unreachable', `, but ${detail}`, hint)]
  }
  const entries: Entry[] = []
  const { doubt } = judgement
  if (doubt?.isNews === true && (before.asked?.doubt ?? null) === null)
    entries.push(warning('unproven', `; ${doubt.words}`, null))
  const isOver = judgement.kind === 'proven' && isOurs(before.unreachable)
  if (!isAwaited && !isOver) return entries
  const success = (verb: 'prove' | 'reach', notes: readonly string[]): Entry => {
    const said = isOver ? notes.map(note => `${note} again`) : notes
    return { kind: 'success', at, container, network, verb, milliseconds, notes: said }
  }
  const resolved = resolutions.filter(r => r.result === 'resolved').map(r => `${r.name} (${r.detail})`)
  if (resolved.length > 0) entries.push(success('prove', resolved))
  if (reached.length > 0) entries.push(success('reach', reached))
  return entries
}
