// After an attach: the restart that a rule asks for, and the proof that its names resolve. It runs beside the next pass in
// the daemon (a restart takes seconds, and delays no other heal), and before the end of a one-shot.
import type { Action } from '../core/action.ts'
import { NethealError } from '../core/errors.ts'
import type { Judgement } from '../core/judgement.ts'
import type { Outcome, Resolution } from '../core/outcome.ts'
import { isCurableReason } from '../core/proof.ts'
import { hasTargets } from '../core/reachability.ts'
import { refusalOf } from '../core/restart.ts'
import type { Rule } from '../core/rule.ts'
import type { Network } from '../core/world.ts'
import { conclude } from './conclude.ts'
import type { Engine } from './ports.ts'
import { type Proving, prove } from './prove.ts'
import { resolveNames } from './resolve-names.ts'
import { NOT_REVIVED, type Revival, type ReviveDeps, revive } from './revive.ts'

export interface FollowUp {
  readonly key: string
  readonly identity: string
  readonly containerId: string
  readonly container: string
  readonly network: string
  /** The network itself. */
  readonly joined: Network
  readonly rule: Rule
  /** The action that this follows; null: only a proof is due. */
  readonly action: Action | null
}

export interface FollowUpResult extends Revival {
  readonly resolutions: readonly Resolution[]
  /** The containers that answer to the names, by id. */
  readonly answering: readonly string[]
  /** What was run inside it did not end. */
  readonly isHung: boolean
}

export interface FollowUpDeps extends ReviveDeps {
  /** Wait for nothing any more, but finish the call in hand. */
  readonly stop: AbortSignal
}

const PROOF_INTERVAL = 500

/** What an outcome still asks for: nothing for one that failed, waits for a start, or asks for neither restart nor proof. */
export function followUpOf(outcome: Outcome, rule: Rule, joined: Network): FollowUp | null {
  const { action } = outcome
  const starts = action.kind === 'repair' && action.start
  if (outcome.kind !== 'verified' && !(outcome.kind === 'waiting' && starts)) return null
  if (action.effect !== 'now' && !starts) return null
  if (action.restart.kind === 'none' && !hasTargets(rule) && !starts) return null
  const { key, identity, containerId, container, network } = action
  return { key, identity, containerId, container, network, joined, rule, action }
}

/**
 * Throws nothing of the engine's. Everything it did is written down when it resolves.
 * @param settling before something is said to be wrong that was not, so long is waited, and it is proven again; milliseconds
 */
export async function runFollowUp(
  item: FollowUp,
  deps: FollowUpDeps,
  signal: AbortSignal,
  settling = 0,
): Promise<FollowUpResult> {
  const { action, rule } = item
  const begun = deps.clock.monotonic()
  let result: Revival = NOT_REVIVED
  if (action?.kind === 'repair' && action.start) result = await revive('start', item, deps, signal)
  else if (action?.restart.kind === 'after-attach') result = await revive('restart', item, deps, signal)
  if (action?.restart.kind === 'if-unresolved') {
    const { grace } = action.restart
    if (!(await resolvesWithin(grace, item, deps, signal)) && !deps.stop.aborted) {
      result = await revive('restart', item, deps, signal)
      await resolvesWithin(grace, item, deps, signal)
    }
  }
  const first = await ask(item, deps, signal)
  let proof = await confirmed(item, first, deps, signal, settling)
  const milliseconds = (): number => deps.clock.monotonic() - begun
  const wasSaid = isUnreachable(item, deps)
  if (proof !== null) await conclude(item, proof, milliseconds(), action !== null, deps)
  if (proof !== null && rule.onUnreachable === 'restart' && isCurable(proof.judgement) && !deps.stop.aborted) {
    if (!wasSaid) await tellOfLimit(item, deps)
    const revived = await revive('restart', item, deps, signal)
    if (revived.error !== null) result = { ...result, error: revived.error }
    if (revived.restarted) {
      result = { ...result, restarted: true }
      proof = await provesWithin(rule.restart.grace, item, deps, signal)
      await conclude(item, proof, milliseconds(), true, deps)
    }
  }
  const { answering, judgement } = proof ?? first
  const isHung = 'doubt' in judgement && judgement.doubt?.isHung === true
  return { ...result, resolutions: proof?.resolutions ?? first.resolutions.map(interrupted), answering, isHung }
}

function isUnreachable({ key, containerId }: FollowUp, { notebook }: FollowUpDeps): boolean {
  return (notebook.state.attachments[key]?.seen[containerId]?.unreachable ?? null) !== null
}

/** Once an incident: whoever reads of it would ask why it was not restarted, as the rule says. */
async function tellOfLimit(
  { identity, container, network, rule }: FollowUp,
  { clock, notebook, recorder }: FollowUpDeps,
): Promise<void> {
  const at = clock.now()
  const refusal = refusalOf(rule.restart, notebook.state.restarts[identity] ?? [], at)
  if (refusal === null) return
  const message = `${container} is not restarted: ${refusal}`
  await recorder.write([{ kind: 'warning', at, container, network, code: 'restart-refused', message, hint: null }])
}

async function ask(item: FollowUp, deps: FollowUpDeps, signal: AbortSignal): Promise<Proving> {
  const { notebook, engine, clock } = deps
  const world = notebook.world ?? { containers: [], networks: [] }
  return await prove(item.containerId, item.joined, item.rule, { engine, clock, ways: notebook.ways, world }, signal)
}

/**
 * What is wrong is asked for again before that is said for the first time: a stop or a detach in the middle of a proof is no
 * news. Null: it was not attached by one and the same endpoint throughout, so the proof is still pending.
 */
async function confirmed(
  item: FollowUp,
  first: Proving,
  deps: FollowUpDeps,
  signal: AbortSignal,
  settling: number,
): Promise<Proving | null> {
  const { engine, clock, stop } = deps
  const said = isUnreachable(item, deps)
  const { kind } = first.judgement
  if (kind !== 'interrupted' && (said || kind !== 'fault')) return first
  const before = await endpointOf(item, engine, signal)
  if (settling > 0) await clock.sleep(settling, stop)
  const again = await ask(item, deps, signal)
  const same = before !== null && before === (await endpointOf(item, engine, signal))
  return same && again.judgement.kind !== 'interrupted' ? again : null
}

function interrupted(resolution: Resolution): Resolution {
  const detail = 'it was stopped, restarted or detached meanwhile'
  return { ...resolution, result: 'interrupted', detail, denied: false, hung: false, addresses: [] }
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

/** Asks again until the names resolve or the grace is over. */
async function resolvesWithin(
  grace: number,
  item: FollowUp,
  deps: FollowUpDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const { engine, clock, notebook, stop } = deps
  const imageId = notebook.world?.containers.find(c => c.id === item.containerId)?.imageId ?? ''
  const inside = { id: item.containerId, imageId }
  const end = clock.monotonic() + grace
  for (;;) {
    const asked = await resolveNames(inside, item.rule.resolve, { engine, clock, ways: notebook.ways }, signal)
    if (!asked.some(r => r.result === 'unresolved')) return true
    if (clock.monotonic() >= end || stop.aborted) return false
    await clock.sleep(Math.min(PROOF_INTERVAL, end - clock.monotonic()), stop)
  }
}

/** Proves again until nothing is wrong or the grace is over. */
async function provesWithin(grace: number, item: FollowUp, deps: FollowUpDeps, signal: AbortSignal): Promise<Proving> {
  const { clock, stop } = deps
  const end = clock.monotonic() + grace
  for (;;) {
    const proof = await ask(item, deps, signal)
    const isOver = clock.monotonic() >= end || stop.aborted
    if (proof.judgement.kind === 'proven' || proof.judgement.kind === 'unknown' || isOver) return proof
    await clock.sleep(Math.min(PROOF_INTERVAL, end - clock.monotonic()), stop)
  }
}

/** What a new endpoint, or a new process, may help against; a paused target, or a name that another has, it does not. */
function isCurable(judgement: Judgement): boolean {
  return judgement.kind === 'fault' && isCurableReason(judgement.fault.reason)
}
