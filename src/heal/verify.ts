// Verify: a second look at what was acted upon, beyond the entries as well. What is still wanted then did not work.

import type { Action } from '../core/action.ts'
import type { DetachCause } from '../core/cause.ts'
import { NethealError } from '../core/errors.ts'
import type { Examination } from '../core/examination.ts'
import type { Observation } from '../core/observation.ts'
import { type Attempt, type Outcome, verifyAttempts } from '../core/outcome.ts'
import { unverifiedEntries } from '../core/report.ts'
import type { Detach } from '../core/state.ts'
import { type Network, patched } from '../core/world.ts'
import { examine } from './examine.ts'
import { decide } from './observe.ts'
import type { PassDeps, PassSettings } from './pass-deps.ts'
import { takeObservation, withDetachedAgain } from './pass-state.ts'

export interface Verified {
  readonly outcomes: readonly Outcome[]
  /** The second look. */
  readonly look: Observation
  /** What was lost again between the attempts and that look. */
  readonly detaches: readonly Detach[]
}

/** Milliseconds: an interface that was just made answers at once. */
const PATIENCE = 1_000

const NONE: ReadonlyMap<string, number> = new Map()

/**
 * @param first the observation that the attempts were planned from
 * Throws the engine's NethealErrors where it went away in the middle: that nobody saw the end is written down first.
 */
export async function verify(
  tried: readonly Attempt[],
  first: Observation,
  deps: PassDeps,
  { rules, seesStarts }: PassSettings,
  causeOf: (action: Action) => DetachCause | null,
  signal: AbortSignal,
): Promise<Verified> {
  const { clock, notebook } = deps
  const second = await lookAgain(tried, deps, seesStarts ? first.world.networks : undefined, signal)
  const unseen = new Set(second.unseen)
  const attempts = tried.map(attempt => (unseen.has(attempt.action.containerId) ? unverifiable(attempt) : attempt))
  const seen = patched(first.world, second.containers, second.gone, second.networks)
  const now = clock.now()
  // Without restraints: what is still wanted is still wanted, whether or not it may be tried again now.
  const state = { ...notebook.state, backoffs: {}, loops: [] }
  const restraint = { pausedUntil: null, seesStarts, silent: NONE }
  const options = { rules, state, restraint, now }
  const known = notebook.examined
  const only = new Set(tried.map(t => t.action.containerId))
  // Until this is over no other is healed, and 20.10 takes a second to tell of an interface: membership by the network's own word
  // proves an attach, and the rest is looked at beside the passes.
  const deep = new Set(tried.filter(isDoubtful).map(t => t.action.containerId))
  const examined = await examine(decide(options, seen), deps, { known, only, patience: PATIENCE, deep }, signal)
  notebook.examined = withoutUnknown(examined)
  notebook.world = { ...seen, examined }
  const look = decide(options, notebook.world)
  notebook.update(s => withDetachedAgain(s, attempts, look, now))
  const detaches = takeObservation(look, unseen, notebook, now)
  return { outcomes: verifyAttempts(attempts, look, detaches, causeOf), look, detaches }
}

/** Refused, or a repair of what was proven dead: whether it is mended takes the same question. */
function isDoubtful({ action, error }: Attempt): boolean {
  return error !== null || (action.kind === 'repair' && action.dead !== null)
}

/** What was not looked for is still to be asked. */
function withoutUnknown(examined: Examination): Examination {
  const pairs = [...examined.pairs].filter(([, found]) => found.interface !== 'unknown' || found.member === 'missing')
  return { ...examined, pairs: new Map(pairs) }
}

/** Accepted, and then the container stopped answering: nobody knows what became of it. */
function unverifiable(attempt: Attempt): Attempt {
  if (attempt.error !== null) return attempt
  const message = 'the engine accepted it, but the container has not answered since, so it is not verified'
  return { ...attempt, error: { code: 'engine-timeout', message, hint: null } }
}

async function lookAgain(
  attempts: readonly Attempt[],
  { engine, clock, recorder }: PassDeps,
  known: readonly Network[] | undefined,
  signal: AbortSignal,
) {
  try {
    const ids = attempts.map(a => a.action.containerId)
    return await engine.lookAt(ids, signal, known)
  } catch (error) {
    if (error instanceof NethealError) await recorder.write(unverifiedEntries(attempts, error.message, clock.now()))
    throw error
  }
}
