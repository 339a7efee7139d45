// When a loss began, by what the engine remembers: the last time that the network went and did not come back.
import { expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import type { Detach } from '../../src/core/state.ts'
import { withMoments } from '../../src/heal/past-losses.ts'
import type { PastEvent } from '../../src/heal/ports.ts'
import { evidenceOf } from '../core/logged.ts'

const never = new AbortController().signal
const LOSS: Detach = {
  ...{ key: 'app net', container: 'app', network: 'net', at: 1_000, cause: 'explicit', excused: null },
  evidence: evidenceOf(100),
}

function network(at: number, action: string, containerId: string | null = 'app-1', id = 'net-1'): PastEvent {
  return { at, event: { kind: 'network', action, id, name: 'net', containerId } }
}

type Row = readonly [what: string, events: readonly PastEvent[], lostAt: number | null, over?: Partial<Detach>]

const ROWS: readonly Row[] = [
  ['a disconnect', [network(500, 'disconnect')], 500],
  ['nothing that the engine remembers', [], null],
  ['a restart before it', [network(200, 'disconnect'), network(210, 'connect'), network(500, 'disconnect')], 500],
  ['a restart that is all there was', [network(200, 'disconnect'), network(210, 'connect')], null],
  ['a stop, and the disconnect while it was stopped', [network(200, 'disconnect'), network(500, 'disconnect')], 200],
  ['another container', [network(500, 'disconnect', 'other')], null],
  ['another network', [network(500, 'disconnect', 'app-1', 'net-2')], null],
  ['one from before it was last seen attached', [network(90, 'disconnect')], null],
  ['one after it was noticed', [network(1_001, 'disconnect')], null],
  ['a network that was removed', [network(500, 'destroy', null)], 500, { cause: 'network-removed' }],
  ["Podman's word for that", [network(500, 'remove', null)], 500, { cause: 'network-recreated' }],
  ['a container that was replaced', [network(500, 'disconnect')], null, { cause: 'replaced' }],
  ['one whose moment is known', [network(500, 'disconnect')], 700, { evidence: evidenceOf(100, { lostAt: 700 }) }],
]

test.for(ROWS)('when a loss began: %s', async ([, events, lostAt, over]) => {
  const found = await withMoments([{ ...LOSS, ...over }], { replay: async () => events }, 1_000, never)
  expect(found.map(d => d.evidence.lostAt)).toEqual([lostAt])
})

test('when a loss began: asked once for all, from when the first of them was last seen attached', async () => {
  const asked: (readonly number[])[] = []
  const replay = async (since: number, until: number): Promise<readonly PastEvent[]> => {
    asked.push([since, until])
    return []
  }
  await withMoments([LOSS, { ...LOSS, evidence: evidenceOf(50) }], { replay }, 1_000, never)
  await withMoments([], { replay }, 1_000, never)
  expect(asked).toEqual([[50, 1_000]])
})

test('when a loss began: an engine that does not say changes nothing', async () => {
  const replay = async (): Promise<never> => {
    throw new NethealError('denied', 'a proxy denies GET /events')
  }
  expect(await withMoments([LOSS], { replay }, 1_000, never)).toEqual([LOSS])
  expect(await withMoments([LOSS], null, 1_000, never)).toEqual([LOSS])
})
