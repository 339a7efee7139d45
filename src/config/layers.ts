// Applies overrides and defaults to what the file says, and records where each value came from.
import type { Origin } from './config.ts'
import type { Layer } from './environment.ts'
import { rule } from './rule-schema.ts'
import { fileSchema } from './schema.ts'
import { leaves, schemaAt } from './shape.ts'
import { isRecord, valueAt } from './value-at.ts'
import { wordsOf } from './words.ts'

export interface Layered {
  /** The config as it would be written in a file; not checked yet. */
  readonly value: unknown
  /** By dotted path: the origin of what does not come from the file. */
  readonly overridden: ReadonlyMap<string, Origin>
}

/** @param layers the later ones win. A section that is not an object in the file stays as it is: the check refuses it. */
export function applyOverrides(base: Layered, layers: readonly Layer[]): Layered {
  let { value } = base
  const overridden = new Map(base.overridden)
  for (const layer of layers) {
    const next = withValue(value, layer.keys, layer.value)
    if (next === null) continue
    value = next
    overridden.set(layer.keys.join('.'), layer.origin)
  }
  return { value, overridden }
}

/** Applies only what the file does not set. */
export function applyDefaults(base: Layered, layers: readonly Layer[]): Layered {
  return applyOverrides(
    base,
    layers.filter(layer => valueAt(base.value, layer.keys) === undefined),
  )
}

/** Where each leaf of the config in force came from. */
export function originsOf({ value, overridden }: Layered, file: string): Readonly<Record<string, Origin>> {
  const fromFile: Origin = { kind: 'file', name: file }
  const fallback: Origin = { kind: 'default', name: '' }
  const origins: Record<string, Origin> = {}
  const attachments = valueAt(value, ['attachments'])
  const ruleLeaves = leaves(rule)
  for (const [i, entry] of (Array.isArray(attachments) ? attachments : []).entries()) {
    for (const { keys } of ruleLeaves) {
      origins[`attachments[${i}].${keys.join('.')}`] = isWritten(entry, keys) ? fromFile : fallback
    }
  }
  for (const { keys } of leaves(fileSchema)) {
    // Attachments are listed one by one above; $schema is not a value of ours.
    if (keys[0] === 'attachments' || keys[0] === '$schema') continue
    const path = keys.join('.')
    origins[path] = overridden.get(path) ?? (valueAt(value, keys) === undefined ? fallback : fromFile)
  }
  return origins
}

/** Whether an entry sets this itself, also in the short form: `"restart": "never"` sets `restart.when`. */
function isWritten(entry: unknown, keys: readonly string[]): boolean {
  if (valueAt(entry, keys) !== undefined) return true
  const parent = keys.slice(0, -1)
  if (parent.length === 0 || typeof valueAt(entry, parent) !== 'string') return false
  const schema = schemaAt(rule, parent)
  return schema !== null && wordsOf(schema).shorthand === keys.at(-1)
}

/** A copy with the value at the path; null when something on the path is not an object. */
function withValue(root: unknown, keys: readonly string[], value: unknown): unknown {
  const [key, ...rest] = keys
  if (key === undefined) return value
  if (root !== undefined && !isRecord(root)) return null
  const inner = withValue(root?.[key], rest, value)
  return inner === null ? null : { ...root, [key]: inner }
}
