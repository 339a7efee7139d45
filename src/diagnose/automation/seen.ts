// What happened to the containers that are asked about, by its times: what a job of this host must fit to be its cause.

import { NethealError } from '../../core/errors.ts'
import { identityOf } from '../../core/identity.ts'
import { rhythm } from '../../core/loop.ts'
import type { Context, Subject } from '../context.ts'
import type { JournalLine } from '../ports.ts'
import type { PastAction } from '../rules/restart-case-evidence.ts'
import { outsideStartsOf, type StartEvidence } from '../rules/restart-starts.ts'
import type { SeenRhythm } from '../rules/rhythm-fit.ts'

const DAY = 86_400_000

/** `restarted`: started again from outside. The others are losses of an attachment, by their cause. */
export type Happening = 'restarted' | 'replaced' | 'disconnected' | 'network-gone'

/** What was seen, by the label of the subject. Times in milliseconds since the epoch, oldest first. */
export type Seen = ReadonlyMap<string, Readonly<Record<Happening, readonly number[]>>>

/** Reads the engine's events and its log. What cannot be read is missing here, and said by the topic `restarts`. */
export async function seenOf(context: Context, signal: AbortSignal): Promise<Seen> {
  const { state, now, subjects } = context
  const ids = subjects.flatMap(s => s.details?.id ?? [])
  const [past, lines, engineStarted] = await Promise.all([
    pastOf(context, signal),
    linesOf(ids, context, signal),
    context.files === null ? null : context.files.engineStarted(signal),
  ])
  const known = {
    past,
    journal: lines,
    engineStartedAt: engineStarted?.kind === 'seen' ? engineStarted.modifiedAt : null,
  }
  return new Map(
    subjects.map(subject => {
      const lost = state.detaches.filter(d => now - d.at < DAY && isOf(subject, d))
      const because = (...causes: readonly string[]): readonly number[] =>
        lost.filter(d => causes.includes(d.cause)).map(d => d.at)
      return [
        subject.label,
        {
          restarted: startsOf(subject, known, context),
          replaced: because('replaced'),
          disconnected: because('explicit'),
          'network-gone': because('network-recreated', 'network-removed'),
        },
      ]
    }),
  )
}

/** Of one of these subjects: the one to which it happened most often, for two of them have a rhythm each. */
export function seenRhythm(
  seen: Seen,
  labels: readonly string[],
  happening: Happening,
): SeenRhythm & { readonly label: string | null } {
  let most: SeenRhythm & { readonly label: string | null } = { times: [], every: null, label: null }
  for (const label of labels) {
    const times = seen.get(label)?.[happening] ?? []
    if (times.length > most.times.length) most = { times, every: rhythm(times), label }
  }
  return most
}

/** By the attachment, else by the name under which it was lost. */
function isOf({ attachments, label, details }: Subject, lost: { readonly key: string; readonly container: string }) {
  return attachments.some(a => a.key === lost.key) || lost.container === label || lost.container === details?.name
}

function startsOf(
  { details }: Subject,
  known: Pick<StartEvidence, 'past' | 'journal' | 'engineStartedAt'>,
  { state, now }: Context,
): readonly number[] {
  if (details === null) return []
  return outsideStartsOf({
    ...known,
    life: details,
    identity: identityOf({ name: details.name, labels: details.labels }),
    state,
    logged: null,
    neighbours: [],
  }).filter(at => now - at < DAY)
}

async function pastOf({ inspector, now, look }: Context, signal: AbortSignal): Promise<readonly PastAction[]> {
  if (look === null) return []
  try {
    const past = await inspector.replay(now - DAY, now, signal)
    const actions = past.flatMap(({ at, event }) => (event.kind === 'container' ? [{ ...event, at }] : []))
    return actions.toSorted((a, b) => a.at - b.at)
  } catch (error) {
    if (!(error instanceof NethealError) || signal.aborted) throw error
    return []
  }
}

async function linesOf(
  ids: readonly string[],
  { journal, now }: Context,
  signal: AbortSignal,
): Promise<readonly JournalLine[] | null> {
  if (journal === null || ids.length === 0) return null
  const reading = await journal.read(ids, now - DAY, signal)
  return reading.kind === 'read' ? reading.lines : null
}
