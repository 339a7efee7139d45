/** How the tests run: in any order, in forks, against a real Docker Engine where there is one (test/support). */
import { configDefaults, defineConfig } from 'vitest/config'
import pkg from './package.json' with { type: 'json' }
import { SummaryReporter } from './test/support/summary.reporter.ts'

// Whatever points this shell at a Docker Engine or at a netheal config must not reach a test.
for (const name of Object.keys(process.env)) {
  if (/^(DOCKER_|NETHEAL_(?!TEST_))/.test(name)) delete process.env[name]
}

export default defineConfig({
  // What scripts/build.mjs puts into the bundle.
  define: {
    __NETHEAL_VERSION__: JSON.stringify(pkg.version),
    __NETHEAL_COMMIT__: JSON.stringify('test'),
    __NETHEAL_ENGINES__: JSON.stringify(pkg.engines.node),
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      ...configDefaults.exclude,
      // On a real Podman: they are part of `npm run test:engines`, which brings it (docs/podman.md).
      ...['test/podman/heals.test.ts', 'test/podman/limits.test.ts'],
      // Two engines in a swarm, minutes long: part of `npm run test:engines`.
      'test/engine/swarm.test.ts',
      // Of the benchmark, not of netheal: `npm run test:bench`.
      'test/bench/bench.test.ts',
    ],
    globalSetup: ['test/support/engine.setup.ts'],
    reporters: ['default', new SummaryReporter()],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { shuffle: { files: true, tests: true } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 60_000,
    // By hand a test has one attempt. Where the whole suite runs beside nothing but itself for twenty minutes, one that real
    // engines, real disks and a busy machine made fail is tried again, and named at the end (test/support/summary.reporter.ts).
    retry: process.env.CI === 'true' ? 1 : 0,
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
  },
})
