// The metrics as text, from what netheal remembers: for /metrics and for the textfile.
import { hostname } from 'node:os'
import type { State } from '../../core/state.ts'
import { exposition } from '../../metrics/exposition.ts'
import type { Counts } from '../../metrics/rules/counts.ts'
import { samples } from '../../metrics/samples.ts'
import type { TargetStanding } from '../../notify/rules/failing.ts'
import type { Build } from '../build.ts'

export interface MetricsFacts {
  readonly build: Build
  /** Milliseconds since the epoch; null: not paused. */
  readonly pausedUntil: number | null
  readonly now: number
  /** How many of the logs and files cannot be written now. */
  readonly unwritten: number
  readonly targets: readonly TargetStanding[]
}

export async function metricsText(state: State, counts: Counts, { build, ...facts }: MetricsFacts): Promise<string> {
  const { version, commit, runtime } = build
  const node = runtime.replace(/^Node /, '')
  return await exposition(samples(state, counts, { version, commit, node, host: hostname(), ...facts }))
}
