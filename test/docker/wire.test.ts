// What this host shows of an engine's networks, from files that stand for Linux's own, and from its loopback.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWire } from '../../src/docker/wire.ts'

const never = new AbortController().signal
const OURS = 'br-0123456789ab'
const OTHER = 'br-ba9876543210'

let self: string
let proc: string
beforeAll(() => {
  self = mkdtempSync(join(tmpdir(), 'netheal-wire-'))
  proc = join(self, 'net')
  mkdirSync(proc)
  mkdirSync(join(self, 'ns'))
  symlinkSync('net:[4026531840]', join(self, 'ns/net'))
})
afterAll(() => rmSync(self, { recursive: true }))

/** Interfaces that are up and have an address, and those that are there at all. */
function shows(up: readonly string[], there: readonly string[] = up): void {
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
  writeFileSync(
    join(proc, 'route'),
    head + up.map(i => `${i}\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n`).join(''),
  )
  const dev = 'Inter-|   Receive                                                |  Transmit\n face |bytes    packets\n'
  writeFileSync(join(proc, 'dev'), dev + ['lo', ...there].map(i => `${i.padStart(6)}: 0 0 0 0\n`).join(''))
}

const seen = (wire = openWire(null, proc), names: readonly string[] = ['docker0', OURS, OTHER]) =>
  Object.fromEntries(wire.bridges(names))

describe("bridges are known where one of the engine's networks is this host's, and nowhere else", () => {
  test('they are here', () => {
    shows(['docker0', OURS, OTHER])
    expect(seen()).toEqual({ docker0: 'up', [OURS]: 'up', [OTHER]: 'up' })
  })

  test('one is down, and one is gone', () => {
    shows(['docker0', OURS], ['docker0', OURS, OTHER])
    expect(seen(openWire(null, proc), ['docker0', OURS, OTHER, 'custom0'])).toEqual({
      docker0: 'up',
      [OURS]: 'up',
      [OTHER]: 'down',
      custom0: 'gone',
    })
  })

  test('another engine has a docker0, too: that is no proof', () => {
    shows(['docker0', 'br-aaaaaaaaaaaa'])
    expect(seen()).toEqual({})
  })

  test('what was seen once is remembered: the last one of them may go', () => {
    shows([OURS])
    const wire = openWire(null, proc)
    expect(seen(wire, [OURS])).toEqual({ [OURS]: 'up' })
    shows([])
    expect(seen(wire, [OURS])).toEqual({ [OURS]: 'gone' })
    expect(seen(openWire(null, proc), [OURS])).toEqual({})
  })

  test('what an earlier process has seen is remembered, in its network namespace and of this engine alone', () => {
    shows([OURS, 'docker0'])
    const first = openWire(null, proc)
    expect(first.seen()).toBe(null)
    expect(seen(first, [OURS])).toEqual({ [OURS]: 'up' })
    const known = first.seen()
    expect(known).toEqual({ namespace: 'net:[4026531840]', bridges: [OURS] })
    shows(['docker0'])
    const later = openWire(known, proc)
    expect(seen(later, [OURS])).toEqual({ [OURS]: 'gone' })
    expect(later.seen()).toEqual(known)
    expect(seen(openWire(known, proc), [OTHER])).toEqual({})
    const inside = known === null ? null : { ...known, namespace: 'net:[4026532999]' }
    expect(seen(openWire(inside, proc), [OURS])).toEqual({})
    expect(openWire(inside, proc).seen()).toBe(null)
  })

  test('one of an engine that was not seen here is looked for again with other networks, and now and then with the same', () => {
    shows([])
    const wire = openWire(null, proc)
    expect(seen(wire, [OURS])).toEqual({})
    shows([OURS])
    expect(seen(wire, [OURS, OTHER])).toEqual({ [OURS]: 'up', [OTHER]: 'gone' })
    shows([])
    const other = openWire(null, proc)
    expect(seen(other, [OURS])).toEqual({})
    shows([OURS])
    const looks = Array.from({ length: 10 }, () => seen(other, [OURS])[OURS])
    expect(looks.slice(0, 9)).toEqual(Array.from({ length: 9 }))
    expect(looks.at(-1)).toBe('up')
  })

  test('a host without these files, or with others in their place', () => {
    expect(seen(openWire(null, join(proc, 'nowhere')))).toEqual({})
    writeFileSync(join(proc, 'route'), Buffer.from([0, 255, 10, 9, 58]))
    writeFileSync(join(proc, 'dev'), '\n::\n :\n')
    expect(seen()).toEqual({})
  })
})

describe('who answers', () => {
  test('a kernel that refuses is there, and so is one that accepts', async () => {
    expect(await openWire(null, proc).probe('127.0.0.1', 'lo', 5_000, never)).toBe('answers')
  })

  test('what is no IPv4 address is not asked', async () => {
    for (const address of ['localhost', '::1', '', '127.0.0.1:80', '../etc'])
      expect(await openWire(null, proc).probe(address, 'lo', 5_000, never)).toBe('unknown')
  })

  test('nobody waits longer than told, or once the question is given up', async () => {
    const given = new AbortController()
    given.abort()
    expect(await openWire(null, proc).probe('127.0.0.1', 'lo', 5_000, given.signal)).toBe('unknown')
  })
})
