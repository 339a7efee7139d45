// What a pass did, in the daemon's own log.
import { errorOf } from '../core/outcome.ts'
import type { Passed } from './pass.ts'
import type { Journal } from './ports.ts'

/** @param reasons what woke the pass */
export function journalPass(
  journal: Journal,
  { detaches, outcomes, loops }: Passed,
  reasons: ReadonlySet<string>,
): void {
  for (const { container, network, cause, evidence } of detaches)
    journal.info({ container, network, cause, evidence }, 'detached')
  for (const outcome of outcomes) {
    const { container, network } = outcome.action
    const milliseconds = Math.round(outcome.milliseconds)
    const keys = { container, network, cause: outcome.cause, milliseconds, reasons: [...reasons] }
    if (outcome.kind === 'verified' || outcome.kind === 'waiting') journal.info(keys, 'attached')
    else if (outcome.kind === 'gone') journal.info({ ...keys, error: outcome.error }, 'gone before it was attached')
    else {
      const hint = outcome.kind === 'failed' ? outcome.hint : null
      journal.warn({ ...keys, error: errorOf(outcome), hint }, 'could not attach')
    }
  }
  for (const loop of loops.flagged) journal.warn({ ...loop }, 'loop flagged')
  for (const { container, network, kind } of loops.cleared) journal.info({ container, network, kind }, 'loop cleared')
}
