// Samples as the text that Prometheus reads, by its own client library, which is loaded when somebody asks.
import type { Metric } from './samples.ts'

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** The text exposition format, version 0.0.4; ends with a line feed. */
export async function exposition(metrics: readonly Metric[]): Promise<string> {
  // Its registry alone: see prom-client-registry.d.ts.
  const { default: Registry } = await import('prom-client/lib/registry.js')
  const registry = new Registry()
  // The values were counted elsewhere: in the state file, by one process after the other.
  for (const metric of metrics) registry.registerMetric({ name: metric.name, get: () => metric })
  return await registry.metrics()
}
