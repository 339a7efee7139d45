// A command inside a container, within a probe's deadline. What an engine refuses is an answer as well.

import { NethealError } from '../../core/errors.ts'
import type { Engine } from '../../heal/ports.ts'
import { excerpt } from '../excerpt.ts'
import type { Finding } from '../rules/finding.ts'
import type { Probe } from '../rules/probe.ts'

export type ExecAnswer =
  | { readonly kind: 'exited'; readonly exitCode: number; readonly output: string }
  /** The image has no such program. */
  | { readonly kind: 'missing' }
  /** `milliseconds`: the probe's own deadline; null: the engine's came first. */
  | { readonly kind: 'late'; readonly milliseconds: number | null; readonly message: string }
  /** The engine, or a proxy before it, did not let us. */
  | { readonly kind: 'unasked'; readonly error: NethealError }

/** Throws only what is a bug, and whatever it is when `signal` is aborted. */
export async function execWithin(
  engine: Engine,
  containerId: string,
  argv: readonly string[],
  milliseconds: number,
  signal: AbortSignal,
): Promise<ExecAnswer> {
  const deadline = AbortSignal.timeout(milliseconds)
  try {
    const answer = await engine.exec(containerId, argv, AbortSignal.any([signal, deadline]))
    return answer.kind === 'missing' ? { kind: 'missing' } : answer
  } catch (error) {
    if (!(error instanceof NethealError) || signal.aborted) throw error
    if (deadline.aborted) return { kind: 'late', milliseconds, message: error.message }
    if (error.code === 'engine-timeout') return { kind: 'late', milliseconds: null, message: error.message }
    return { kind: 'unasked', error }
  }
}

/** The finding of a question that nobody answered. */
export function unaskedFinding(probe: Probe, error: NethealError): Finding {
  return {
    topic: 'database',
    code: 'probe-unanswered',
    verdict: 'unseen',
    subject: probe.name,
    summary: `${probe.name} could not be queried: ${excerpt(error.message)}`,
    evidence: [],
    remedy: error.hint === null ? [] : [error.hint],
  }
}

/** The finding of a question that took too long. */
export function lateFinding(probe: Probe, late: Extract<ExecAnswer, { kind: 'late' }>): Finding {
  const about = { topic: 'database', code: 'probe-timeout', subject: probe.name } as const
  if (late.milliseconds === null) {
    return {
      ...{ ...about, verdict: 'unseen', evidence: [excerpt(late.message)] },
      summary: `${probe.name} gave no answer: docker.timeout is shorter than the probe's timeout`,
      remedy: ['raise docker.timeout in the config: it limits each call to the engine'],
    }
  }
  return {
    ...{ ...about, verdict: 'wrong', evidence: ['the command may still run in the container'] },
    summary: `${probe.name} gave no answer within ${late.milliseconds / 1000} s`,
    remedy: probe.kind === 'command' && probe.remedy !== null ? [probe.remedy] : [],
  }
}
