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
 * A condition that throws counts as "not yet", and so does one that never answers (a frozen engine): at the deadline
 * this throws with what was seen last, and the last error as its cause.
 */
export async function until<T>(
  condition: () => T | false | null | undefined | Promise<T | false | null | undefined>,
  { what = 'the condition', deadline = 15_000, every = 20 }: UntilOptions = {},
): Promise<T> {
  let seen = 'it never answered'
  let cause: unknown
  const over = new AbortController()
  const ask = async (): Promise<T> => {
    while (!over.signal.aborted) {
      try {
        const answer = await condition()
        if (answer !== false && answer !== null && answer !== undefined) return answer
        seen = `last answer: ${String(answer)}`
      } catch (error) {
        seen = `last error: ${String(error)}`
        cause = error
      }
      await pause(every, undefined, { signal: over.signal })
    }
    throw over.signal.reason
  }
  const giveUp = async (): Promise<never> => {
    await pause(deadline, undefined, { signal: over.signal })
    throw new Error(`waited ${deadline} ms for ${what} in vain; ${seen}`, { cause })
  }
  const asking = ask()
  const givingUp = giveUp()
  try {
    return await Promise.race([asking, givingUp])
  } finally {
    over.abort()
    asking.catch(() => undefined)
    givingUp.catch(() => undefined)
  }
}
