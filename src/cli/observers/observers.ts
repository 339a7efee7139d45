// What happens beside the passes, and never in their way: people are told, a watcher is pinged, counts are written. One part each; a part sees
// what a pass has left, and ends with the daemon or the one-shot.
import type { Config } from '../../config/config.ts'
import type { NethealError } from '../../core/errors.ts'
import type { Resolution } from '../../core/outcome.ts'
import type { FollowUp } from '../../heal/follow-up.ts'
import type { PassResult } from '../../heal/pass.ts'
import type { Journal } from '../../heal/ports.ts'
import type { Crash } from '../../notify/rules/notice-words.ts'
import type { Build } from '../build.ts'
import type { ProcessIo } from '../process-io.ts'
import type { Wired } from '../wire.ts'

export interface Observer {
  /** Before the first pass. */
  started(): void
  /** A pass ended; in a one-shot with what its aftercare found. Returns at once. */
  passed(result: PassResult): void
  /** A pass could not see the engine. */
  failed(error: NethealError): void
  /** Proofs were made for an attachment. */
  followedUp(item: FollowUp, resolutions: readonly Resolution[]): void
  /** No pass comes any more. A daemon's part ends within moments; a one-shot's does now what it has to. */
  end(stop: AbortSignal): Promise<void>
}

export interface ObserverOptions {
  readonly config: Pick<Config, 'notify' | 'heartbeat' | 'metrics'>
  readonly wired: Pick<Wired, 'deps'>
  readonly env: ProcessIo['env']
  readonly build: Build
  readonly journal: Journal
  readonly mode: 'daemon' | 'once'
  /** The daemon before this one did not end in good order. */
  readonly crash: Crash | null
  /** Something was to be written down in this process. */
  readonly written: () => boolean
}

/** All parts that the config asks for, as one. Their code is loaded only then: a one-shot of a quiet host pays for none. */
export async function openObservers(options: ObserverOptions): Promise<Observer> {
  const { config, wired } = options
  const parts: Observer[] = []
  if (config.notify.length > 0) parts.push((await import('./notifications.ts')).notifications(options))
  else forget(wired)
  if (config.heartbeat.pingUrl !== null)
    parts.push((await import('./heartbeat-ping.ts')).heartbeatPing(options, config.heartbeat.pingUrl))
  if (config.metrics.textfile !== null)
    parts.push((await import('./metrics-textfile.ts')).metricsTextfile(options, config.metrics.textfile))
  return {
    started() {
      for (const part of parts) part.started()
    },
    passed(result) {
      for (const part of parts) part.passed(result)
    },
    failed(error) {
      for (const part of parts) part.failed(error)
    },
    followedUp(item, resolutions) {
      for (const part of parts) part.followedUp(item, resolutions)
    },
    async end(stop) {
      await Promise.all(parts.map(part => part.end(stop)))
    },
  }
}

/** Nobody is to be told of anything: what was begun for targets that are gone does not last for ever. */
function forget({ deps }: Pick<Wired, 'deps'>): void {
  deps.notebook.update(m =>
    m.incidents.length === 0 && m.outbox.length === 0 && Object.keys(m.targets).length === 0
      ? m
      : { ...m, incidents: [], outbox: [], targets: {} },
  )
}
