// The raw bytes of the recorded streams, through the same parts that read a real one.
import { expect, test } from 'vitest'
import { lineSplitter } from '../../src/docker/lines.ts'
import { eventOf } from '../../src/docker/translate.ts'
import { bytesOf, GENERATIONS, type Generation, recordingsOf } from './recording.ts'

function linesOf(bytes: Buffer, size: number): readonly string[] {
  const lines: string[] = []
  const feed = lineSplitter(line => lines.push(line))
  for (let start = 0; start < bytes.length; start += size) feed(bytes.subarray(start, start + size))
  return lines
}

/** How many events of each action a generation sent in all its recordings. */
function counts(generation: Generation): Readonly<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const name of recordingsOf(generation)) {
    for (const line of linesOf(bytesOf(generation, name), 4096)) {
      const event = eventOf(JSON.parse(line))
      // Exec events carry the command after the colon.
      const action = event === null ? 'of no interest' : `${event.kind} ${event.action.split(':')[0]}`
      found[action] = (found[action] ?? 0) + 1
    }
  }
  return found
}

test('20.10.24 sends two disconnects for one of a running container', () => {
  expect(counts('20.10.24')).toEqual({
    'container create': 34,
    'container destroy': 11,
    'container die': 40,
    'container exec_create': 6,
    'container exec_die': 5,
    'container exec_start': 6,
    'container health_status': 1,
    'container kill': 29,
    'container oom': 1,
    'container pause': 1,
    'container rename': 3,
    'container restart': 4,
    'container start': 56,
    'container stop': 25,
    'container unpause': 1,
    'container update': 1,
    'network connect': 81,
    'network create': 38,
    'network destroy': 6,
    'network disconnect': 73,
    // Prune events, which name nobody.
    'of no interest': 3,
  })
})

test('28.5.2 sends one disconnect for one of a running container', () => {
  expect(counts('28.5.2')).toEqual({
    'container create': 51,
    'container destroy': 23,
    'container die': 55,
    'container exec_create': 6,
    'container exec_die': 5,
    'container exec_start': 6,
    'container health_status': 1,
    'container kill': 44,
    'container oom': 1,
    'container pause': 1,
    'container rename': 7,
    'container restart': 4,
    'container start': 75,
    'container stop': 40,
    'container unpause': 1,
    'container update': 1,
    'network connect': 106,
    'network create': 47,
    'network destroy': 8,
    'network disconnect': 82,
    // Prune events, which name nobody.
    'of no interest': 3,
  })
})

test.each([1, 7, 997])('a recorded event stream in chunks of %i bytes gives the same lines', size => {
  for (const generation of GENERATIONS) {
    for (const name of recordingsOf(generation)) {
      const bytes = bytesOf(generation, name)
      expect(linesOf(bytes, size)).toEqual(
        bytes
          .toString('utf8')
          .split('\n')
          .filter(line => line !== ''),
      )
    }
  }
})

test('the events of a network name the container and the network, those of a container its labels', () => {
  for (const generation of GENERATIONS) {
    for (const name of recordingsOf(generation)) {
      for (const line of linesOf(bytesOf(generation, name), 4096)) {
        const event = eventOf(JSON.parse(line))
        if (event === null || event.action === 'prune') continue
        expect(event.id).toMatch(/^[0-9a-f]{64}$/)
        expect(event.name).not.toMatch(/^\/|^$/)
        const joins = event.action === 'connect' || event.action === 'disconnect'
        if (event.kind === 'network') expect(event.containerId ?? '').toMatch(joins ? /^[0-9a-f]{64}$/ : /^$/)
        else expect(event.image).not.toBe('')
      }
    }
  }
})
