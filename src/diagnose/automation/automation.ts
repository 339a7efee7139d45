// Diagnosis 5 (docs/design.md, "Diagnosis"): what this host does by itself to these containers and networks, by file
// and line, and whether its rhythm fits what was seen. Found as text by host/scan.ts; nothing is run.

import type { Context, TopicAnswer } from '../context.ts'
import type { AutomationFinding, Unread } from '../rules/automation.ts'
import type { Finding } from '../rules/finding.ts'
import type { WallTime } from '../rules/schedule-rhythm.ts'
import { holderFindings } from './holders.ts'
import { type JobDoing, jobsTouching } from './jobs.ts'
import { seenOf } from './seen.ts'
import { codeOf, evidenceOf, remedyOf, summaryOf, verdictOf } from './words.ts'

export const automation: TopicAnswer = async (context, signal) => {
  const held = await holderFindings(context, signal)
  if (context.automation === null) return [...held, elsewhere()]
  const { findings, unread } = await context.automation()
  const jobs = await jobsOf(findings, context, signal)
  const found = jobs.flatMap(findingsOf).toSorted((a, b) => (a.fits === b.fits ? 0 : a.fits ? -1 : 1))
  const said = [...found.map(f => f.finding), ...held]
  return [...said, ...unreadFindings(unread), ...(said.length > 0 || unread.length > 0 ? [] : [none(findings.length)])]
}

async function jobsOf(
  findings: readonly AutomationFinding[],
  context: Context,
  signal: AbortSignal,
): Promise<readonly (readonly JobDoing[])[]> {
  // Without a line there is nothing to compare with what happened.
  if (findings.length === 0) return []
  return jobsTouching(findings, context.subjects, await seenOf(context, signal), hostWall)
}

/** The clock of this host, whose times cron and systemd mean. */
function hostWall(at: number): WallTime {
  const date = new Date(at)
  return {
    month: date.getMonth() + 1,
    day: date.getDate(),
    weekday: date.getDay(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
  }
}

/** One for each thing that a job does; what is not certain in one for all of it. */
function findingsOf(doings: readonly JobDoing[]): readonly { readonly finding: Finding; readonly fits: boolean }[] {
  const restarts = doings.find(d => d.doing === 'restarts' && d.isSure)
  // The old script: it connects, and restarts. That is one thing to be ended, not two.
  const folded = restarts === undefined ? [] : doings.filter(d => d.doing === 'connects' || d.doing === 'starts')
  const told = doings.filter(d => !folded.includes(d))
  const [perhaps, certain] = [true, false].map(p =>
    told.filter(d => (codeOf(d, doings) === 'automation-perhaps') === p),
  )
  const groups = [...(certain ?? []).map(d => (d === restarts ? [d, ...folded] : [d])), perhaps ?? []]
  return groups.flatMap(all => {
    const [first] = all
    if (first === undefined) return []
    const finding: Finding = {
      topic: 'automation',
      code: codeOf(first, all),
      verdict: verdictOf(first, all),
      subject: first.touches[0]?.finding.file ?? null,
      summary: summaryOf(first, all),
      evidence: evidenceOf(all),
      remedy: remedyOf(first, all),
    }
    return [{ finding, fits: first.fit.kind === 'fits' }]
  })
}

function unreadFindings(unread: readonly Unread[]): readonly Finding[] {
  if (unread.length === 0) return []
  const isClosed = unread.some(u => u.closed)
  const [first] = unread
  const what = unread.length === 1 ? (first?.file ?? '') : `${unread.length} files and folders`
  return [
    {
      topic: 'automation',
      code: 'automation-unread',
      verdict: 'unseen',
      subject: null,
      summary: `${what} of this host's automation could not be read completely, and may restart or detach containers too`,
      evidence: unread.map(({ file, why }) => `${file}: ${why}`),
      remedy: [isClosed ? 'run it as root: sudo netheal diagnose' : 'look at these by hand'],
    },
  ]
}

/** `others`: lines that touch containers, none of these. */
function none(others: number): Finding {
  const elsewhere = others === 0 ? '' : ` (${others === 1 ? 'one line touches' : `${others} lines touch`} others)`
  return {
    topic: 'automation',
    code: 'automation-none',
    verdict: 'well',
    subject: null,
    summary: `nothing in this host's cron, anacron, at or systemd, and no other container, touches these containers or networks${elsewhere}`,
    evidence: [],
    remedy: [],
  }
}

function elsewhere(): Finding {
  return {
    topic: 'automation',
    code: 'automation-elsewhere',
    verdict: 'unseen',
    subject: null,
    summary: 'the engine is on another machine, whose cron and systemd cannot be read from here',
    evidence: [],
    remedy: ['run netheal diagnose on that machine'],
  }
}
