/** The rehearsal before the first heal walks all of the way: a made-up container is replaced, planned, attached, verified. */
import { expect, test } from 'vitest'
import { warmUp } from '../../src/heal/warm-up.ts'
import { ManualClock } from './manual-clock.ts'

test('every made-up container that the warm-up replaces is attached and verified', async () => {
  expect(await warmUp(new ManualClock())).toBe(20)
})
