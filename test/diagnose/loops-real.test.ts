// Loops made for real, by one-shots that find the container detached again and again, or restarted from outside: what
// `diagnose` says of them from the memory that these left.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { State } from '../../src/core/state.ts'
import { loops } from '../../src/diagnose/loops.ts'
import { readState } from '../../src/record/state.ts'
import { configFor, detach, estate, redeploy } from '../engine/estate.ts'
import { type Installation, install } from '../engine/installation.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { answerOf, findingOf, ruleFor, shortly } from './asked.ts'

async function memoryOf({ folder }: Installation): Promise<State> {
  return (await readState({ directory: join(folder, 'state') })).state
}

const loop = { detaches: 3, within: '10m', clearAfter: '10m' }

describeReal('a loop', () => {
  test('a loop of detaches: none yet, then flagged with each loss', { timeout: 120_000 }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack } = host
    await using netheal = await install(realEngine(), { ...configFor(host, { containers: [backend.name] }), loop })
    const ask = async () =>
      await answerOf(loops, realEngine().socketPath, {
        rules: [ruleFor([backend.name], stack.name)],
        state: await memoryOf(netheal),
      })
    expect(shortly(await ask())).toEqual(['loops-unknown unseen'])
    await netheal.once()
    expect(shortly(await ask())).toEqual(['no-loop well'])
    for (const _ of [1, 2, 3]) {
      await detach(stack, backend)
      await netheal.once()
    }
    const found = findingOf(await ask(), 'detach-loop')
    expect(found).toMatchObject({ verdict: 'wrong', subject: backend.name })
    expect(found.summary).toContain(`${backend.name} lost ${stack.name} 3 times`)
    expect(found.summary).toContain('(source: outside-detach)')
    const losses = found.evidence.filter(e => e.includes(' explicit: '))
    expect(losses).toHaveLength(3)
    expect(losses[0]).toContain(`container ${backend.id.slice(0, 12)}, network ${stack.id.slice(0, 12)}`)
  })

  test('a loop of replacements: which container followed which, and what makes the network stick', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack } = host
    await using netheal = await install(realEngine(), {
      ...configFor(host, { containers: [backend.name], onDeploy: 'tell' }),
      loop,
    })
    await netheal.once()
    const made = [backend]
    for (const _ of [1, 2, 3]) {
      made.push(await redeploy(host, made.at(-1) ?? backend))
      await netheal.once()
    }
    const rules = [ruleFor([backend.name], stack.name)]
    const found = findingOf(
      await answerOf(loops, realEngine().socketPath, { rules, state: await memoryOf(netheal) }),
      'detach-loop',
    )
    expect(found.summary).toContain('(source: redeploy)')
    const [before, last] = made.slice(-2).map(c => c.id.slice(0, 12))
    expect(found.evidence.at(-1)).toContain(`replaced: container ${last} (was ${before})`)
    expect(found.remedy.join('\n')).toContain(stack.name)
  })

  test('a loop of restarts from outside', { timeout: 120_000 }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack } = host
    await using netheal = await install(realEngine(), { ...configFor(host, { containers: [backend.name] }), loop })
    await netheal.once()
    for (const _ of [1, 2, 3]) {
      await backend.handle.restart({ t: 0 })
      await netheal.once()
    }
    const rules = [ruleFor([backend.name], stack.name)]
    const found = await answerOf(loops, realEngine().socketPath, { rules, state: await memoryOf(netheal) })
    const finding = findingOf(found, 'restart-loop')
    expect(finding).toMatchObject({ verdict: 'wrong', subject: backend.name })
    expect(finding.summary).toContain('was stopped and started from outside 3 times')
    expect(finding.evidence[1]).toContain(`container ${backend.id.slice(0, 12)} started at`)
  })
})
