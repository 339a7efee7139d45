// Restarts and starts, within the limits of the rule's `restart`, and never more often than they are counted on disk.
import type { Entry } from '../core/entry.ts'
import { refusalOf, withRestart } from '../core/restart.ts'
import type { Rule } from '../core/rule.ts'
import { attemptError } from './apply.ts'
import type { Notebook } from './notebook.ts'
import type { Clock, Engine } from './ports.ts'
import type { Recorder } from './recorder.ts'

export interface Revived {
  readonly identity: string
  readonly containerId: string
  readonly container: string
  readonly network: string
  readonly rule: Pick<Rule, 'restart'>
}

export interface ReviveDeps {
  readonly engine: Engine
  readonly clock: Clock
  readonly recorder: Recorder
  readonly notebook: Notebook
}

export interface Revival {
  readonly restarted: boolean
  readonly started: boolean
  /** What was asked for and did not happen, in words. */
  readonly error: string | null
}

export const NOT_REVIVED: Revival = { restarted: false, started: false, error: null }

/**
 * Restarts or starts, if the limits allow it now. It is counted on disk first: where that is not possible it does not
 * happen, since nothing would stop the next process from doing it again.
 */
export async function revive(
  verb: 'restart' | 'start',
  item: Revived,
  deps: ReviveDeps,
  signal: AbortSignal,
): Promise<Revival> {
  const { engine, clock, recorder, notebook } = deps
  const { container, network, identity, containerId } = item
  const none = NOT_REVIVED
  const at = clock.now()
  const refusal = refusalOf(item.rule.restart, notebook.state.restarts[identity] ?? [], at)
  if (refusal !== null) return none
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
