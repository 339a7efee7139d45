// What watches netheal's passes, and is never in their way.
import type { Config } from '../../config/config.ts'
import type { NethealError } from '../../core/errors.ts'
import type { Resolution } from '../../core/outcome.ts'
import type { FollowUp } from '../../heal/follow-up.ts'
import type { Passed } from '../../heal/pass.ts'
import type { Journal } from '../../heal/ports.ts'
import type { Crash } from '../../notify/rules/notice-words.ts'
import type { Build } from '../build.ts'
import type { ProcessIo } from '../process-io.ts'
import type { Wired } from '../wire.ts'

export interface Observer {
  /** Before the first pass. */
  started(): void
  /** A pass ended; in a one-shot with what its follow-up found. Returns at once. */
  passed(result: Passed): void
  /** A pass could not see the engine. */
  failed(error: NethealError): void
  /** Proofs were made for an attachment. */
  followedUp(item: FollowUp, resolutions: readonly Resolution[]): void
  /** A test message got through to this target. */
  reached(target: string): void
  /** No pass comes any more. A daemon's observer ends within moments; a one-shot's finishes what it has to. */
  end(stop: AbortSignal): Promise<void>
}

export interface ObserverOptions {
  readonly config: Pick<Config, 'notify' | 'heartbeat' | 'metrics'> & { readonly http: Pick<Config['http'], 'url'> }
  readonly wired: Pick<Wired, 'deps' | 'notices' | 'counts'>
  readonly env: ProcessIo['env']
  readonly build: Build
  readonly journal: Journal
  readonly mode: 'daemon' | 'once'
  /** The daemon before this one did not shut down cleanly. */
  readonly crash: Crash | null
  /** Whether this process had anything to log. */
  readonly written: () => boolean
}
