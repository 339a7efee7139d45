import { expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from './real-engine.ts'

describeReal('a sandbox', () => {
  test('a sandbox removes what it made, and nothing else', async () => {
    await using mine = sandbox()
    const kept = await mine.network('kept')
    const made: string[] = []
    {
      await using box = sandbox()
      const network = await box.network('made')
      const app = await box.container('app', { networks: [network.name, kept.name], aliases: ['web'] })
      expect(await box.networksOf(app.id)).toEqual([kept.name, network.name].sort())
      const { exitCode, output } = await box.exec(app.id, ['nslookup', 'web'])
      expect(output).toContain('127.0.0.11')
      expect(exitCode).toBe(0)
      made.push(app.id, network.id)
      // A container of another sandbox that strayed onto this one's network does not keep it from being removed.
      const stray = await mine.container('stray', { networks: [kept.name] })
      await network.handle.connect({ Container: stray.id })
    }
    const [app = '', network = ''] = made
    await expect(mine.docker.getContainer(app).inspect()).rejects.toMatchObject({ statusCode: 404 })
    await expect(mine.docker.getNetwork(network).inspect()).rejects.toMatchObject({ statusCode: 404 })
    expect((await kept.handle.inspect()).Id).toBe(kept.id)
    expect(realEngine().version).not.toBe('')
  })

  test('a sandbox has containers that end soon when they are stopped', async () => {
    await using box = sandbox()
    const { handle } = await box.container('sleeper')
    await handle.stop()
    // The engine's own patience with a process that does not listen is ten seconds.
    expect(await handle.inspect()).toMatchObject({ State: { Status: 'exited' }, Config: { StopTimeout: 2 } })
  })
})
