// The proofs of a command that only tells (`check`, `status --live`): of all that is attached and has something to be proven, as
// it is now. It runs what a proof runs inside the containers, and saves nothing.
import { mapBounded } from '../concurrency/map-bounded.ts'
import type { State } from '../core/state.ts'
import { concluded } from './conclude.ts'
import { openWays } from './inside.ts'
import type { Observed } from './observe.ts'
import { provableIn } from './pass-state.ts'
import type { Clock, Engine } from './ports.ts'
import { prove } from './prove.ts'

const AT_ONCE = 8

/** The state as a daemon would have it after these proofs. Throws nothing of the engine's. */
export async function proveReadOnly(
  seen: Observed,
  state: State,
  { engine, clock }: { readonly engine: Engine; readonly clock: Clock },
  signal: AbortSignal,
): Promise<State> {
  const provable = provableIn(seen).filter(item => !seen.unseen.has(item.containerId))
  const deps = { engine, clock, ways: openWays(), world: seen.world }
  const judged = await mapBounded(provable, AT_ONCE, async item => {
    const ask = () => prove(item.containerId, item.joined, item.rule, deps, signal)
    const { judgement } = await ask()
    // A detach in the middle of the question is no news of what was asked for.
    return { item, judgement: judgement.kind === 'fault' ? (await ask()).judgement : judgement }
  })
  return judged.reduce((known, { item, judgement }) => concluded(known, item, judgement, clock.now()), state)
}
