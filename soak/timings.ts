/** How long heals take, beside the engine's own connect at the same time: the ratio is what a machine does not change. */
import { until } from '../test/support/until.ts'
import type { App, Stage } from './stage.ts'

export interface Timings {
  /** Waits for the heal of a detach that was made just now, and times it; then the engine's own connect. */
  heal(stage: Stage, app: App): Promise<void>
  /** Null: there was no such heal. Milliseconds, and times the median of the engine's own connects. */
  summary(): { readonly heals: number; readonly own: number; readonly p50: number; readonly p99: number } | null
}

export function openTimings(): Timings {
  const heals: number[] = []
  const own: number[] = []
  return {
    async heal(stage, app) {
      const from = performance.now()
      const connected = await until(() => stage.connects.get(app.container.id), {
        ...{ what: `${app.title} to be connected`, deadline: 60_000, every: 1 },
      })
      heals.push(Math.max(0, connected - from))
      own.push(await ownConnect(stage))
    },
    summary() {
      const median = quantile(own, 0.5)
      if (heals.length === 0 || median === 0) return null
      return {
        heals: heals.length,
        own: median,
        p50: quantile(heals, 0.5) / median,
        p99: quantile(heals, 0.99) / median,
      }
    },
  }
}

async function ownConnect({ yard, bystander }: Stage): Promise<number> {
  const from = performance.now()
  await yard.handle.connect({ Container: bystander.id })
  const took = performance.now() - from
  await yard.handle.disconnect({ Container: bystander.id })
  return took
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0
}
