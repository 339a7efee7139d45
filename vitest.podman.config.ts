/** What `npm run test:engines` runs on Podman, whose limits have tests of their own (docs/podman.md). */
import { configDefaults, defineConfig } from 'vitest/config'
import engines from './vitest.engines.config.ts'

export default defineConfig({
  ...engines,
  test: { ...engines.test, include: ['test/podman/*.test.ts'], exclude: configDefaults.exclude },
})
