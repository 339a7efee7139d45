/**
 * The way into the real-engine suite: describe blocks that are skipped, and counted as skipped, where there is no
 * engine, and a sandbox on the engine that the global setup provides. See engine-context.ts and sandbox.ts.
 */
import { describe, inject } from 'vitest'
import type { ProvidedEngine } from './engine-context.ts'
import { Sandbox } from './sandbox.ts'

/** `describe`, skipped where there is no real engine to test against. */
export function describeReal(name: string, tests: () => void): void {
  describe.skipIf(inject('engine') === null)(name, tests)
}

/** `describe`, skipped where tests cannot start engines of their own with `startPrivateEngine`. */
export function describePrivateEngine(name: string, tests: () => void): void {
  describe.skipIf(inject('privateEngineAbsence') !== null)(name, tests)
}

/** The provided engine. Only inside of `describeReal`: throws where there is none. */
export function realEngine(): ProvidedEngine {
  const engine = inject('engine')
  if (engine === null) throw new Error(`no real engine: ${inject('engineAbsence')}; put this test in describeReal`)
  return engine
}

/** A sandbox on the provided engine, or on one of the test's own: `await using box = sandbox()`. */
export function sandbox(engine: { readonly socketPath: string; readonly image: string } = realEngine()): Sandbox {
  return new Sandbox(engine)
}
