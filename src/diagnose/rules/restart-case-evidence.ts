// What speaks for how a container came to its present run: everything that is known, from wherever it is known. Data, and
// what follows from it without judging: the containers that were there before it under the same identity.

import { identityOf } from '../../core/identity.ts'
import type { Detach, State } from '../../core/state.ts'
import type { ContainerStatus } from '../../core/world.ts'
import type { ContainerDetails } from './details.ts'
import type { LoggedRuns } from './logged-runs.ts'

const SECOND = 1_000
const MINUTE = 60_000

/** What the questions about restarts ask of a container. */
export type Life = Omit<ContainerDetails, 'imageId' | 'argv' | 'logDriver' | 'addresses'>

/** A container event that the engine still knows. */
export interface PastAction {
  readonly at: number
  readonly action: string
  readonly id: string
  readonly name: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
}

/** Another container of the same identity that is on the engine now. */
export interface Sibling {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly status: ContainerStatus
  readonly createdAt: number
}

/** A file that the deploy renders, and when it was last written. */
export interface Rendered {
  readonly path: string
  readonly modifiedAt: number
}

export interface LifeEvidence {
  readonly now: number
  readonly life: Life
  readonly identity: string
  readonly siblings: readonly Sibling[]
  /** Of all containers, oldest first. */
  readonly past: readonly PastAction[]
  readonly state: State
  /** Lines of the engine's log that name this container or tell of the engine's start, oldest first; null: not seen. */
  readonly journal: readonly { readonly at: number; readonly text: string }[] | null
  /** How far back the events and the lines of the engine's log go; null: there are none, or they could not be seen. */
  readonly seenFrom: { readonly events: number | null; readonly journal: number | null }
  /** What the container's own log tells of earlier runs; null: not read, because nothing older was missing. */
  readonly logged: LoggedRuns | null
  /** Null: could not be seen, or it is not known where they are. */
  readonly rendered: readonly Rendered[] | null
  /** When the engine came up, by its default bridge or its pid file; null: neither tells. */
  readonly engineStartedAt: number | null
  /** StartedAt of the other containers that run and are older than this run; not asked for where the engine itself tells. */
  readonly neighbours: readonly number[]
  /** What this host does by itself to this container (`file:line, schedule`): restarts, stops, starts. Null: not looked at. */
  readonly automation: readonly string[] | null
  /** A helper of Coolify that runs now, in which a deployment runs; null for none. */
  readonly deploying: string | null
}

/** A container that was there before under the same identity. `image` null: not known any more. */
export interface Predecessor {
  readonly id: string
  readonly image: string | null
}

/** The newest first; from the engine, its events and netheal's memory. */
export function predecessorsOf({ life, identity, siblings, past, state }: LifeEvidence): readonly Predecessor[] {
  const found = new Map<string, { image: string | null; at: number }>()
  const add = (id: string, image: string | null, at: number): void => {
    if (id === life.id || id === '') return
    const before = found.get(id)
    found.set(id, { image: image ?? before?.image ?? null, at: Math.max(at, before?.at ?? 0) })
  }
  for (const [key, { seen }] of Object.entries(state.attachments)) {
    if (!key.startsWith(`${identity} -> `)) continue
    for (const [id, { createdAt }] of Object.entries(seen))
      if (isOlder({ id, createdAt }, life, past)) add(id, null, createdAt)
  }
  for (const { evidence, cause, at } of replacementsOf(life.id, state.detaches))
    if (cause === 'replaced' && evidence.previousId !== null) add(evidence.previousId, null, at - MINUTE)
  for (const event of past) {
    if (event.id === life.id || identityOf(event) !== identity) continue
    if (isOlder({ id: event.id, createdAt: 0 }, life, past)) {
      add(event.id, event.image === '' ? null : event.image, event.at)
    }
  }
  for (const sibling of siblings) if (isOlder(sibling, life, past)) add(sibling.id, sibling.image, sibling.createdAt)
  return [...found].sort(([, a], [, b]) => b.at - a.at).map(([id, { image }]) => ({ id, image }))
}

/** By the event of its making where that is known: a list tells a time in whole seconds. */
export function isOlder(
  { id, createdAt }: Pick<Sibling, 'id' | 'createdAt'>,
  life: Life,
  past: readonly PastAction[],
): boolean {
  const made = past.find(p => p.id === id && p.action === 'create')
  if (made !== undefined) return made.at < life.createdAt
  return Math.floor(createdAt / SECOND) < Math.floor(life.createdAt / SECOND)
}

function replacementsOf(id: string, detaches: readonly Detach[]): readonly Detach[] {
  return detaches.filter(d => d.evidence.containerId === id)
}

/** Made after ours under the same identity, and removed again while ours lived on: a deploy that was rolled back. */
export function rolledBackOf({ life, identity, past }: LifeEvidence): readonly PastAction[] {
  return past.filter(
    made =>
      made.action === 'create' &&
      made.id !== life.id &&
      made.at > life.createdAt &&
      identityOf(made) === identity &&
      past.some(end => end.id === made.id && end.action === 'destroy'),
  )
}
