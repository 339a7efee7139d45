/**
 * Waits for something that has no event to await: asks again and again, with a deadline that is generous
 * (it is only ever reached by a failure) and an error that says what was seen last.
 */
import { setTimeout as pause } from 'node:timers/promises'

/** How long and how often to ask. */
export interface UntilOptions {
  /** What is waited for, for the error message. */
  readonly what?: string
  /** Milliseconds until giving up; 15,000 by default. */
  readonly deadline?: number
  /** Milliseconds between two questions; 20 by default. */
  readonly every?: number
}

/**
 * Resolves with the first answer of `condition` that is neither false, null nor undefined.
 * A condition that throws counts as "not yet"; the last such error is the cause of the one thrown at the deadline.
 */
export async function until<T>(
  condition: () => T | false | null | undefined | Promise<T | false | null | undefined>,
  { what = 'the condition', deadline = 15_000, every = 20 }: UntilOptions = {},
): Promise<T> {
  const end = performance.now() + deadline
  for (;;) {
    let last: unknown
    let cause: unknown
    try {
      const answer = await condition()
      if (answer !== false && answer !== null && answer !== undefined) return answer
      last = answer
    } catch (error) {
      cause = error
    }
    if (performance.now() > end) {
      const seen = cause === undefined ? `last answer: ${String(last)}` : `last error: ${String(cause)}`
      throw new Error(`waited ${deadline} ms for ${what} in vain; ${seen}`, { cause })
    }
    await pause(every)
  }
}
