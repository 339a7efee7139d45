import { access, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { startPrivateEngine } from './private-engine.ts'
import { describePrivateEngine, sandbox } from './real-engine.ts'
import { until } from './until.ts'

describePrivateEngine('a private engine', () => {
  test('a private engine survives kill, restart and freeze, and leaves nothing behind', async () => {
    const engine = await startPrivateEngine()
    const folder = dirname(engine.socketPath)
    await using box = sandbox(engine)
    const { handle } = await box.container('sleeper', { restartPolicy: 'always' })

    const first = engine.pid
    expect(await readFile(`/proc/${first}/comm`, 'utf8')).toBe('dockerd\n')
    await engine.kill()
    expect(engine.pid).toBe(0)
    await expect(engine.docker.ping()).rejects.toThrow(/ECONNREFUSED|ENOENT/)
    await engine.start()
    expect(engine.pid).not.toBe(first)
    await until(async () => (await handle.inspect()).State.Running, { what: 'the container to run again' })

    await engine.restart()
    await until(async () => (await handle.inspect()).State.Running, { what: 'the container to run again' })

    await engine.freeze()
    await expect(engine.docker.listContainers({ abortSignal: AbortSignal.timeout(200) })).rejects.toThrow(/abort/i)
    engine.thaw()
    await engine.docker.ping()

    await engine.freeze()
    await engine.stop()
    await expect(access(folder)).rejects.toThrow('ENOENT')
    await expect(access(`/proc/${first}`)).rejects.toThrow('ENOENT')
    box.forget()
  })

  test('a private engine that cannot start says what dockerd said', async () => {
    const start = startPrivateEngine({ storageDriver: 'paper-tape' })
    await expect(start).rejects.toThrow(/did not come up.*\n.*paper-tape/s)
  })
})
