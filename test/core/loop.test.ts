// Loops of detaches: flagged once, with cause, rhythm and source; cleared after a quiet window.

import { describe, expect, test } from 'vitest'
import { type DetachCause, remedyFor } from '../../src/core/cause.ts'
import { type LoopChange, type LoopSettings, rhythm, updateLoops } from '../../src/core/loop.ts'
import { clampedTo, type Detach, type State } from '../../src/core/state.ts'
import { MINUTE, NOW, state } from './builders.ts'

const SETTINGS: LoopSettings = { detaches: 3, within: 15 * MINUTE, clearAfter: 15 * MINUTE }

function detach(
  at: number,
  cause: DetachCause = 'explicit',
  over: Partial<Detach['evidence']> = {},
  key = 'k',
): Detach {
  const evidence = {
    containerId: 'c',
    previousId: null,
    networkId: 'n',
    previousNetworkId: 'n',
    lastAttachedAt: null,
    lostAt: null,
    startedAt: null,
    exitCode: null,
    coolify: false,
    deployment: null,
    ...over,
  }
  return { key, container: 'pms-backend', network: 'net', at, cause, evidence, excused: null }
}

/** Detaches at these minutes, each seen at once, and passes at `polls` that find nothing new. */
function story(
  minutes: readonly number[],
  polls: readonly number[] = [],
  settings = SETTINGS,
): { readonly changes: readonly LoopChange[]; readonly state: State } {
  let known = state()
  const changes = [...minutes, ...polls]
    .sort((a, b) => a - b)
    .map(minute => {
      const at = NOW + minute * MINUTE
      if (minutes.includes(minute)) known = { ...known, detaches: [...known.detaches, detach(at)] }
      const change = updateLoops(known, settings, at)
      // From process to process it is plain JSON.
      known = JSON.parse(JSON.stringify({ ...known, loops: change.loops })) as State
      return change
    })
  return { changes, state: known }
}

const words = (changes: readonly LoopChange[]): readonly string[] =>
  changes.map(
    c =>
      `${c.flagged.length > 0 ? 'flagged' : c.cleared.length > 0 ? 'cleared' : '-'} ${c.loops.map(l => l.count).join()}`,
  )

describe('flagged', () => {
  test('a loop is flagged once, at the third detach within the window, and counted on', () => {
    expect(words(story([0, 5, 10, 12, 20], [21]).changes)).toEqual(['- ', '- ', 'flagged 3', '- 4', '- 5', '- 5'])
  })

  test('a loop is not flagged by two detaches, nor by three that are too far apart', () => {
    expect(story([0, 10]).state.loops).toEqual([])
    expect(story([0, 10, 16]).state.loops).toEqual([])
    expect(story([0, 10, 15]).state.loops).toHaveLength(1)
  })

  test('three detaches in one look are a loop', () => {
    const known = state({ detaches: [detach(NOW), detach(NOW), detach(NOW)] })
    expect(updateLoops(known, SETTINGS, NOW).flagged).toMatchObject([{ count: 3, since: NOW, last: NOW, every: 0 }])
  })

  test('the detaches of two attachments do not add up to a loop', () => {
    const known = state({ detaches: [detach(NOW), detach(NOW, 'explicit', {}, 'other'), detach(NOW)] })
    expect(updateLoops(known, SETTINGS, NOW).loops).toEqual([])
  })

  test('a detach from before a loop is not counted when the loop goes on', () => {
    expect(words(story([0, 60, 65, 70, 75]).changes).slice(-2)).toEqual(['flagged 3', '- 4'])
  })

  test('a loop has the names that its container and network had last', () => {
    const renamed = { ...detach(NOW), container: 'pms-backend-2', network: 'net-2' }
    const known = state({ detaches: [detach(NOW), detach(NOW), renamed] })
    expect(updateLoops(known, SETTINGS, NOW).loops).toMatchObject([{ container: 'pms-backend-2', network: 'net-2' }])
  })

  test('a loop may be flagged by a single detach', () => {
    expect(words(story([0], [20], { ...SETTINGS, detaches: 1 }).changes)).toEqual(['flagged 1', 'cleared '])
  })
})

describe('cleared', () => {
  test('a loop is cleared after a quiet window, and said once', () => {
    expect(words(story([0, 5, 10], [24]).changes)).toEqual(['- ', '- ', 'flagged 3', '- 3'])
    const { state: known, changes } = story([0, 5, 10], [25])
    expect(words(changes).at(-1)).toBe('cleared ')
    expect(updateLoops(known, SETTINGS, NOW + 26 * MINUTE)).toEqual({ loops: [], flagged: [], cleared: [] })
  })

  test('a loop is cleared after exactly the quiet window, also where the next detach ends it', () => {
    expect(words(story([0, 5, 10, 25]).changes).at(-1)).toBe('cleared ')
    expect(words(story([0, 5, 10, 24]).changes).at(-1)).toBe('- 4')
  })

  test('a loop is not cleared by two detaches that nobody saw, of which only the second came after a quiet window', () => {
    const { state: known } = story([0, 5, 10])
    const later = [...known.detaches, detach(NOW + 24 * MINUTE), detach(NOW + 38 * MINUTE)]
    expect(updateLoops({ ...known, detaches: later }, SETTINGS, NOW + 39 * MINUTE)).toMatchObject({
      loops: [{ count: 5 }],
      cleared: [],
    })
  })

  test('a loop that goes on more slowly stays flagged', () => {
    expect(words(story([0, 5, 10, 24, 38, 52]).changes)).toEqual(['- ', '- ', 'flagged 3', '- 4', '- 5', '- 6'])
  })

  test('a loop is flagged again when it begins anew', () => {
    const again = ['- ', 'flagged 3']
    expect(words(story([0, 5, 10, 30, 35, 40], [26]).changes)).toEqual([
      '- ',
      '- ',
      'flagged 3',
      'cleared ',
      '- ',
      ...again,
    ])
    // The same where nobody looked while it was quiet: netheal was down, or its polls are rare.
    expect(words(story([0, 5, 10, 30, 35, 40]).changes)).toEqual(['- ', '- ', 'flagged 3', 'cleared ', ...again])
  })

  test('a loop that was cleared early is flagged again by three detaches within the window', () => {
    const settings = { ...SETTINGS, clearAfter: 3 * MINUTE }
    expect(words(story([0, 1, 2, 6, 7], [5], settings).changes)).toEqual([
      '- ',
      '- ',
      'flagged 3',
      'cleared ',
      'flagged 4',
      '- 5',
    ])
  })

  test('a loop that is cleared at once never lasts, and is not flagged and cleared in one pass', () => {
    const known = state({ detaches: [0, 1, 2].map(m => detach(NOW + m * MINUTE)) })
    expect(updateLoops(known, { ...SETTINGS, clearAfter: MINUTE }, NOW + 3 * MINUTE)).toEqual({
      loops: [],
      flagged: [],
      cleared: [],
    })
  })

  test('a loop is cleared when its history is gone', () => {
    const { state: known } = story([0, 5, 10])
    expect(updateLoops({ ...known, detaches: [] }, SETTINGS, NOW + 11 * MINUTE).cleared).toHaveLength(1)
  })
})

describe('cause and source', () => {
  const loopOf = (detaches: readonly Detach[]) => updateLoops(state({ detaches }), SETTINGS, NOW).flagged[0]
  const coolify = { coolify: true }
  test.each<[string, readonly Detach[], DetachCause, string]>([
    ['disconnects', [detach(NOW), detach(NOW), detach(NOW)], 'explicit', 'outside-detach'],
    [
      'deploys of Coolify',
      [detach(NOW, 'replaced', coolify), detach(NOW, 'replaced', coolify), detach(NOW, 'replaced')],
      'replaced',
      'coolify-redeploy',
    ],
    [
      'a deployment was seen',
      [
        detach(NOW, 'replaced', { deployment: 'd' }),
        detach(NOW, 'replaced', { deployment: 'e' }),
        detach(NOW, 'replaced'),
      ],
      'replaced',
      'coolify-redeploy',
    ],
    [
      'half of them deploys of Coolify',
      [
        detach(NOW, 'replaced', coolify),
        detach(NOW, 'replaced'),
        detach(NOW, 'replaced', coolify),
        detach(NOW, 'replaced'),
      ],
      'replaced',
      'coolify-redeploy',
    ],
    [
      'other deploys',
      [detach(NOW, 'replaced'), detach(NOW, 'replaced'), detach(NOW, 'replaced', coolify)],
      'replaced',
      'redeploy',
    ],
    [
      'the network',
      [detach(NOW, 'network-removed'), detach(NOW, 'network-removed'), detach(NOW)],
      'network-removed',
      'network-recreated',
    ],
    [
      'the network made anew',
      [detach(NOW), detach(NOW, 'network-recreated'), detach(NOW, 'network-recreated')],
      'network-recreated',
      'network-recreated',
    ],
    [
      'the most frequent wins',
      [detach(NOW, 'replaced'), detach(NOW), detach(NOW), detach(NOW, 'replaced'), detach(NOW)],
      'explicit',
      'outside-detach',
    ],
  ])('cause and source of a loop: %s', (_, detaches, cause, source) => {
    expect(loopOf(detaches)).toMatchObject({
      kind: 'detach-loop',
      container: 'pms-backend',
      network: 'net',
      cause,
      source,
    })
  })

  test('only the detaches of a loop count for its cause, not older ones', () => {
    const old = [0, 1, 2, 3].map(m => detach(NOW - (60 + m) * MINUTE, 'replaced')).reverse()
    expect(loopOf([...old, detach(NOW), detach(NOW), detach(NOW)])).toMatchObject({ cause: 'explicit', count: 3 })
  })

  test('each source of a loop has a remedy of its own', () => {
    const sources = ['coolify-redeploy', 'redeploy', 'network-recreated', 'outside-detach', 'outside-restart'] as const
    expect(new Set(sources.map(remedyFor)).size).toBe(sources.length)
  })
})

describe('the rhythm', () => {
  test.each<[string, readonly number[], number | null]>([
    ['every two minutes', [0, 120, 240, 360], 120],
    ['with jitter', [0, 118, 241, 359], 118],
    ['one of four out of step', [0, 120, 240, 360, 900], 120],
    ['two of four out of step', [0, 120, 240, 900, 2000], null],
    ['none', [0, 10, 500, 520], null],
    ['two detaches tell none', [0, 120], null],
    ['nothing', [], null],
    ['seconds apart, within 2 s', [0, 1, 4, 5], 1],
    ['seconds apart, and one by more than 2 s', [0, 1, 4.001, 5], null],
    ['a quarter out of step', [0, 120, 240, 390], 120],
    ['more than a quarter out of step', [0, 120, 240, 390.001], null],
    ['of an even number of intervals, the lower of the two in the middle', [0, 130, 250, 360, 460], 110],
  ])('the rhythm of a loop: %s', (_, seconds, expected) => {
    expect(rhythm(seconds.map(s => s * 1_000))).toBe(expected === null ? null : expected * 1_000)
  })

  test('a loop tells its rhythm', () => {
    expect(story([0, 2, 4, 6]).state.loops).toMatchObject([{ every: 2 * MINUTE, since: NOW, last: NOW + 6 * MINUTE }])
    expect(story([0, 1, 9]).state.loops).toMatchObject([{ every: null }])
  })
})

test('a clock that was set back does not make a loop last for as long', () => {
  const back = NOW - 24 * 60 * MINUTE
  const known = clampedTo(story([0, 5, 10]).state, back)
  expect(updateLoops(known, SETTINGS, back).loops).toMatchObject([{ count: 3, since: back, last: back }])
  expect(updateLoops(known, SETTINGS, back + 15 * MINUTE)).toMatchObject({
    loops: [],
    cleared: [{ kind: 'detach-loop' }],
  })
})

test('three one-shots that each find a detach flag a loop as the daemon does', () => {
  expect(words(story([0, 2, 4]).changes)).toEqual(['- ', '- ', 'flagged 3'])
})
