// Containers that hold the engine's socket, as findings: each may restart others, and its text is not to be read.
import { NethealError } from '../../core/errors.ts'
import type { Context } from '../context.ts'
import type { Finding } from '../rules/finding.ts'
import { holderText } from '../rules/socket-holder.ts'

/** Nothing without an engine: that it cannot be reached is said elsewhere. */
export async function holderFindings({ look, inspector }: Context, signal: AbortSignal): Promise<readonly Finding[]> {
  if (look === null) return []
  try {
    const holders = await inspector.socketHolders(signal)
    return holders.flatMap(holder => {
      const summary = holderText(holder)
      if (summary === null) return []
      const remedy = [`look at its settings: docker inspect ${holder.name}`]
      return [{ ...PLAIN, code: 'automation-socket', verdict: 'note', subject: holder.name, summary, remedy }]
    })
  } catch (error) {
    if (!(error instanceof NethealError) || signal.aborted) throw error
    const summary = `which containers hold the engine's socket could not be seen: ${error.message}`
    const remedy = error.hint === null ? [] : [error.hint]
    return [{ ...PLAIN, code: 'automation-socket-unseen', verdict: 'unseen', subject: null, summary, remedy }]
  }
}

const PLAIN = { topic: 'automation', evidence: [] } as const
