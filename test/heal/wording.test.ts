// What is decided after an error hangs on its code: with the words of every message and hint changed, all stays as it is.
import { describe, expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import { runFollowUp } from '../../src/heal/follow-up.ts'
import type { Engine } from '../../src/heal/ports.ts'
import { APP, DATABASE, NETWORK, Rig, type RigOptions, ruleFor } from './rig.ts'

const CONNECT = 'POST /networks/{id}/connect'
const DISCONNECT = 'POST /networks/{id}/disconnect'
const EXEC = 'POST /containers/{id}/exec'
const never = new AbortController().signal

/** The same engine, which throws the same codes in words that nobody has seen before. */
function reworded(engine: Engine): Engine {
  return new Proxy(engine, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver)
      if (typeof method !== 'function') return method
      return (...parameters: unknown[]) => {
        const answer: unknown = Reflect.apply(method, target, parameters)
        return answer instanceof Promise ? answer.catch(inOtherWords) : answer
      }
    },
  })
}

function inOtherWords(error: unknown): never {
  if (!(error instanceof NethealError)) throw error
  throw new NethealError(error.code, 'das ging nicht', { hint: 'sieh nach', cause: error.cause })
}

describe.each<readonly [string, Pick<RigOptions, 'through'>]>([
  ['in our words', {}],
  ['in other words', { through: reworded }],
])('an error %s', (_, options) => {
  test('a dead entry that cannot be taken off is filled by the connect that follows', async () => {
    await using rig = await Rig.open(options)
    rig.simulator.hollowConnects(1)
    await rig.simulator.connect(NETWORK, APP)
    const { outcomes } = await rig.pass()
    expect(outcomes).toMatchObject([{ kind: 'verified', action: { kind: 'repair' } }])
    expect(rig.simulator.calls.writesTo(DISCONNECT)).toHaveLength(1)
    expect(rig.isAttached()).toBe(true)
  })

  test('a disconnect that is refused for another reason ends the repair', async () => {
    await using rig = await Rig.open(options)
    rig.simulator.hollowConnects(1)
    await rig.simulator.connect(NETWORK, APP)
    rig.simulator.faults.fail({ route: DISCONNECT, message: 'no' })
    const { outcomes } = await rig.pass()
    expect(outcomes).toMatchObject([{ kind: 'failed' }])
    expect(rig.simulator.calls.writesTo(CONNECT)).toEqual([])
  })

  test('an endpoint that exists, and is not in the container, is named a stale one', async () => {
    await using rig = await Rig.open(options)
    const message = `endpoint with name ${APP} already exists in network ${NETWORK}`
    rig.simulator.faults.fail({ route: CONNECT, status: 403, message })
    const { outcomes } = await rig.pass()
    expect(outcomes).toMatchObject([{ kind: 'failed', hint: expect.stringContaining('a stale endpoint') }])
  })

  test('a container that went away meanwhile is gone, and that is well', async () => {
    await using rig = await Rig.open(options)
    rig.simulator.midConnect(async (_network, container) => {
      rig.simulator.midConnect(null)
      await rig.simulator.removeContainer(container.id)
    })
    expect((await rig.pass()).outcomes).toMatchObject([{ kind: 'gone' }])
    expect(rig.notebook.state.backoffs).toEqual({})
  })

  test.for([
    ['denied', 403, 'authorization denied by plugin opa: exec is not allowed', ['unproven']],
    ['refused', 500, 'no', []],
  ] as const)('an exec that is %s', async ([, status, message, warnings]) => {
    await using rig = await Rig.open({ ...options, rules: [ruleFor({ resolve: [DATABASE] })] })
    rig.simulator.faults.fail({ route: EXEC, status, message })
    const { followUps } = await rig.pass()
    for (const item of followUps) await runFollowUp(item, { ...rig.deps, stop: never }, never)
    expect(followUps).toHaveLength(1)
    expect(rig.log.of('warning').map(w => w.code)).toEqual(warnings)
  })
})
