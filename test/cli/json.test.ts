// The JSON that others script against (docs/design.md, "JSON output"): these keys, these types, whatever else there may be.
import { describe, expect, test } from 'vitest'
import { APP, DATABASE, NETWORK, WORKER } from '../heal/rig.ts'
import { Desk } from './desk.ts'

const text = expect.any(String)
const texts = expect.any(Array)
const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

/** Something of everything: one to attach, one attached, one blocked, one skipped. */
async function mixed(): Promise<Desk> {
  const desk = await Desk.open()
  desk.configure({
    attachments: [
      { containers: [APP, WORKER, 'absent'], network: NETWORK, resolve: [DATABASE] },
      { containers: APP, network: 'nowhere' },
    ],
  })
  await desk.simulator.connect(NETWORK, WORKER)
  return desk
}

describe('check --json', () => {
  test('check --json has the keys that it promises', async () => {
    await using desk = await mixed()
    const { code, out, err } = await desk.run('check', '--json')
    expect({ code, err }).toEqual({ code: 3, err: '' })
    const printed: unknown = JSON.parse(out)
    expect(printed).toMatchObject({
      version: 1,
      inSync: false,
      actions: [{ kind: 'attach', container: APP, network: NETWORK, why: text, warnings: texts }],
      blocked: [{ container: APP, network: 'nowhere', reason: 'network-missing', hint: text }],
      skipped: [{ container: 'absent', network: NETWORK, reason: 'container-missing' }],
      satisfied: [{ container: WORKER, network: NETWORK }],
    })
  })

  test('check --json changes nothing and writes nothing', async () => {
    await using desk = await mixed()
    await desk.run('check', '--json')
    // It asks inside the containers, which changes none.
    expect(desk.simulator.calls.writes.filter(call => !/\/exec(\/|$)/.test(call.path))).toEqual([])
    expect(desk.log()).toBe('')
    expect(() => desk.state()).toThrow('ENOENT')
  })

  test('check --json is in sync, and 0, when all is well', async () => {
    await using desk = await Desk.open()
    for (const name of [APP, WORKER]) await desk.simulator.connect(NETWORK, name)
    const { code, out } = await desk.run('check', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ version: 1, inSync: true, actions: [], blocked: [], skipped: [] })
  })
})

describe('once --json', () => {
  test('once --json has the plan and the outcomes', async () => {
    await using desk = await mixed()
    const { code, out, err } = await desk.run('once', '--json')
    expect({ code, err }).toEqual({ code: 3, err: '' })
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      inSync: false,
      actions: [{ kind: 'attach', container: APP, network: NETWORK }],
      blocked: [{ container: APP }],
      skipped: [{ container: 'absent' }],
      satisfied: [{ container: WORKER }],
      outcomes: [
        {
          kind: 'verified',
          container: APP,
          network: NETWORK,
          cause: null,
          milliseconds: expect.any(Number),
          restarted: false,
          resolved: true,
        },
      ],
    })
    expect(desk.simulator.isAttached(APP, NETWORK)).toBe(true)
  })

  test('once --json is 0 when all that was wrong is healed', async () => {
    await using desk = await Desk.open()
    const { code, out } = await desk.run('once', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out).outcomes.map((o: { kind: string }) => o.kind)).toEqual(['verified', 'verified'])
  })

  test('once --json is 3 when something failed, and says what', async () => {
    await using desk = await Desk.open()
    desk.simulator.exhaust(NETWORK)
    const { code, out } = await desk.run('once', '--json')
    expect(code).toBe(3)
    expect(JSON.parse(out).outcomes[0]).toMatchObject({ kind: 'failed', container: APP, error: text })
  })
})

describe('status --json', () => {
  test('status --json has the keys that it promises', async () => {
    await using desk = await mixed()
    await desk.run('once')
    await desk.simulator.disconnect(NETWORK, APP)
    await desk.run('once')
    const { code, out, err } = await desk.run('status', '--json')
    expect({ code, err }).toEqual({ code: 3, err: '' })
    expect(JSON.parse(out)).toEqual(
      expect.objectContaining({
        version: 1,
        healer: { alive: true, mode: 'once', pid: null, lastPassAt: ISO, lastPassOk: true },
        loops: [],
        paused: null,
        problems: [],
      }),
    )
    const { attachments } = JSON.parse(out)
    const nothing = { proof: null, proofPending: false, doubt: null, unreachable: null }
    const reach = { ...nothing, proof: expect.toBeOneOf([null, { rung: text, at: ISO }]) }
    const lost = { at: ISO, cause: 'explicit' }
    expect(attachments).toEqual(
      expect.arrayContaining([
        {
          container: APP,
          network: NETWORK,
          state: 'attached',
          since: ISO,
          lastDetach: lost,
          connectError: null,
          ...reach,
        },
        {
          container: WORKER,
          network: NETWORK,
          state: 'attached',
          since: ISO,
          lastDetach: null,
          connectError: null,
          ...reach,
        },
        {
          container: 'absent',
          network: NETWORK,
          state: 'missing',
          since: ISO,
          lastDetach: null,
          connectError: null,
          ...nothing,
        },
        {
          container: APP,
          network: 'nowhere',
          state: 'blocked',
          since: ISO,
          lastDetach: null,
          connectError: null,
          ...nothing,
        },
      ]),
    )
  })

  test('status --json: a loop is there with its rhythm in seconds', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    for (let n = 0; n < 3; n += 1) {
      await desk.simulator.disconnect(NETWORK, APP)
      await desk.run('once')
      // Two minutes go by between two one-shots.
      const past = (at: number): number => at - 120_000
      desk.remember(m => ({ ...m, detaches: m.detaches.map(d => ({ ...d, at: past(d.at) })) }))
      desk.remember(m => ({ ...m, loops: m.loops.map(l => ({ ...l, since: past(l.since), last: past(l.last) })) }))
    }
    const { code, out } = await desk.run('status', '--json')
    expect(code).toBe(3)
    expect(JSON.parse(out).loops).toEqual([
      expect.objectContaining({
        container: APP,
        network: NETWORK,
        kind: 'detach-loop',
        cause: 'explicit',
        count: 3,
        since: ISO,
        every: 120,
      }),
    ])
    expect(desk.log().match(/LOOP:/g)).toHaveLength(1)
  })
})
