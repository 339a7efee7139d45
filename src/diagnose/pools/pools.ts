// Diagnosis 3 (docs/design.md, "Diagnosis"): pool churn. What each container's log says of its current run: how many
// pools and why, degraded mode, startup sequences, schema drift. The rules are the runbook's; whatever could not be
// read is said, never called healthy.

import { mapBounded } from '../../concurrency/map-bounded.ts'
import { isGone, NethealError } from '../../core/errors.ts'
import type { Context, Subject, TopicAnswer } from '../context.ts'
import type { LogEnd } from '../ports.ts'
import type { ContainerDetails } from '../rules/details.ts'
import type { Finding } from '../rules/finding.ts'
import { churnSaid } from './churn.ts'
import { formerRuns, runLog } from './log.ts'
import { modeSaid } from './mode.ts'
import { schemaSaid } from './schema.ts'
import { startupSaid } from './startup.ts'
import { LOST, lostBeginning, type RunAnswer, type Said } from './words.ts'

/** Logs that are read at the same time: each costs the engine a core. */
const AT_ONCE = 2

/** What of a diagnosis this topic needs. */
export type PoolsContext = Pick<Context, 'subjects' | 'inspector' | 'probes' | 'now'>

export const pools: TopicAnswer = async (context, signal) => await poolsOf(context, signal)

export async function poolsOf(context: PoolsContext, signal: AbortSignal): Promise<readonly Finding[]> {
  const found = await mapBounded(context.subjects, AT_ONCE, subject => ofSubject(subject, context, signal))
  return found.flat()
}

async function ofSubject(subject: Subject, context: PoolsContext, signal: AbortSignal): Promise<readonly Finding[]> {
  const { label, details } = subject
  // That it is not there is said by the topic `networks`.
  if (details === null) return []
  const said = details.startedAt === null ? [neverStarted(label)] : await ofRun(subject, details, context, signal)
  return said.map(s => ({ topic: 'pools', subject: label, evidence: [], remedy: [], ...s }))
}

async function ofRun(
  { label, attachments }: Subject,
  details: ContainerDetails,
  { inspector, probes, now }: PoolsContext,
  signal: AbortSignal,
): Promise<readonly Said[]> {
  try {
    const { log, end } = await runLog(details, inspector, signal)
    // Only to tell a healthy run from what docker logs shows beside it.
    const before = log.pools > 0 ? await neighbours(details, inspector, signal) : null
    const run: RunAnswer = { label, details, log, now, before }
    const said = [
      ...modeSaid(run, attachments),
      ...withChurn(startupSaid(run), churnSaid(run), run),
      ...schemaSaid(run, probes),
    ]
    return [...said.map(s => inPart(s, run, end)), ...(end.end === 'limit' ? [cutOff(label, end)] : [])]
  } catch (error) {
    if (!(error instanceof NethealError) || signal.aborted) throw error
    return isGone(error.code) ? [] : [unreadable(label, details, error)]
  }
}

/** A startup that ran twice made a pool each time: that is one thing that is wrong, and not two. */
function withChurn(startup: readonly Said[], churn: readonly Said[], { log }: RunAnswer): readonly Said[] {
  const [twice] = startup.filter(s => s.code === 'startup-twice')
  const isExplained = twice !== undefined && log.pools <= (log.startupLines?.count ?? 0)
  if (!isExplained) return [...startup, ...churn]
  const pools = churn.filter(s => s.verdict === 'wrong').flatMap(s => [s.summary, ...(s.evidence ?? [])])
  return startup.map(s => (s === twice ? { ...s, evidence: [...(s.evidence ?? []), ...pools] } : s))
}

/** Of a log that was not read whole nothing is well: there may be another pool in the rest of it. */
function inPart(said: Said, run: RunAnswer, { end }: LogEnd): Said {
  const isLost = lostBeginning(run)
  if (said.verdict !== 'well' || (end === 'whole' && !isLost)) return said
  return {
    ...said,
    verdict: 'note',
    summary: `${said.summary}, as far as its log could be read`,
    evidence: [...(said.evidence ?? []), ...(isLost ? [LOST] : [])],
  }
}

/** What cannot be read of former runs is not missed: the current one was. */
async function neighbours(
  details: ContainerDetails,
  inspector: PoolsContext['inspector'],
  signal: AbortSignal,
): Promise<RunAnswer['before']> {
  try {
    return await formerRuns(details, inspector, signal)
  } catch (error) {
    if (!(error instanceof NethealError) || signal.aborted) throw error
    return null
  }
}

function neverStarted(label: string): Said {
  return { code: 'no-run', verdict: 'note', summary: `${label} was never started, so there is no log` }
}

function unreadable(label: string, details: ContainerDetails, error: NethealError): Said {
  return {
    code: 'log-unreadable',
    verdict: 'unseen',
    summary: `the log of ${label} could not be read, so pools, degraded mode and schema are unknown`,
    evidence: [error.message, `logging driver: ${details.logDriver}`],
    remedy: error.hint === null ? [] : [error.hint],
  }
}

function cutOff(label: string, { bytes }: LogEnd): Said {
  return {
    code: 'log-cut',
    verdict: 'unseen',
    summary: `the log of ${label} is too long to be read completely: the beginning of this run and its newest lines were read (${Math.round(bytes / 1024 / 1024)} MB), but nothing in between`,
    remedy: [
      `docker logs --since 1h ${label} shows the last hour; limit the log in the engine (log-opts max-size, max-file)`,
    ],
  }
}
