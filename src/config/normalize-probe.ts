// Normalizes `diagnose`: readiness URLs and probes.
import type { Probe, Readiness } from '../diagnose/rules/probe.ts'
import type { FileDiagnose, FileProbe } from './diagnose-schema.ts'
import { checked, milliseconds, selectorOf } from './plain.ts'

/** Timeout of a readiness URL written without one. */
const READY_WITHIN = 5_000

const POSTGRES = 'postgres'

export function readinessOf(file: FileDiagnose['readiness']): readonly Readiness[] {
  const list = Array.isArray(file) ? file : [file]
  return list.map(one =>
    typeof one === 'string'
      ? { url: one, timeout: READY_WITHIN }
      : { url: one.url, timeout: milliseconds(one.timeout) },
  )
}

export function probeOf(file: FileProbe): Probe {
  const container = selectorOf(file.container)
  const timeout = milliseconds(file.timeout)
  if (file.preset === undefined) {
    const { expect = null, remedy = null } = file
    const name = checked(file.name ?? null)
    return { kind: 'command', name, container, command: checked(file.command ?? null), expect, timeout, remedy }
  }
  const { preset: kind, name = kind, user = POSTGRES, database = POSTGRES, migrations = null } = file
  return { kind, name, container, user, database, migrations, timeout }
}
