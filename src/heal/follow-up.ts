// After an attach: the restart that a rule asks for, and the proof that its names resolve. It runs beside the next pass in
// the daemon (a restart takes seconds, and delays no other heal), and before the end of a one-shot.
import type { Action } from '../core/action.ts'
import type { Entry } from '../core/entry.ts'
import { NethealError } from '../core/errors.ts'
import type { Outcome, Resolution } from '../core/outcome.ts'
import { refusalOf, withRestart } from '../core/restart.ts'
import type { RestartPolicy, Rule } from '../core/rule.ts'
import { withContainer } from '../core/state.ts'
import { attemptError } from './apply.ts'
import type { Notebook } from './notebook.ts'
import type { Clock, Engine } from './ports.ts'
import type { Recorder } from './recorder.ts'
import { resolveNames } from './resolve-names.ts'

export interface FollowUp {
  readonly key: string
  readonly identity: string
  readonly containerId: string
  readonly container: string
  readonly network: string
  readonly policy: RestartPolicy
  readonly resolve: readonly string[]
  /** The action that this follows; null: only a proof is pending. */
  readonly action: Action | null
}

export interface FollowUpResult {
  readonly restarted: boolean
  readonly started: boolean
  /** The restart or start that was asked for and did not happen, in words. */
  readonly error: string | null
  readonly resolutions: readonly Resolution[]
}

export interface FollowUpDeps {
  readonly engine: Engine
  readonly clock: Clock
  readonly recorder: Recorder
  readonly notebook: Notebook
  /** Wait for nothing any more, but finish the call in hand. */
  readonly stop: AbortSignal
}

const PROOF_INTERVAL = 500

/** What an outcome still asks for: nothing for one that failed, waits for a start, or asks for neither restart nor proof. */
export function followUpOf(outcome: Outcome, rule: Rule): FollowUp | null {
  const { action } = outcome
  const starts = action.kind === 'repair' && action.start
  if (outcome.kind !== 'verified' && !(outcome.kind === 'waiting' && starts)) return null
  if (action.effect !== 'now' && !starts) return null
  if (action.restart.kind === 'none' && action.resolve.length === 0 && !starts) return null
  const { key, identity, containerId, container, network } = action
  return { key, identity, containerId, container, network, policy: rule.restart, resolve: action.resolve, action }
}

/** Throws nothing of the engine's. Everything it did is written down when it resolves. */
export async function runFollowUp(item: FollowUp, deps: FollowUpDeps, signal: AbortSignal): Promise<FollowUpResult> {
  const { action } = item
  const begun = deps.clock.monotonic()
  let result: FollowUpResult = { restarted: false, started: false, error: null, resolutions: [] }
  if (action?.kind === 'repair' && action.start) result = await revive('start', item, deps, signal)
  else if (action?.restart.kind === 'after-attach') result = await revive('restart', item, deps, signal)
  let resolutions = await resolveNames(item.containerId, item.resolve, deps.engine, signal)
  if (action?.restart.kind === 'if-unresolved') {
    resolutions = await wait(resolutions, action.restart.grace, item, deps, signal)
    if (isUnresolved(resolutions) && !deps.stop.aborted) {
      result = await revive('restart', item, deps, signal)
      resolutions = await wait(
        await resolveNames(item.containerId, item.resolve, deps.engine, signal),
        action.restart.grace,
        item,
        deps,
        signal,
      )
    }
  }
  const proof = await confirmed(item, resolutions, deps, signal)
  if (proof !== null) await conclude(item, proof, deps.clock.monotonic() - begun, deps)
  return { ...result, resolutions: proof ?? resolutions.map(interrupted) }
}

/**
 * Names that do not resolve are tried again before that is said for the first time: a stop or a detach in the middle of a
 * proof is no news of the names. Null: it was not attached by one and the same endpoint throughout, so the proof is still pending.
 */
async function confirmed(
  item: FollowUp,
  resolutions: readonly Resolution[],
  { engine, notebook }: FollowUpDeps,
  signal: AbortSignal,
): Promise<readonly Resolution[] | null> {
  const said = (notebook.state.attachments[item.key]?.seen[item.containerId]?.unproven ?? 0) > 0
  if (!wasInterrupted(resolutions) && (said || !isUnresolved(resolutions))) return resolutions
  const before = await endpointOf(item, engine, signal)
  const again = await resolveNames(item.containerId, item.resolve, engine, signal)
  const same = before !== null && before === (await endpointOf(item, engine, signal))
  return same && !wasInterrupted(again) ? again : null
}

function wasInterrupted(resolutions: readonly Resolution[]): boolean {
  return resolutions.some(r => r.result === 'interrupted')
}

function interrupted({ name }: Resolution): Resolution {
  return { name, result: 'interrupted', detail: 'it was stopped, restarted or detached meanwhile', denied: false }
}

/** Null: it does not run, is not attached, or cannot be seen. */
async function endpointOf(item: FollowUp, engine: Engine, signal: AbortSignal): Promise<string | null> {
  try {
    const [container] = (await engine.lookAt([item.containerId], signal)).containers
    const endpoint = container?.endpoints.find(e => e.network === item.network)?.endpointId
    return container?.status !== 'running' || endpoint === undefined || endpoint === '' ? null : endpoint
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    return null
  }
}

function isUnresolved(resolutions: readonly Resolution[]): boolean {
  return resolutions.some(r => r.result === 'unresolved')
}

/** Proves again until the names resolve or the grace is over. */
async function wait(
  first: readonly Resolution[],
  grace: number,
  item: FollowUp,
  { engine, clock, stop }: FollowUpDeps,
  signal: AbortSignal,
): Promise<readonly Resolution[]> {
  const end = clock.monotonic() + grace
  let resolutions = first
  while (isUnresolved(resolutions) && clock.monotonic() < end && !stop.aborted) {
    await clock.sleep(Math.min(PROOF_INTERVAL, end - clock.monotonic()), stop)
    resolutions = await resolveNames(item.containerId, item.resolve, engine, signal)
  }
  return resolutions
}

/**
 * Restarts or starts, if the limits allow it now. It is counted on disk first: where that is not possible it does not
 * happen, since nothing would stop the next process from doing it again.
 */
async function revive(
  verb: 'restart' | 'start',
  item: FollowUp,
  deps: FollowUpDeps,
  signal: AbortSignal,
): Promise<FollowUpResult> {
  const { engine, clock, recorder, notebook } = deps
  const { container, network, identity, containerId } = item
  const none = { restarted: false, started: false, resolutions: [] }
  const at = clock.now()
  const refusal = refusalOf(item.policy, notebook.state.restarts[identity] ?? [], at)
  if (refusal !== null) return { ...none, error: null }
  notebook.update(m => withRestart(m, identity, at))
  if (!(await recorder.save(true))) {
    await recorder.write([
      {
        kind: 'failed',
        at,
        container,
        network,
        verb,
        error: 'not done, because it could not be recorded on disk first',
        hint: null,
        retryIn: null,
      },
    ])
    return { ...none, error: `no ${verb}: it could not be recorded on disk first` }
  }
  await recorder.write([{ kind: 'action', at, container, network, verb, notes: [] }])
  const start = clock.monotonic()
  let entry: Entry
  let error: string | null = null
  try {
    if (verb === 'restart') await engine.restart(containerId, signal)
    else await engine.start(containerId, signal)
    entry = {
      kind: 'success',
      at: clock.now(),
      container,
      network,
      verb,
      milliseconds: clock.monotonic() - start,
      notes: [],
    }
  } catch (thrown) {
    const { message, hint } = attemptError(thrown)
    error = message
    entry = { kind: 'failed', at: clock.now(), container, network, verb, error: message, hint, retryIn: null }
  }
  await recorder.write([entry])
  return {
    ...none,
    error,
    restarted: verb === 'restart' && error === null,
    started: verb === 'start' && error === null,
  }
}

/** Keeps what is still pending, and writes down a proof, or the first time that one failed. */
async function conclude(
  item: FollowUp,
  resolutions: readonly Resolution[],
  milliseconds: number,
  { recorder, notebook, clock }: FollowUpDeps,
): Promise<void> {
  if (item.resolve.length === 0) return
  const at = clock.now()
  const { container, network } = item
  const seen = notebook.state.attachments[item.key]?.seen[item.containerId]
  // Taken away again meanwhile: there is nothing to prove, and the next heal asks for a proof of its own.
  if (seen === undefined || !seen.attached) return
  const before = seen.unproven ?? 0
  const unresolved = resolutions.filter(r => r.result === 'unresolved')
  notebook.update(m =>
    withContainer(m, item.key, item.containerId, { unproven: unresolved.length > 0 ? before + 1 : null }),
  )
  if (unresolved.length > 0) {
    if (before > 0) return
    const names = unresolved.map(r => r.name).join(', ')
    const message = `${container} is attached to ${network}, but ${names} does not resolve inside it`
    await recorder.write([
      {
        kind: 'warning',
        at,
        container,
        network,
        code: 'unresolved',
        message,
        hint: `is the container behind ${names} running on ${network}?`,
      },
    ])
    return
  }
  const denied = resolutions.find(r => r.denied)
  if (denied !== undefined) {
    const message = `${container} is attached to ${network}; whether ${denied.name} resolves inside it is not known: ${denied.detail}`
    await recorder.write([{ kind: 'warning', at, container, network, code: 'unproven', message, hint: null }])
  }
  const proven = resolutions.filter(r => r.result === 'resolved').map(r => `${r.name} (${r.detail})`)
  if (proven.length > 0)
    await recorder.write([{ kind: 'success', at, container, network, verb: 'prove', milliseconds, notes: proven }])
}
