// What the schema tells people, beside what it tells zod: descriptions, examples, and what to write instead.
// Messages, config.schema.json and the table of docs/config.md are made from these.
import * as z from 'zod/mini'

export interface Words {
  /** What is expected: `a duration from 1s to 5m`. Follows the word "expected". */
  readonly expected?: string
  /** A valid value, shown in messages and by editors. */
  readonly example?: unknown
  /** A better sentence than `For example: ...` for this very value; null for none. */
  readonly advise?: (got: unknown) => string | null
  /** What the key is for. */
  readonly description?: string
  /** What the table of keys says where there is no default value. */
  readonly absent?: string
  /** The key that a bare string stands for, where an object may be written as well. */
  readonly shorthand?: string
  /** What is written here is never shown in a message. */
  readonly secret?: boolean
  /** Passed on to config.schema.json as they are. */
  readonly pattern?: string
  readonly minLength?: number
  readonly minItems?: number
  readonly minProperties?: number
  readonly maxProperties?: number
}

export const words: z.core.$ZodRegistry<Words> = z.registry<Words>()

/** The words of a schema: its own, then those of the schema it wraps. */
export function wordsOf(schema: z.core.$ZodType): Words {
  const own = words.get(schema) ?? {}
  const def = (schema as z.core.$ZodTypes)._zod.def
  return 'innerType' in def ? { ...wordsOf(def.innerType), ...own } : own
}

/** Adds words to a schema, and returns it. */
export function annotate<S extends z.core.$ZodType>(schema: S, about: Words): S {
  words.add(schema, { ...words.get(schema), ...about })
  return schema
}

/** A key that may be left out; then it counts as `value`. */
export function defaulting<S extends z.ZodMiniType>(
  schema: S,
  value: z.input<S>,
  description: string,
): z.ZodMiniPrefault<S> {
  return annotate(z.prefault(schema, value), { description })
}

/** A key that may be left out, without a default; `absent` says what happens then. */
export function optional<S extends z.ZodMiniType>(
  schema: S,
  absent: string,
  description: string,
): z.ZodMiniOptional<S> {
  return annotate(z.optional(schema), { description, absent })
}

/**
 * A schema with a check of its own beside its type.
 * @param judge null when the value is valid, else what to write instead as a sentence (empty: the example will do)
 */
export function withCheck<S extends z.ZodMiniType>(schema: S, judge: (value: z.output<S>) => string | null): S {
  const checked = schema.check(
    z.check<z.output<S>>(payload => {
      const advice = judge(payload.value)
      // `continue`: a bad value still has the right type, so the checks of the object around it can go on.
      if (advice === null) return
      payload.issues.push({ code: 'custom', params: { instead: advice }, input: payload.value, continue: true })
    }),
  )
  return checked as S
}
