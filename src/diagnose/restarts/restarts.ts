// Diagnosis 2 (docs/design.md, "Diagnosis"): who restarted it? Gathers what is known of each container's life, from the
// engine, its events and its log, the files of the deploy and netheal's state; diagnose/rules/restart-case.ts decides,
// words.ts puts it into words.

import { isEngineAbsent, NethealError } from '../../core/errors.ts'
import { identityOf, isDeployment, isOneOff } from '../../core/identity.ts'
import type { Container, World } from '../../core/world.ts'
import type { Context, TopicAnswer } from '../context.ts'
import type { JournalReading } from '../ports.ts'
import type { Automation, DockerVerb } from '../rules/automation.ts'
import { reachOf } from '../rules/automation-reach.ts'
import type { ContainerDetails } from '../rules/details.ts'
import type { Finding } from '../rules/finding.ts'
import { replacementOf, runCaseOf } from '../rules/restart-case.ts'
import type { LifeEvidence, PastAction } from '../rules/restart-case-evidence.ts'
import { decisionTable } from '../rules/restart-case-table.ts'
import { ownLogOf } from './own-log.ts'
import { type Blind, renderedOf } from './rendered.ts'
import { lifeFindings } from './words.ts'

const DAY = 86_400_000
/** So many others are asked when they started: enough to tell an engine's restart from a container's. */
const NEIGHBOURS = 24

interface Asked {
  readonly details: ContainerDetails
  readonly label: string
  readonly container: Container
}

export const restarts: TopicAnswer = async (context, signal) => {
  const { look } = context
  if (look === null) return []
  const asked = context.subjects.flatMap(({ details, label }) => {
    const container = look.world.containers.find(c => c.id === details?.id)
    return details === null || container === undefined ? [] : [{ details, label, container }]
  })
  if (asked.length === 0) return []
  const [past, journal, engineStarted, automation] = await Promise.all([
    pastOf(context, signal),
    journalOf(asked, context, signal),
    context.files === null ? null : context.files.engineStarted(signal),
    context.automation === null ? null : context.automation(),
  ])
  const since = context.now - DAY
  const oldest = past.actions[0]?.at ?? null
  const engineStartedAt =
    look.world.engineStartedAt ?? (engineStarted?.kind === 'seen' ? engineStarted.modifiedAt : null)
  const answers = await Promise.all(
    asked.map(async ({ details, label, container }) => {
      const rendered = await renderedOf(details, context.files, signal)
      const [neighbours, logged] = await Promise.all([
        engineStartedAt === null ? neighboursOf(details, look.world, context, signal) : [],
        ownLogOf({ details, since, events: oldest }, context.inspector, signal),
      ])
      const evidence: LifeEvidence = {
        now: context.now,
        life: details,
        identity: identityOf(container),
        siblings: siblingsOf(container, look.world),
        past: past.actions,
        state: context.state,
        journal: journal?.kind === 'read' ? journal.lines : null,
        seenFrom: { events: oldest, journal: startOf(journal, since) },
        logged,
        rendered: rendered.files,
        engineStartedAt,
        neighbours,
        automation: automation === null ? null : doneTo(container, automation),
        deploying: look.world.containers.find(c => isDeployment(c) && c.status === 'running')?.name ?? null,
      }
      const run = runCaseOf(evidence)
      const replaced = replacementOf(evidence)
      const table = decisionTable(evidence, run, replaced)
      const findings = lifeFindings({ label, evidence, run, replaced, table, container, world: look.world })
      return [...findings, ...rendered.blind.map(b => renderedUnseen(label, b))]
    }),
  )
  return [...answers.flat(), ...past.findings, ...journalFindings(journal)]
}

const DEEDS: ReadonlySet<DockerVerb> = new Set(['restart', 'stop', 'kill', 'compose-restart', 'engine-restart'])

/** Lines of this host's own jobs that say by name, or for all, that they restart, stop or start this container. */
function doneTo(container: Container, { findings }: Automation): readonly string[] {
  return findings
    .filter(f => DEEDS.has(f.kind) && reachOf(f, container, null) === 'named')
    .map(f => `${f.file}:${f.line} ${f.text}${f.schedule === null ? '' : `, ${f.schedule}`}`)
}

/** Others of the same identity. A one-off of `compose run` is none of them. */
function siblingsOf(container: Container, { containers }: World): LifeEvidence['siblings'] {
  const identity = identityOf(container)
  return containers.filter(c => c.id !== container.id && !isOneOff(c) && identityOf(c) === identity)
}

async function pastOf(
  { inspector, clock }: Context,
  signal: AbortSignal,
): Promise<{ readonly actions: readonly PastAction[]; readonly findings: readonly Finding[] }> {
  try {
    const now = clock.now()
    const past = await inspector.replay(now - DAY, now, signal)
    const actions = past.flatMap(({ at, event }) => (event.kind === 'container' ? [{ ...event, at }] : []))
    return { actions: actions.toSorted((a, b) => a.at - b.at), findings: [] }
  } catch (error) {
    if (!(error instanceof NethealError) || signal.aborted) throw error
    const finding: Finding = {
      topic: 'restarts',
      code: 'events-unseen',
      verdict: 'unseen',
      subject: null,
      summary: `the engine's past events, its stops and starts, could not be read: ${error.message}`,
      evidence: [],
      remedy: error.hint === null ? [] : [error.hint],
    }
    return { actions: [], findings: [finding] }
  }
}

function startOf(journal: JournalReading | null, since: number): number | null {
  if (journal?.kind !== 'read') return null
  return journal.cut ? (journal.lines[0]?.at ?? null) : since
}

/** Null: nothing is asked of it. Whoever never stopped, or does not run for a reason that inspect tells, needs no log. */
async function journalOf(
  asked: readonly Asked[],
  { journal, now }: Context,
  signal: AbortSignal,
): Promise<JournalReading | null> {
  const ids = asked.map(a => a.details).filter(d => d.finishedAt !== null && d.error === '')
  if (ids.length === 0) return null
  if (journal === null) return { kind: 'unseen', why: 'the engine is on another machine than netheal' }
  return await journal.read(
    ids.map(d => d.id),
    now - DAY,
    signal,
  )
}

function journalFindings(journal: JournalReading | null): readonly Finding[] {
  if (journal === null || (journal.kind === 'read' && !journal.cut)) return []
  const why = journal.kind === 'read' ? 'it is long, so only its newest entries were read' : journal.why
  return [
    {
      topic: 'restarts',
      code: 'journal-unseen',
      verdict: 'unseen',
      subject: null,
      summary: `the engine's own log, which tells who was stopped by hand, could not be read${journal.kind === 'read' ? ' in full' : ''}: ${why}`,
      evidence: [why],
      remedy: [
        'on the host, as root or in the group systemd-journal: journalctl -u docker.service --since "1 hour ago" | grep -E "hasBeenManuallyStopped=true|failed to exit within"',
      ],
    },
  ]
}

function renderedUnseen(label: string, { path, why }: Blind): Finding {
  return {
    topic: 'restarts',
    code: 'rendered-unseen',
    verdict: 'unseen',
    subject: label,
    summary: `it is not known when ${path} was written: ${why}`,
    evidence: [`${path}: ${why}`],
    remedy: [`as root: stat ${path}; a time just before the container's Created means a deploy (CASE A)`],
  }
}

/** When those that are older than its present run, and run, were started: a restart of the engine starts them all. */
async function neighboursOf(
  details: ContainerDetails,
  { containers }: World,
  { engine }: Context,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const { startedAt, finishedAt, running, restartCount } = details
  if (!running || startedAt === null || finishedAt === null || restartCount > 0) return []
  const ids = containers
    .filter(c => c.id !== details.id && c.status === 'running' && c.createdAt < Math.min(startedAt, finishedAt))
    .slice(0, NEIGHBOURS)
    .map(c => c.id)
  if (ids.length === 0) return []
  try {
    const { containers: seen } = await engine.lookAt(ids, signal)
    return seen.flatMap(c => c.run?.startedAt ?? [])
  } catch (error) {
    if (!(error instanceof NethealError) || isEngineAbsent(error)) throw error
    return []
  }
}
