// Puts notices on their way: which target gets which, how many an hour, and what becomes of the rest. Pure.
import { least } from '../../core/extremes.ts'
import { type Delivery, EMPTY_TARGET, KEPT_DELIVERIES, type TargetRecord } from './incident.ts'
import { idOf } from './incidents-now.ts'
import type { Notice, NoticeKind } from './notice.ts'
import { words } from './notice-words.ts'
import type { Notices } from './notices.ts'

/** A target as far as it matters here. */
export interface Address {
  readonly name: string
  readonly on: readonly NoticeKind[]
}

export interface Posted {
  readonly outbox: readonly Delivery[]
  readonly targets: Readonly<Record<string, TargetRecord>>
  /** The outbox was full: these were thrown out, the oldest first. */
  readonly dropped: readonly Delivery[]
}

export const MOST_AN_HOUR = 10
const HOUR = 3_600_000
const KEPT_TITLES = 8

/**
 * What is above the limit is held back, and one message tells how much that was once there is room again. What is critical is
 * never held back: that it may come too often is for the incidents to prevent.
 */
export function post(
  before: Pick<Notices, 'outbox' | 'targets'>,
  notices: readonly Notice[],
  addresses: readonly Address[],
  now: number,
): Posted {
  const targets: Record<string, TargetRecord> = { ...before.targets }
  const outbox = [...before.outbox]
  for (const address of addresses) {
    const { name } = address
    const mine = notices.filter(n => wants(address, n))
    const known = targets[name] ?? EMPTY_TARGET
    if (mine.length === 0 && known.heldBack.count === 0) continue
    let record = { ...known, recent: known.recent.filter(at => now - at < HOUR) }
    const send = (notice: Notice): void => {
      outbox.push({ notice, target: name, attempts: 0, due: now, refused: false })
      record = { ...record, recent: [...record.recent, now] }
    }
    if (record.heldBack.count > 0 && record.recent.length < MOST_AN_HOUR) {
      send(summary(name, record.heldBack, now))
      record = { ...record, heldBack: EMPTY_TARGET.heldBack }
    }
    for (const notice of mine) {
      if (notice.severity === 'critical' || record.recent.length < MOST_AN_HOUR) send(notice)
      else record = { ...record, heldBack: oneMore(record.heldBack, notice) }
    }
    targets[name] = record
  }
  const tooMany = Math.max(0, outbox.length - KEPT_DELIVERIES)
  return { outbox: outbox.slice(tooMany), targets, dropped: outbox.slice(0, tooMany) }
}

/** The end of an incident is for those who were told of it; a target that asks for `recovered` alone gets each end. */
export function wants({ name, on }: Address, { kind, incident, target }: Notice): boolean {
  if (target === name) return false
  // A target that lists its kinds may do so since a name that does not resolve was all that could be told of this.
  if (kind === 'unreachable' && on.includes('unresolved')) return true
  if (kind !== 'recovered') return on.includes(kind)
  return on.includes('recovered') && (on.includes(incident) || on.length === 1)
}

/** When a summary of what was held back may go, milliseconds since the epoch; null: nothing is held back. */
export function roomAt(targets: Readonly<Record<string, TargetRecord>>): number | null {
  const times = Object.values(targets).flatMap(({ heldBack, recent }) =>
    heldBack.count === 0 ? [] : [(recent.at(-MOST_AN_HOUR) ?? 0) + HOUR],
  )
  return least(times)
}

function oneMore(heldBack: TargetRecord['heldBack'], notice: Notice): TargetRecord['heldBack'] {
  const { count, titles } = heldBack
  return { count: count + 1, titles: titles.length < KEPT_TITLES ? [...titles, notice.title] : titles }
}

function summary(target: string, { count, titles }: TargetRecord['heldBack'], now: number): Notice {
  const more = count > titles.length ? [`and ${count - titles.length} more`] : []
  const title = `${count} more ${count === 1 ? 'message was' : 'messages were'} held back: at most ${MOST_AN_HOUR} are sent an hour`
  return {
    id: idOf(`held back ${target} ${count}`, now),
    kind: 'failed',
    phase: 'reminder',
    incident: 'failed',
    at: now,
    since: now,
    container: null,
    network: null,
    ...words(title, [...titles, ...more], 'netheal status shows what is wrong now, netheal history what happened'),
    severity: 'info',
    target: null,
    thread: '',
  }
}

/**
 * What is on its way to a target that is in the config no more goes to those that are new, as after a renaming; where none of them
 * asks for it, it is dropped. The very same where there is nothing to do.
 */
export function forTargets(
  notices: Notices,
  addresses: readonly Address[],
  now: number,
): { readonly notices: Notices; readonly moved: readonly Delivery[]; readonly dropped: readonly Delivery[] } {
  const { outbox, targets } = notices
  const isThere = (name: string): boolean => addresses.some(a => a.name === name)
  const strays = outbox.filter(d => !isThere(d.target))
  const gone = Object.entries(targets).filter(([name]) => !isThere(name))
  if (strays.length === 0 && gone.length === 0) return { notices, moved: [], dropped: [] }
  const fresh = addresses.filter(a => targets[a.name] === undefined)
  const takers = ({ notice }: Delivery): readonly Address[] => fresh.filter(a => wants(a, notice))
  const unique = [...new Map(strays.map(d => [d.notice.id, d])).values()]
  const moved = unique.flatMap(d =>
    takers(d).map((a): Delivery => ({ notice: d.notice, target: a.name, attempts: 0, due: now, refused: false })),
  )
  const heldBack = gone.map(([, record]) => record.heldBack).find(h => h.count > 0)
  const heirs = heldBack === undefined ? [] : fresh.map(a => [a.name, { ...EMPTY_TARGET, heldBack }] as const)
  return {
    notices: {
      ...notices,
      outbox: [...outbox.filter(d => isThere(d.target)), ...moved],
      targets: Object.fromEntries([...Object.entries(targets).filter(([name]) => isThere(name)), ...heirs]),
    },
    moved,
    dropped: strays.filter(d => takers(d).length === 0),
  }
}
