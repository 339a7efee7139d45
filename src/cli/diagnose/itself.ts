// Gathers what netheal knows of itself on this host, for `netheal diagnose`: as `netheal status` sees the healer, and its
// directories as the user that runs it finds them. Only reads; what cannot be read is reported.
import { join } from 'node:path'
import type { Config } from '../../config/config.ts'
import { NethealError } from '../../core/errors.ts'
import type { State } from '../../core/state.ts'
import type { ItsConfig, Itself, ItsHeartbeat, ItsLock } from '../../diagnose/itself-port.ts'
import type { Clock } from '../../heal/ports.ts'
import { readHeartbeatDays } from '../../history/heartbeat-days.ts'
import type { FileNote } from '../../record/fault.ts'
import { type LockState, readLock } from '../../record/lock-holder.ts'
import { openPause } from '../../record/pause.ts'
import { healerOf, oldest } from '../status/current-status.ts'
import { placesOf } from './places.ts'
import { serviceAccess } from './service-access.ts'
import { startersOf } from './starters.ts'

export interface ItselfInput {
  /** In force, or the defaults where there is none. */
  readonly config: Config
  readonly found: ItsConfig
  /** As readState gives them. */
  readonly state: State
  readonly note: FileNote | null
  readonly clock: Clock
  /** `/`, or the top of a tree that stands for this host: where units are looked for. */
  readonly root?: string
  /** `systemctl`, or where a test has another one; null: not asked. */
  readonly systemctl?: string | null
}

/** Asks at the first call, and answers the others from that. Never rejects. */
export function itselfOf(input: ItselfInput): () => Promise<Itself> {
  let asked: Promise<Itself> | null = null
  return () => {
    asked ??= gathered(input)
    return asked
  }
}

async function gathered({
  config,
  found,
  state,
  note,
  clock,
  root = '/',
  systemctl = null,
}: ItselfInput): Promise<Itself> {
  const now = clock.now()
  const lock = readLock(config.lock)
  const limit = await oldest(config)
  const [pause, heartbeat, places, units] = await Promise.all([
    openPause(config.state).read(now),
    heartbeatOf(config, now),
    placesOf(config, lock),
    startersOf(root, systemctl),
  ])
  return {
    config: found,
    state: { note: note?.text ?? null, closed: note?.closed === true },
    healer: { ...healerOf(state, lock, limit, now), oldest: limit },
    lock: lockOf(lock),
    pause,
    heartbeat,
    places,
    units,
    service: serviceAccess(units, found.file, config, root),
  }
}

function lockOf(lock: LockState): ItsLock {
  return lock.kind === 'held' ? { kind: 'held', ...lock.by } : lock
}

async function heartbeatOf({ log, heartbeat }: Config, now: number): Promise<ItsHeartbeat> {
  const file = join(log.directory, 'heartbeat.log')
  try {
    const last = (await readHeartbeatDays(log.directory)).at(-1)
    if (last === undefined) return { kind: 'none', file }
    const [hours = 0, minutes = 0] = heartbeat.at.split(':').map(Number)
    const due = Math.floor(now / 86_400_000) * 86_400_000 + (hours * 60 + minutes) * 60_000
    return { kind: 'line', file, at: last.at, well: last.well, text: last.text, due }
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    return { kind: 'unreadable', file, why: error.message }
  }
}
