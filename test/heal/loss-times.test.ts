import { expect, test } from 'vitest'
import { afterPassOf, type LossTimes, withEvent } from '../../src/heal/loss-times.ts'
import type { EngineEvent } from '../../src/heal/ports.ts'

const network = (action: string, containerId: string | null = null): EngineEvent => ({
  ...{ kind: 'network', action, id: 'net', name: 'stack', containerId },
})
const NONE: LossTimes = new Map()

test('moments are kept until a pass that began after them', () => {
  const once = withEvent(NONE, network('disconnect', 'app'), 5)
  const twice = withEvent(once, network('disconnect', 'app'), 7)
  expect([...withEvent(twice, network('destroy'), 8)]).toEqual([
    ['app', [5, 7]],
    ['net', [8]],
  ])
  expect([...afterPassOf(withEvent(twice, network('destroy'), 8), 7)]).toEqual([
    ['app', [7]],
    ['net', [8]],
  ])
  expect(afterPassOf(twice, 8).size).toBe(0)
})

test('what takes no network away is no moment of a loss', () => {
  const start: EngineEvent = { kind: 'container', action: 'start', id: 'app', name: 'a', image: '', labels: {} }
  for (const event of [network('connect', 'app'), network('create'), start])
    expect(withEvent(NONE, event, 5)).toBe(NONE)
})
