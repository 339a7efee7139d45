// After an attach: the restart that a rule asks for, within its limits, and the proof that the names resolve.
import { describe, expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import type { RestartPolicy } from '../../src/core/rule.ts'
import { EMPTY_STATE, withContainer } from '../../src/core/state.ts'
import { type FollowUpResult, runFollowUp } from '../../src/heal/follow-up.ts'
import type { Passed } from '../../src/heal/pass.ts'
import { APP, DATABASE, NETWORK, Rig, ruleFor } from './rig.ts'

const RESTART = 'POST /containers/{id}/restart'
const EXEC = 'POST /containers/{id}/exec'
const never = new AbortController().signal
const afterAttach: RestartPolicy = { when: 'after-attach', cooldown: 600_000, maxPerHour: 3, grace: 10_000 }
const ifUnresolved: RestartPolicy = { ...afterAttach, when: 'if-unresolved' }

async function careFor(rig: Rig, { followUps }: Passed): Promise<readonly FollowUpResult[]> {
  const results: FollowUpResult[] = []
  for (const item of followUps) results.push(await runFollowUp(item, { ...rig.deps, stop: never }, never))
  return results
}

async function lose(rig: Rig): Promise<void> {
  await rig.simulator.disconnect(NETWORK, APP)
}

/** A pass whose follow-up is that of a repair of the stopped APP, with or without a start. */
async function stoppedAndRepaired(rig: Rig, start = true): Promise<Passed> {
  const result = await rig.pass()
  await rig.simulator.stopContainer(APP, 0)
  const followUps = result.followUps.map(item => {
    if (item.action === null) throw new Error('it follows no action')
    const action = {
      ...item.action,
      kind: 'repair',
      entry: NETWORK,
      dead: null,
      start,
      restart: { kind: 'none' },
    } as const
    return { ...item, action }
  })
  expect(followUps).toHaveLength(1)
  return { ...result, followUps }
}

describe('restarts', () => {
  test('nothing is restarted unless the rule says so', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ resolve: [DATABASE] })] })
    const started = rig.simulator.container(APP).startedAt
    await careFor(rig, await rig.pass())
    expect(rig.simulator.container(APP).startedAt).toBe(started)
    expect(rig.simulator.calls.writesTo(RESTART)).toEqual([])
  })

  test('after-attach restarts once, counted and flushed to the disk before it happens', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ restart: afterAttach })] })
    const result = await rig.pass()
    const counted: number[] = []
    rig.simulator.faults.before(RESTART, () => {
      counted.push(Object.values(rig.state.flushed.restarts).flat().length)
    })
    expect(await careFor(rig, result)).toMatchObject([{ restarted: true, error: null }])
    expect(counted).toEqual([1])
    expect(rig.log.entries.map(e => ('verb' in e ? `${e.kind} ${e.verb}` : e.kind))).toEqual([
      'fixing',
      'action connect',
      'success connect',
      'action restart',
      'success restart',
    ])
    expect((await rig.pass()).detaches).toEqual([])
    expect(rig.isAttached()).toBe(true)
  })

  test('the cooldown of restarts holds across processes', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ restart: afterAttach })] })
    await careFor(rig, await rig.pass())
    await using later = await Rig.open({ rules: [ruleFor({ restart: afterAttach })], state: rig.state.saved })
    const { outcomes, followUps } = await later.pass()
    expect(outcomes).toMatchObject([{ kind: 'verified', action: { restart: { kind: 'none' } } }])
    expect(followUps).toEqual([])
    expect(later.log.of('warning').map(w => w.code)).toContain('restart-refused')
  })

  test('maxPerHour holds, and an hour later it restarts again', async () => {
    const restart = { ...afterAttach, cooldown: 0, maxPerHour: 2 }
    await using rig = await Rig.open({ rules: [ruleFor({ restart })] })
    for (let n = 0; n < 4; n += 1) {
      await careFor(rig, await rig.pass())
      await lose(rig)
      rig.clock.advance(60_000)
    }
    expect(rig.simulator.calls.writesTo(RESTART)).toHaveLength(2)
    rig.clock.advance(3_600_000)
    await careFor(rig, await rig.pass())
    expect(rig.simulator.calls.writesTo(RESTART)).toHaveLength(3)
  })

  test('no restart that cannot be counted on disk', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ restart: afterAttach })] })
    const result = await rig.pass()
    rig.state.fault = 'cannot write /var/lib/netheal/state.json: no space left on the disk (ENOSPC)'
    expect(await careFor(rig, result)).toMatchObject([
      { restarted: false, error: 'no restart: it could not be recorded on disk first' },
    ])
    expect(rig.simulator.calls.writesTo(RESTART)).toEqual([])
    expect(rig.log.of('failed')).toMatchObject([{ verb: 'restart', container: APP }])
  })

  test('a restart that the engine refuses is written down, and still counts', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ restart: afterAttach })] })
    const result = await rig.pass()
    rig.simulator.faults.fail({ route: RESTART, message: 'no such runtime' })
    const [followedUp] = await careFor(rig, result)
    expect(followedUp).toMatchObject({ restarted: false, error: 'restart: no such runtime (HTTP 500)' })
    expect(rig.log.of('failed')).toMatchObject([{ verb: 'restart', error: 'restart: no such runtime (HTTP 500)' }])
    expect(Object.values(rig.notebook.state.restarts).flat()).toHaveLength(1)
  })

  test('a restart whose cooldown began after the plan was made does not happen, and is no error', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ restart: afterAttach })] })
    const result = await rig.pass()
    const [item] = result.followUps
    rig.notebook.update(s => ({ ...s, restarts: { [item?.identity ?? '']: [rig.clock.now()] } }))
    expect(await careFor(rig, result)).toEqual([
      { restarted: false, started: false, error: null, resolutions: [], answering: [], isHung: false },
    ])
    expect(rig.simulator.calls.writesTo(RESTART)).toEqual([])
  })

  test('a repaired container is started, counted as a restart, and told as started', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ restart: afterAttach })] })
    const result = await stoppedAndRepaired(rig)
    expect(await careFor(rig, result)).toMatchObject([{ started: true, restarted: false, error: null }])
    expect(rig.simulator.container(APP).status).toBe('running')
    expect(rig.simulator.calls.writesTo(RESTART)).toEqual([])
    expect(Object.values(rig.notebook.state.restarts).flat()).toHaveLength(1)
    expect(rig.log.entries.slice(-2).map(e => ('verb' in e ? `${e.kind} ${e.verb}` : e.kind))).toEqual([
      'action start',
      'success start',
    ])
  })

  test('a start that the engine refuses is written down, and told as not started', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ restart: afterAttach })] })
    const result = await stoppedAndRepaired(rig)
    rig.simulator.faults.fail({ route: 'POST /containers/{id}/start', message: 'no such runtime' })
    expect(await careFor(rig, result)).toMatchObject([{ started: false, restarted: false }])
    expect(rig.log.of('failed')).toMatchObject([{ verb: 'start', container: APP }])
  })

  test('a repair that asks for no start starts nothing', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ restart: afterAttach })] })
    const result = await stoppedAndRepaired(rig, false)
    expect(await careFor(rig, result)).toMatchObject([{ started: false, restarted: false, error: null }])
    expect(rig.simulator.container(APP).status).toBe('exited')
  })

  test('an attach before the first start never restarts', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ restart: afterAttach })] })
    await rig.simulator.removeContainer(APP)
    rig.simulator.createContainer({ name: APP, networkMode: 'coolify' })
    expect((await rig.pass()).followUps).toEqual([])
  })

  test('if-unresolved leaves a container alone whose names resolve', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ restart: ifUnresolved, resolve: [DATABASE] })] })
    expect(await careFor(rig, await rig.pass())).toMatchObject([
      { restarted: false, resolutions: [{ result: 'resolved' }] },
    ])
    expect(rig.simulator.calls.writesTo(RESTART)).toEqual([])
  })

  test('if-unresolved gives the names their grace, and then restarts', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ restart: ifUnresolved, resolve: ['nowhere'] })] })
    const caring = careFor(rig, await rig.pass())
    await rig.eventually(() => rig.simulator.calls.writesTo(RESTART).length === 1, 'the restart', 500)
    // Each proof is at most half a second after the one before.
    expect(rig.simulator.calls.writesTo(EXEC).length).toBeGreaterThan(10)
    const done = caring.then(() => true)
    let over = false
    void done.then(() => {
      over = true
    })
    await rig.eventually(() => over, 'the end of the grace', 500)
    expect(await caring).toMatchObject([{ restarted: true, resolutions: [{ result: 'unresolved' }] }])
  })

  test('a stop ends the wait for a name, without a restart', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ restart: ifUnresolved, resolve: ['nowhere'] })] })
    const [item] = (await rig.pass()).followUps
    if (item === undefined) throw new Error('nothing is owed')
    const stop = new AbortController()
    const caring = runFollowUp(item, { ...rig.deps, stop: stop.signal }, never)
    await rig.eventually(() => rig.clock.sleeping.length > 0, 'the wait')
    stop.abort()
    expect(await caring).toMatchObject({ restarted: false })
    expect(rig.simulator.calls.writesTo(RESTART)).toEqual([])
  })
})

describe('proofs', () => {
  test('a name that resolves is written down with its address, once', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ resolve: [DATABASE] })] })
    const [followedUp] = await careFor(rig, await rig.pass())
    expect(followedUp?.resolutions).toMatchObject([
      { name: DATABASE, result: 'resolved', detail: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/) },
    ])
    expect(rig.log.of('success').map(s => s.verb)).toEqual(['connect', 'prove'])
    expect((await rig.pass()).followUps).toEqual([])
  })

  test('a name that does not resolve is warned of once, tried again, and said when it resolves', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ resolve: ['supabase-kong'] })] })
    await careFor(rig, await rig.pass())
    await careFor(rig, await rig.pass())
    await careFor(rig, await rig.pass())
    expect(rig.log.of('warning').filter(w => w.code === 'unresolved')).toHaveLength(1)
    rig.simulator.run({ name: 'supabase-kong', networkMode: NETWORK })
    await careFor(rig, await rig.pass())
    expect(rig.log.of('success').map(s => s.verb)).toEqual(['connect', 'prove'])
    expect((await rig.pass()).followUps).toEqual([])
  })

  test('one name of two that does not resolve is warned of, after a second look at the first time alone', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ resolve: [DATABASE, 'nowhere'] })] })
    const [first] = await careFor(rig, await rig.pass())
    expect(first?.resolutions.map(r => r.result)).toEqual(['resolved', 'unresolved'])
    expect(rig.log.of('warning').map(w => w.message)).toEqual([
      `${APP} is attached to ${NETWORK}, but nowhere does not resolve inside it`,
    ])
    const asked = rig.simulator.calls.writesTo(EXEC).length
    await careFor(rig, await rig.pass())
    expect(rig.simulator.calls.writesTo(EXEC)).toHaveLength(asked + 2)
  })

  test('a name that a proxy does not let us ask for is told once, and is no failure', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ resolve: [DATABASE] })] })
    const { engine } = rig.deps
    const exec: typeof engine.exec = () => Promise.reject(new NethealError('denied', 'exec: denied by the proxy'))
    const [item] = (await rig.pass()).followUps
    if (item === undefined) throw new Error('nothing is pending')
    const done = await runFollowUp(item, { ...rig.deps, engine: { ...engine, exec }, stop: never }, never)
    expect(done).toMatchObject({ error: null, resolutions: [{ result: 'unproven', denied: true }] })
    expect(rig.log.of('warning')).toMatchObject([
      { code: 'unproven', message: expect.stringContaining(`whether ${DATABASE} resolves inside it is not known`) },
    ])
    expect((await rig.pass()).followUps).toEqual([])
  })

  test('an attachment that is told as lost by the state is not proven, although its names resolve', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ resolve: [DATABASE] })] })
    const result = await rig.pass()
    const [item] = result.followUps
    if (item === undefined) throw new Error('nothing is pending')
    rig.notebook.update(s => withContainer(s, item.key, item.containerId, { attached: false, unproven: 0 }))
    await careFor(rig, result)
    expect(rig.log.of('success').map(s => s.verb)).toEqual(['connect'])
    expect(rig.notebook.state.attachments[item.key]?.seen[item.containerId]?.unproven).toBe(0)
  })

  test('names that do not resolve stay unproven where the container cannot be looked at a second time', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ resolve: ['nowhere'] })] })
    const { engine } = rig.deps
    const [item] = (await rig.pass()).followUps
    if (item === undefined) throw new Error('nothing is pending')
    const run = (error: Error) => {
      const lookAt: typeof engine.lookAt = () => Promise.reject(error)
      return runFollowUp(item, { ...rig.deps, engine: { ...engine, lookAt }, stop: never }, never)
    }
    expect(await run(new NethealError('engine-timeout', 'no answer'))).toEqual({
      ...{ restarted: false, started: false, error: null, answering: [], isHung: false },
      resolutions: [
        ...[{ name: 'nowhere', result: 'interrupted', denied: false, hung: false, addresses: [] }].map(r => ({
          ...r,
          detail: expect.any(String),
        })),
      ],
    })
    expect(rig.log.of('warning')).toEqual([])
    await expect(run(new TypeError('a bug'))).rejects.toThrow('a bug')
  })

  test('nslookup is asked where there is no getent, and its first address is the server’s', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ resolve: [DATABASE] })] })
    rig.simulator.image(rig.simulator.container(APP).image, { absent: ['getent'] })
    const [followedUp] = await careFor(rig, await rig.pass())
    expect(followedUp?.resolutions).toMatchObject([{ result: 'resolved' }])
    expect(followedUp?.resolutions[0]?.detail).not.toContain('127.0.0.11')
  })

  test('an image without getent and nslookup proves nothing, and that is no failure', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ resolve: [DATABASE], restart: ifUnresolved })] })
    rig.simulator.image(rig.simulator.container(APP).image, { absent: ['getent', 'nslookup'] })
    expect(await careFor(rig, await rig.pass())).toMatchObject([
      {
        restarted: false,
        error: null,
        resolutions: [{ result: 'unproven', detail: 'the image has neither getent nor nslookup' }],
      },
    ])
    expect(rig.log.kinds()).toEqual(['fixing', 'action', 'success'])
    expect((await rig.pass()).followUps).toEqual([])
  })

  test('a question for a name that was ended by a signal is no answer: it is asked again', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ resolve: [DATABASE] })] })
    const { engine } = rig.deps
    const endings = [137, 143, -1]
    const exec: typeof engine.exec = async (...args) => {
      const exitCode = endings.shift()
      return exitCode === undefined ? await engine.exec(...args) : { kind: 'exited', exitCode, output: '' }
    }
    const [item] = (await rig.pass()).followUps
    const deps = { ...rig.deps, engine: { ...engine, exec }, stop: never }
    if (item === undefined) throw new Error('nothing is owed')
    expect(await runFollowUp(item, deps, never)).toMatchObject({ resolutions: [{ result: 'interrupted' }] })
    expect(rig.log.kinds()).toEqual(['fixing', 'action', 'success'])

    const [owed] = (await rig.pass()).followUps
    if (owed === undefined) throw new Error('the proof is not owed any more')
    expect(await runFollowUp(owed, deps, never)).toMatchObject({ resolutions: [{ result: 'resolved' }] })
    expect(endings).toEqual([])
    expect(rig.log.of('warning')).toEqual([])
    expect((await rig.pass()).followUps).toEqual([])
  })

  test('an attachment that is lost meanwhile is not proven, and its next heal has a proof of its own', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ resolve: [DATABASE] })] })
    const result = await rig.pass()
    await lose(rig)
    rig.notebook.update(m => ({ ...m, attachments: EMPTY_STATE.attachments }))
    expect(await careFor(rig, result)).toMatchObject([{ resolutions: [{ result: 'interrupted' }] }])
    expect(rig.log.kinds()).toEqual(['fixing', 'action', 'success'])
    expect((await rig.pass()).followUps).toHaveLength(1)
  })
})
