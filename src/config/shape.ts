// Walks the schema: its keys, what is at a path, and the single values (leaves) that the config consists of.
// Nothing here knows a key by its name.
import type * as z from 'zod/mini'
import { type Words, wordsOf } from './words.ts'

type Schema = z.core.$ZodType
type Def = z.core.$ZodTypes['_zod']['def']

/** A single value of the config. */
export interface Leaf {
  readonly keys: readonly string[]
  readonly schema: Schema
  readonly words: Words
  /** As it would be written in the file; undefined where there is none. */
  readonly fallback: unknown
  readonly required: boolean
}

/** The schema without its optional and default wrappers. */
export function bare(schema: Schema): Schema {
  const def = defOf(schema)
  return 'innerType' in def ? bare(def.innerType) : schema
}

/** The alternatives of a schema: the options of a union, else itself. */
export function options(schema: Schema): readonly Schema[] {
  const def = defOf(bare(schema))
  return def.type === 'union' ? def.options.flatMap(options) : [bare(schema)]
}

/** zod's word for the type of a schema without those wrappers: `string`, `object`, `array`, `union`, ... */
export function typeOf(schema: Schema): Def['type'] {
  return defOf(bare(schema)).type
}

/** The keys that an object may have here, and their schemas; empty where no object belongs. */
export function keysOf(schema: Schema): Readonly<Record<string, Schema>> {
  for (const option of options(schema)) {
    const def = defOf(option)
    if (def.type === 'object') return def.shape
  }
  return {}
}

/** The schema of the value at a path; null for an unknown path. */
export function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema | null {
  const [key, ...rest] = path
  if (key === undefined) return schema
  for (const option of options(schema)) {
    const next = stepInto(defOf(option), key)
    if (next !== null) return schemaAt(next, rest)
  }
  return null
}

/** The keys of the objects in a list of objects; empty for everything else. */
export function elementKeys(schema: Schema): Readonly<Record<string, Schema>> {
  const def = defOf(bare(schema))
  return def.type === 'array' ? keysOf(def.element) : {}
}

/** Whether the value at a path is a secret, a part of one, or may contain one. At an unknown path it may. */
export function isSecret(schema: Schema, path: readonly PropertyKey[]): boolean {
  if (wordsOf(schema).secret === true) return true
  const [key, ...rest] = path
  if (key === undefined) return holdsSecret(schema)
  const next = schemaAt(schema, [key])
  return next === null || isSecret(next, rest)
}

function holdsSecret(schema: Schema): boolean {
  if (wordsOf(schema).secret === true) return true
  return options(schema).some(option => {
    const def = defOf(option)
    if (def.type === 'array') return holdsSecret(def.element)
    return def.type === 'object' && Object.values(def.shape).some(holdsSecret)
  })
}

/** All leaves below a schema, in the order of the schema. An array of objects is one leaf. */
export function leaves(schema: Schema, keys: readonly string[] = []): readonly Leaf[] {
  return Object.entries(keysOf(schema)).flatMap(([key, inner]) => {
    const path = [...keys, key]
    const { shorthand } = wordsOf(bare(inner))
    const isObject = typeOf(inner) === 'object' || shorthand !== undefined
    return isObject ? leaves(inner, path) : [leaf(path, inner)]
  })
}

/** The keys for a reader's table: lists of objects and shorthands have entries of their own. */
export function entries(schema: Schema, keys: readonly string[] = []): readonly Leaf[] {
  return Object.entries(keysOf(schema)).flatMap(([key, inner]) => {
    const path = [...keys, key]
    const def = defOf(bare(inner))
    if (def.type === 'object') return entries(inner, path)
    if (def.type === 'array' && typeOf(def.element) === 'object') {
      return [leaf(path, inner), ...entries(def.element, [...keys, `${key}[]`])]
    }
    const below = wordsOf(bare(inner)).shorthand === undefined ? [] : entries(inner, path)
    return [leaf(path, inner), ...below]
  })
}

function leaf(keys: readonly string[], schema: Schema): Leaf {
  const def = defOf(schema)
  const optional = def.type === 'optional' || def.type === 'prefault'
  const fallback = def.type === 'prefault' ? def.defaultValue : undefined
  return { keys, schema, words: wordsOf(schema), fallback, required: !optional }
}

function stepInto(def: Def, key: PropertyKey): Schema | null {
  if (def.type === 'array') return typeof key === 'number' ? def.element : null
  if (def.type === 'record') return typeof key === 'string' ? def.valueType : null
  if (def.type !== 'object' || typeof key !== 'string') return null
  return Object.hasOwn(def.shape, key) ? (def.shape[key] ?? null) : null
}

function defOf(schema: Schema): Def {
  return (schema as z.core.$ZodTypes)._zod.def
}
