// Samples as the text that Prometheus reads, by its own client library, which is loaded when somebody asks.
import type { Metric } from './samples.ts'

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** The text exposition format, version 0.0.4; ends with a line feed. */
export async function exposition(metrics: readonly Metric[]): Promise<string> {
  const { default: prometheus } = await import('prom-client')
  // The way in for values that were counted elsewhere: here, in the state file, by one process after the other.
  const registry = prometheus.AggregatorRegistry.aggregate([[...metrics]])
  return await registry.metrics()
}
