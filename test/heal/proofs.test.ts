// When what is attached is proven from inside, what is said of it, and what is done about it where the rule asks for that.
import { describe, expect, test } from 'vitest'
import type { Rule } from '../../src/core/rule.ts'
import { startHealer } from './healer.ts'
import { APP, DATABASE, NETWORK, Rig, ruleFor, WORKER } from './rig.ts'

const EXEC = 'POST /containers/{id}/exec'
const DB = `${DATABASE}-${NETWORK}`
const RESOLVING = ruleFor({ resolve: [DATABASE] })
const REACHING = { reach: [{ host: DATABASE, port: 5432 }] }
const MINUTES = 60_000

/** APP is on the network already, as on a healthy host. */
async function healthy(rules: readonly Rule[], prove: number | null = 10 * MINUTES): Promise<Rig> {
  const rig = await Rig.open({ rules, prove })
  await rig.simulator.connect(NETWORK, APP)
  return rig
}

const standing = (rig: Rig) => Object.values(rig.notebook.state.attachments)[0]
const seenIn = (rig: Rig) => Object.values(standing(rig)?.seen ?? {})[0]
const execs = (rig: Rig) => rig.simulator.calls.writesTo(EXEC).length
const becomes = (rig: Rig, state: string) =>
  rig.eventually(() => standing(rig)?.state === state, `the state ${state}`, 500)

/** bash connects, or not, as `answer` says of the target; its two trials come out as they must. */
function connecting(rig: Rig, answer: () => number): void {
  const bash = (argv: readonly string[]) => {
    const host = argv[4]
    return { exitCode: host === '127.0.0.11' ? 0 : host === '127.0.0.1' ? 10 : answer(), output: '' }
  }
  rig.simulator.image(rig.simulator.container(APP).image, { programs: { bash } })
}

describe('when', () => {
  test('at the start what is attached is proven, and a healthy host is told nothing', async () => {
    await using rig = await healthy([RESOLVING])
    await using _healer = await startHealer(rig)
    await rig.eventually(() => seenIn(rig)?.proof?.rung === 'named', 'the proof', 1)
    expect(standing(rig)?.state).toBe('attached')
    expect(rig.log.entries).toEqual([])
  })

  test('again after `prove`, without a poll; never with `"prove": false`', async () => {
    await using rig = await healthy([RESOLVING])
    await using _healer = await startHealer(rig, { events: true, poll: null })
    await rig.eventually(() => seenIn(rig)?.proof?.rung === 'named', 'the proof', 1)
    const before = seenIn(rig)?.proof?.at ?? 0
    await rig.eventually(() => (seenIn(rig)?.proof?.at ?? 0) >= before + 10 * MINUTES, 'the next proof', 30_000)

    await using never = await healthy([RESOLVING], null)
    await using _other = await startHealer(never)
    await never.simulator.disconnect(NETWORK, DB)
    await never.eventually(() => never.journal.count('event stream open') === 1, 'the stream', 60_000)
    expect(execs(never)).toBe(0)
  })

  test('when another member goes, comes, is paused and unpaused: said when it begins, and when it is over', async () => {
    await using rig = await healthy([RESOLVING])
    await using _healer = await startHealer(rig, { events: true, poll: null })
    await rig.eventually(() => seenIn(rig)?.proof?.rung === 'named', 'the proof', 1)
    await rig.simulator.pauseContainer(DB)
    await becomes(rig, 'unreachable')
    expect(seenIn(rig)).toMatchObject({ unreachable: { reason: 'target-paused' }, proof: { rung: 'joined' } })
    await rig.simulator.unpauseContainer(DB)
    await becomes(rig, 'attached')
    await rig.simulator.disconnect(NETWORK, DB)
    await becomes(rig, 'unreachable')
    await rig.simulator.connect(NETWORK, DB, { aliases: [DATABASE] })
    await becomes(rig, 'attached')
    await rig.eventually(() => rig.log.of('success').length === 2, 'the second end', 500)
    expect(rig.log.of('warning').map(w => w.code)).toEqual(['unreachable', 'unresolved'])
    const again = [expect.stringMatching(/^supabase-db \(.*\) again$/)]
    expect(rig.log.of('success')).toMatchObject([
      { verb: 'prove', notes: again },
      { verb: 'prove', notes: again },
    ])
  })

  test('what is wrong is asked for less and less often, and not by the clock of the rest', async () => {
    await using rig = await healthy([ruleFor({ resolve: ['nowhere'] })])
    await using _healer = await startHealer(rig, { events: true, poll: null })
    await rig.eventually(() => (seenIn(rig)?.unproven ?? 0) === 8, 'eight failed proofs', 500)
    const [before, at] = [execs(rig), rig.clock.now()]
    await rig.eventually(() => (seenIn(rig)?.unproven ?? 0) === 9, 'the ninth', 500)
    expect(execs(rig)).toBe(before + 1)
    expect(rig.clock.now() - at).toBeGreaterThanOrEqual(2 * MINUTES)
  })

  test('a container in which nothing ends holds up no heal, is said once, and is asked less and less often', async () => {
    await using rig = await Rig.open({
      rules: [RESOLVING, ruleFor({ containers: [WORKER], resolve: [DATABASE] })],
      prove: 10 * MINUTES,
      timeout: 600,
    })
    await rig.simulator.connect(NETWORK, APP)
    const { id } = rig.simulator.container(APP)
    rig.simulator.faults.hang({ route: new RegExp(`^POST /containers/${id}/exec$`) })
    await using _healer = await startHealer(rig)
    await rig.eventually(() => rig.log.of('success').some(s => s.verb === 'prove'), 'the proof of the other')
    expect(rig.isAttached(WORKER)).toBe(true)
    await rig.eventually(() => rig.log.of('warning').length === 1, 'the warning')
    expect(rig.log.of('warning')).toMatchObject([{ container: APP, code: 'unproven' }])
    const asked = () => Object.values(rig.notebook.state.attachments).flatMap(a => Object.values(a.seen))
    const own = () => asked().find(c => c.name === APP)?.asked?.at ?? 0
    const first = own()
    await rig.eventually(() => own() > first, 'the second try', 30_000)
    const second = own()
    expect(second - first).toBeGreaterThanOrEqual(10 * MINUTES)
    await rig.eventually(() => own() > second, 'the third try', 30_000)
    expect(own() - second).toBeGreaterThanOrEqual(20 * MINUTES)
    expect(rig.log.of('warning')).toHaveLength(1)
  })

  test('what an image has is found out once: for the next container of it there is one exec a question', async () => {
    await using rig = await healthy([RESOLVING])
    await using _healer = await startHealer(rig)
    await rig.eventually(() => seenIn(rig)?.proof?.rung === 'named', 'the proof', 1)
    const before = execs(rig)
    expect(before).toBe(2)
    await rig.simulator.removeContainer(APP)
    rig.simulator.run({ name: APP, networkMode: NETWORK })
    const { id } = rig.simulator.container(APP)
    await rig.eventually(() => standing(rig)?.seen[id]?.proof?.rung === 'named', 'the proof of the successor', 1)
    expect(execs(rig)).toBe(before + 1)
  })
})

describe('what is wrong', () => {
  test('is one incident, although its endpoint is lost and made anew meanwhile', async () => {
    await using rig = await healthy([ruleFor({ resolve: ['nowhere'] })])
    await using _healer = await startHealer(rig, { events: true, poll: null })
    await becomes(rig, 'unreachable')
    const before = seenIn(rig)
    await rig.simulator.disconnect(NETWORK, APP)
    await rig.eventually(() => rig.log.of('success').some(s => s.verb === 'connect'), 'the heal', 500)
    await rig.eventually(
      () => seenIn(rig)?.endpointId !== before?.endpointId && (seenIn(rig)?.asked ?? null) !== null,
      'the proof of the new endpoint',
      500,
    )
    expect(rig.log.of('warning')).toHaveLength(1)
    expect(seenIn(rig)?.unreachable).toEqual(before?.unreachable)
  })
})

describe('the heartbeat', () => {
  test('it waits for the proof, and tells what that has shown', async () => {
    await using rig = await healthy([ruleFor({ resolve: ['nowhere'] })])
    await using _healer = await startHealer(rig)
    expect(rig.heartbeat.beats).toEqual([])
    await rig.eventually(() => rig.heartbeat.beats.length === 1, 'the line', 500)
    expect(rig.heartbeat.beats).toMatchObject([
      { well: false, text: expect.stringContaining('but nowhere does not resolve inside it') },
    ])
  })

  test('where the proof takes too long, it says that it is pending', async () => {
    await using rig = await Rig.open({ rules: [RESOLVING], prove: 10 * MINUTES, timeout: 600_000 })
    await rig.simulator.connect(NETWORK, APP)
    rig.simulator.faults.hang({ route: EXEC })
    await using healer = await startHealer(rig)
    rig.clock.advance(MINUTES)
    healer.wake('again')
    await rig.eventually(() => rig.heartbeat.beats.length === 1, 'the line')
    expect(rig.heartbeat.beats[0]?.text).toBe(`attached, proof pending: ${APP}`)
  })
})

describe('what is done about it', () => {
  test('by default it is reported: no call is made but the questions', async () => {
    await using rig = await healthy([ruleFor(REACHING)])
    connecting(rig, () => 11)
    await using _healer = await startHealer(rig)
    await becomes(rig, 'unreachable')
    expect(rig.log.of('warning')).toMatchObject([
      {
        code: 'unreachable',
        message: `${APP} is attached to ${NETWORK}, but nothing answers at ${DATABASE}:5432 from inside it`,
      },
    ])
    expect(rig.log.of('action')).toEqual([])
  })

  test('"reattach": attached anew once, and proven by the same connection', async () => {
    await using rig = await healthy([ruleFor({ ...REACHING, onUnreachable: 'reattach' })])
    connecting(rig, () => (rig.log.of('action').length > 0 ? 0 : 11))
    await using _healer = await startHealer(rig)
    await rig.eventually(() => rig.log.of('success').some(s => s.verb === 'reach'), 'the proof', 500)
    expect(rig.log.entries.map(e => ('verb' in e ? `${e.kind} ${e.verb}` : e.kind))).toEqual([
      ...['warning', 'fixing', 'action repair', 'success repair', 'success reach'],
    ])
    expect(seenIn(rig)).toMatchObject({ proof: { rung: 'reached' }, unreachable: null, reattached: null })
    expect(standing(rig)?.state).toBe('attached')
  })

  test('"reattach" that does not help is done again less and less often', async () => {
    await using rig = await healthy([ruleFor({ ...REACHING, onUnreachable: 'reattach' })])
    connecting(rig, () => 11)
    await using _healer = await startHealer(rig)
    const times: number[] = []
    for (let count = 1; count <= 4; count++) {
      await rig.eventually(() => rig.log.of('action').length >= count, `reattach ${count}`, 5_000)
      times.push(rig.clock.now())
    }
    const waits = times.slice(1).map((at, i) => at - (times[i] ?? 0))
    expect(waits[0]).toBeGreaterThanOrEqual(MINUTES / 2)
    expect(waits[2]).toBeGreaterThanOrEqual(2 * MINUTES)
  })

  test('"restart": restarted within the limits of `restart`', async () => {
    const restart = { when: 'never', cooldown: 60 * MINUTES, maxPerHour: 1, grace: 1_000 } as const
    await using rig = await healthy([ruleFor({ ...REACHING, onUnreachable: 'restart', restart })])
    connecting(rig, () => 11)
    await using _healer = await startHealer(rig)
    await rig.eventually(() => rig.log.of('success').some(s => s.verb === 'restart'), 'the restart', 500)
    const asked = () => seenIn(rig)?.asked?.at ?? 0
    const before = asked()
    await rig.eventually(() => asked() > before + 5 * MINUTES, 'more proofs', 5_000)
    expect(rig.log.of('action').map(a => a.verb)).toEqual(['restart'])
  })

  test('"restart": what the limits forbid is said, once an incident', async () => {
    const restart = { when: 'never', cooldown: 60 * MINUTES, maxPerHour: 1, grace: 1_000 } as const
    await using rig = await healthy([ruleFor({ ...REACHING, onUnreachable: 'restart', restart })])
    let answer = 11
    connecting(rig, () => answer)
    await using _healer = await startHealer(rig)
    const refused = () => rig.log.of('warning').filter(w => w.code === 'restart-refused')
    await rig.eventually(() => rig.log.of('success').some(s => s.verb === 'restart'), 'the restart', 500)
    answer = 0
    await rig.eventually(() => seenIn(rig)?.unreachable === null, 'the end of the incident', 500)
    expect(refused()).toEqual([])
    answer = 11
    const asked = () => seenIn(rig)?.asked?.at ?? 0
    await rig.eventually(() => (seenIn(rig)?.unreachable ?? null) !== null, 'another incident', 5_000)
    const before = asked()
    await rig.eventually(() => asked() > before + 5 * MINUTES, 'more proofs', 5_000)
    expect(refused()).toMatchObject([
      {
        message: expect.stringMatching(
          `^${APP} is not restarted: the last restart was .* ago, and its cooldown is 60 min$`,
        ),
      },
    ])
    expect(rig.log.of('action').map(a => a.verb)).toEqual(['restart'])
  })

  test('a target that is paused is healed by nothing of ours', async () => {
    await using rig = await healthy([ruleFor({ resolve: [DATABASE], onUnreachable: 'reattach' })])
    await rig.simulator.pauseContainer(DB)
    await using _healer = await startHealer(rig)
    await becomes(rig, 'unreachable')
    await rig.eventually(() => (seenIn(rig)?.unproven ?? 0) > 3, 'more proofs', 5_000)
    expect(rig.log.of('action')).toEqual([])
  })
})
