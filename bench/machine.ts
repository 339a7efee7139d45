// Asks this machine what it is; machine-words.ts says it.
import { availableParallelism, loadavg, totalmem } from 'node:os'
import type { Machine } from './machine-words.ts'

/** Before anything is measured: the load is that of others. */
export function thisMachine(): Machine {
  const cores = availableParallelism()
  return {
    cores,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    engine: null,
    loadPerCore: (loadavg()[0] ?? 0) / cores,
  }
}
