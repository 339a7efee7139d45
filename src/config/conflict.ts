// Values that are valid by themselves but not together: a check on the object that contains them.
import * as z from 'zod/mini'

export interface Conflict {
  /** The key to point at, from the object that the check is on. */
  readonly at: readonly string[]
  readonly why: string
  /** What to do about it, as a sentence. */
  readonly advice: string
}

/**
 * @param keys what `find` looks at. It runs even if there are other problems, but not if one of these keys has one:
 * then the value may not even have the right type.
 */
export function conflicts<T>(keys: readonly string[], find: (value: T) => Conflict | null): z.core.$ZodCheck<T> {
  return z.superRefine<T>(
    (value, context) => {
      const found = find(value)
      if (found === null) return
      context.addIssue({ code: 'custom', message: found.why, path: [...found.at], params: { advice: found.advice } })
    },
    {
      when: payload => isObject(payload.value) && !payload.issues.some(issue => keys.includes(String(issue.path?.[0]))),
    },
  )
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A key that is for some values of `chooser` only. @param home where it belongs (`format "email"`), null: here */
export function belongs<T>(chooser: string, key: string, home: (value: T) => string | null): z.core.$ZodCheck<T> {
  return conflicts<T>([chooser], value => {
    const right = isObject(value) && Object.hasOwn(value as object, key) ? home(value) : null
    if (right === null) return null
    return { at: [key], why: `it is only for ${right}.`, advice: `Remove it, or change "${chooser}".` }
  })
}

/** A key that only some values of `chooser` need. It is reported as missing like any other key. */
export function needs<T>(chooser: string, find: (value: T) => string | null): z.core.$ZodCheck<T> {
  return z.superRefine<T>(
    (value, context) => {
      const key = find(value)
      if (key === null || Object.hasOwn(value as object, key)) return
      context.addIssue({ code: 'invalid_type', expected: 'string', input: undefined, path: [key] })
    },
    {
      when: payload => isObject(payload.value) && !payload.issues.some(issue => issue.path?.[0] === chooser),
    },
  )
}
