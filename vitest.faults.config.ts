/**
 * `npm run test:faults`: every test of docs/faults.md, and no other. This list is the one place that names their files;
 * test/faults/page.test.ts holds the page to it. The daemon is killed two hundred times here, ten times in `npm test`.
 */
import { defineConfig } from 'vitest/config'
import everything from './vitest.config.ts'

export default defineConfig({
  ...everything,
  test: {
    ...everything.test,
    env: { NETHEAL_TEST_FAULTS: '1' },
    include: [
      'test/faults/*.test.ts',
      // On a real engine.
      'test/engine/daemon-heals.test.ts',
      'test/engine/healers.test.ts',
      'test/engine/least-privilege.test.ts',
      'test/engine/networks-recreated.test.ts',
      'test/engine/outages.test.ts',
      'test/engine/restarts.test.ts',
      'test/engine/states.test.ts',
      'test/systemd/outages.test.ts',
      // On a real disk.
      'test/heal/disk.test.ts',
      'test/record/*.test.ts',
      // On the simulated engine, and on none.
      'test/heal/flood.test.ts',
      'test/heal/survives.test.ts',
      'test/config/never-crashes.test.ts',
      'test/core/properties.test.ts',
      'test/docker/events.test.ts',
      'test/docker/lines.test.ts',
      'test/docker/log-lines.test.ts',
    ],
  },
})
