// The contract against a real engine, where the test run has one; skipped, and counted as such, where it has none.
import { describe, inject, test } from 'vitest'
import '../support/engine-context.ts'
import { contract } from './contract.ts'

const engine = inject('engine')

if (engine === null) {
  describe('real engine', () => {
    test.skip('the contract on a real engine: no engine in this run', () => undefined)
  })
} else {
  contract(`engine ${engine.version}`, async () => ({
    socketPath: engine.socketPath,
    image: engine.image,
    apiVersion: engine.apiVersion,
    // The run owns the engine: it goes when the run does.
    [Symbol.asyncDispose]: async () => undefined,
  }))
}
