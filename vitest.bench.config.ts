/** `npm run test:bench`: the benchmark itself, run with few counts. It takes a minute and says nothing about netheal. */
import { configDefaults, defineConfig } from 'vitest/config'
import everything from './vitest.config.ts'

export default defineConfig({
  ...everything,
  test: { ...everything.test, include: ['test/bench/bench.test.ts'], exclude: configDefaults.exclude, globalSetup: [] },
})
