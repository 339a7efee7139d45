/** A real `docker compose up --force-recreate` under a running daemon, where there is a compose beside the engine. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, inject, test } from 'vitest'
import { enginePath, findCommand } from '../support/engine-packages.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { detach, estate, isAttached } from './estate.ts'
import { install } from './installation.ts'

const run = promisify(execFile)

// Debian's package of it has it as a program of its own as well. 20.10 is tested without one (support/engine-generations.ts).
const compose = inject('engine') === null ? null : await findCommand('docker-compose')

interface Project extends AsyncDisposable {
  /** `docker compose up -d`, with these flags. */
  up(...flags: readonly string[]): Promise<void>
}

/** A compose project of one service, removed with `down`. */
async function project(name: string, service: string): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'netheal-compose-'))
  const file = join(folder, 'compose.yaml')
  await writeFile(file, service)
  const env = {
    PATH: enginePath,
    HOME: folder,
    DOCKER_HOST: `unix://${realEngine().socketPath}`,
    DOCKER_CONFIG: folder,
  }
  const call = async (...words: readonly string[]): Promise<void> => {
    await run(compose ?? '', ['-p', name, '-f', file, ...words], { env, timeout: 60_000 })
  }
  return {
    up: (...flags) => call('up', '-d', ...flags),
    async [Symbol.asyncDispose]() {
      await call('down', '-t', '1').finally(() => rm(folder, { recursive: true, force: true }))
    },
  }
}

describeReal('a real compose project', () => {
  describe.skipIf(compose === null)(compose === null ? 'there is no docker-compose here' : 'by docker-compose', () => {
    test('a real compose project is attached again after each of three forced recreates, and none of them is restarted for it', {
      timeout: 120_000,
    }, async () => {
      await using box = sandbox()
      const { stack, coolify, backend: other } = await estate(box)
      const name = `shop-${box.suffix}`
      // Compose 1 and 2 make different names of the same words.
      const container = `${name}-backend-1`
      await using shop = await project(
        name,
        `services:
  backend:
    image: ${box.image}
    container_name: ${container}
    pull_policy: never
    command: ['sh', '-c', 'nslookup supabase-db > /said 2>&1; echo "code $$?" > /code; trap "exit 0" TERM; sleep 86400 & wait']
    stop_grace_period: 1s
    dns: ['127.0.0.1']
    networks: [coolify]
networks:
  coolify:
    name: ${coolify.name}
    external: true
`,
      )
      const attachments = [{ containers: [{ compose: `${name}/backend` }, other.name], network: stack.name }]
      await using netheal = await install(realEngine(), { attachments, watch: { poll: false } })
      const daemon = await netheal.running()
      await shop.up()
      await daemon.said('attached', { container })

      for (let count = 1; count <= 3; count++) {
        await shop.up('--force-recreate')
        await daemon.said('attached', { container, count: count + 1 })
        await until(async () => {
          const { NetworkSettings, State } = await box.docker.getContainer(container).inspect()
          return State.Running && Object.values(NetworkSettings.Networks).some(it => it.NetworkID === stack.id)
        })
        expect((await box.docker.getContainer(container).inspect()).RestartCount).toBe(0)
      }
      // The daemon is still told by events.
      await detach(stack, other)
      await daemon.said('attached', { container: other.name, count: 2 })
      expect(await isAttached(stack, other)).toBe(true)
      expect(await daemon.stop()).toBe(0)
      expect((await netheal.logged('ACTION')).filter(line => !line.includes('Connecting'))).toEqual([])
      expect((await netheal.detaches()).map(d => d.cause)).toEqual([...Array(3).fill('replaced'), 'explicit'])
    })
  })
})
