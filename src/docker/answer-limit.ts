// How long an answer may be, by what is asked. Whoever answers without an end would fill the memory until the deadline of the
// call, at the speed of a local socket: 300 MB.

const MIB = 1024 * 1024

/**
 * Bytes. A list of 10,000 containers has some 12 MB, 60 with all the labels of Coolify and Traefik. `path`: without the version.
 */
export function answerLimit(method: string, path: string): number {
  if (method !== 'GET') return MIB
  if (path.startsWith('/containers/json')) return 64 * MIB
  if (path.startsWith('/networks')) return 16 * MIB
  // Of one container, whose environment and labels others choose.
  return path.startsWith('/containers/') ? 4 * MIB : MIB
}

/** Nothing of a refusal is used but a sentence. */
export const REFUSAL_LIMIT: number = MIB

/** An answer that went on beyond its limit; `code` is for failure.ts. */
export function tooLong(limit: number): Error {
  return Object.assign(new Error(`the answer goes on beyond ${limit / MIB} MiB`), { code: ANSWER_TOO_LONG })
}

export const ANSWER_TOO_LONG = 'ANSWER_TOO_LONG'
