// What a pass is given: the ports that it works through, and what the config says.
import type { LoopSettings } from '../core/loop.ts'
import type { Rule } from '../core/rule.ts'
import type { Notebook } from './notebook.ts'
import type { Clock, Engine, HeartbeatFile, Journal, PassCounter, PastEvents, PauseFile, Wire } from './ports.ts'
import type { Recorder } from './recorder.ts'

export interface PassDeps {
  readonly engine: Engine
  readonly wire: Wire
  /** Null: not to be asked. */
  readonly past: PastEvents | null
  readonly clock: Clock
  readonly journal: Journal
  readonly heartbeat: HeartbeatFile
  readonly pause: PauseFile
  readonly recorder: Recorder
  readonly counter: PassCounter
  readonly notebook: Notebook
  /** In [0, 1). */
  readonly random: () => number
}

export interface PassSettings {
  readonly rules: readonly Rule[]
  readonly loop: LoopSettings
  readonly mode: 'daemon' | 'once'
  readonly pid: number
  /** The events are followed: a container that starts is looked at. */
  readonly seesStarts: boolean
  /** Milliseconds between two proofs of an attachment; null: only after an attach. */
  readonly prove: number | null
}
