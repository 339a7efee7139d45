/**
 * What `npm run test:engines` runs on each engine: the facts that netheal relies on (test/contract) and the healing
 * suite (test/engine), which `npm test` runs on one engine. scripts/test-engines.ts says which engine it is this time.
 */
import { configDefaults, defineConfig } from 'vitest/config'
import { EngineReporter } from './test/support/engine.reporter.ts'
import everything from './vitest.config.ts'

export default defineConfig({
  ...everything,
  test: {
    ...everything.test,
    include: ['test/contract/engine.test.ts', 'test/engine/**/*.test.ts'],
    exclude: configDefaults.exclude,
    reporters: ['default', new EngineReporter()],
    // Four times as long as beside other tests: a quarter of an hour of this may meet a busy machine, and asserts no time.
    testTimeout: 120_000,
  },
})
