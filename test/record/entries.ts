// Entries for the tests of the log.
import type { Entry } from '../../src/core/entry.ts'

/** 2025-12-29 14:32:01 UTC */
export const AT: number = Date.UTC(2025, 11, 29, 14, 32, 1)

export function warning(n: number, rest = ''): Entry {
  const message = `line ${n}.${rest}`
  return { kind: 'warning', at: AT, container: null, network: null, code: 'test', message, hint: null }
}

export const FIXING: Entry = {
  kind: 'fixing',
  at: AT,
  container: 'pms-backend',
  network: 'bccg4gs4o4kgsowocw08wkw4',
  why: 'not attached to bccg4gs4o4kgsowocw08wkw4',
  cause: 'replaced',
  evidence: null,
}
