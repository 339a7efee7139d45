// A diagnosis: one look at everything, then all topics side by side, then the findings in the order of cause and effect.
// Read-only. A topic that cannot see says so; one that throws what is no NethealError is a bug of ours.

import { NethealError } from '../core/errors.ts'
import type { Observation } from '../core/observation.ts'
import { observeReadOnly } from '../heal/observe-read-only.ts'
import type { Wire } from '../heal/ports.ts'
import type { Context, TopicAnswer } from './context.ts'
import { type Ranked, ranked } from './rules/causes.ts'
import type { Finding, Topic } from './rules/finding.ts'
import { subjectsOf } from './subjects.ts'

export interface Diagnosis {
  readonly at: number
  /** The containers that were asked about. */
  readonly subjects: readonly string[]
  readonly findings: readonly Ranked[]
  /** Something is not as it should be: exit code 3. */
  readonly wrong: boolean
}

export type Topics = Readonly<Record<Topic, TopicAnswer>>

/** What a diagnosis starts from: a context without what the look brings. */
export type Question = Omit<Context, 'look' | 'subjects' | 'engineError'> & {
  /** The containers that were named; null: all that the rules ask for. */
  readonly named: string | null
  readonly wire: Wire
}

/** Throws NethealError `usage` for a container that neither the engine nor the rules know. */
export async function diagnose(question: Question, topics: Topics, signal: AbortSignal): Promise<Diagnosis> {
  const { named, ...given } = question
  const { seen, error } = await seeAll(question, signal)
  const { subjects, silent } = await subjectsOf(named, seen, question, signal)
  const context: Context = { ...given, look: seen, engineError: error, subjects }
  const answers = await Promise.all(
    Object.entries(topics).map(([topic, answer]) => answered(topic as Topic, answer, context, signal)),
  )
  // What stands in a config that may not be read is not known, and not missing.
  const isClosed = (await question.itself()).config.kind === 'closed'
  const findings = ranked([
    ...silent.map(silentFinding),
    ...answers
      .flat()
      .filter(f => !isClosed || !f.code.endsWith('-unconfigured'))
      // Somebody was asked about, and is silent.
      .filter(f => silent.length === 0 || f.code !== 'nobody-asked'),
  ])
  return {
    at: question.now,
    subjects: [...subjects.map(s => s.label), ...silent],
    findings,
    wrong: findings.some(({ finding }) => finding.verdict === 'wrong'),
  }
}

/** The engine answers, and not about this one: whether it is slow or stuck, nobody can say. */
function silentFinding(label: string): Finding {
  return {
    topic: 'networks',
    code: 'container-silent',
    verdict: 'wrong',
    subject: label,
    summary: `${label} has not answered in time, so nothing is known about it now`,
    evidence: [],
    remedy: [
      'it may be starting slowly, or its network may be waiting for a manager: ask again in a minute',
      'if it stays so: journalctl -u docker says what the engine waits for; meanwhile netheal skips it and heals the others',
    ],
  }
}

/** An engine that cannot be asked is an answer too: the topic `netheal` says why. */
async function seeAll(
  { engine, wire, rules, state, now }: Question,
  signal: AbortSignal,
): Promise<{ readonly seen: Observation | null; readonly error: NethealError | null }> {
  try {
    const { seen } = await observeReadOnly({ engine, wire, rules, state, now, pausedUntil: null }, signal)
    return { seen, error: null }
  } catch (error) {
    if (!(error instanceof NethealError) || signal.aborted) throw error
    return { seen: null, error }
  }
}

async function answered(
  topic: Topic,
  answer: TopicAnswer,
  context: Context,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    return await answer(context, signal)
  } catch (error) {
    if (!(error instanceof NethealError) || signal.aborted) throw error
    return [
      {
        topic,
        code: `${topic}-unseen`,
        verdict: 'unseen',
        subject: null,
        summary: `could not check ${topic}: ${error.message}`,
        evidence: [],
        remedy: error.hint === null ? [] : [error.hint],
      },
    ]
  }
}
