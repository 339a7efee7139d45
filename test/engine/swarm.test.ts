// Two engines in a swarm, of which the only manager goes away: a connect to its overlay hangs, and so does the container. Nobody is
// told to end what only waits, the bridges are healed meanwhile, and the attachment comes when the manager does.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { type PrivateEngine, startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine } from '../support/real-engine.ts'
import { until } from '../support/until.ts'

const PROGRAM = fileURLToPath(new URL('../../dist/netheal.js', import.meta.url))
const run = promisify(execFile)
const MANAGER = '10.99.0.1'
const NODE = '10.99.0.2'

interface SwarmClient {
  swarmInit(spec: object): Promise<unknown>
  swarmInspect(): Promise<{ readonly JoinTokens: { readonly Worker: string } }>
  swarmJoin(spec: object): Promise<unknown>
}

/** A cable between their hosts, and a swarm over it. */
async function join2(manager: PrivateEngine, node: PrivateEngine): Promise<void> {
  const ends = [
    [manager, 'swarm0', MANAGER],
    [node, 'swarm1', NODE],
  ] as const
  const [[, one], [, other]] = ends
  const cable = ['link', 'add', one, 'netns', `${manager.pid}`, 'type', 'veth', 'peer', 'name', other]
  await run('ip', [...cable, 'netns', `${node.pid}`])
  for (const [{ inside }, name, address] of ends) {
    const [enter = '', ...more] = inside
    await run(enter, [...more, 'ip', 'addr', 'add', `${address}/24`, 'dev', name])
    await run(enter, [...more, 'ip', 'link', 'set', name, 'up'])
  }
  const [of, at] = [manager.docker as unknown as SwarmClient, node.docker as unknown as SwarmClient]
  await of.swarmInit({ ListenAddr: `${MANAGER}:2377`, AdvertiseAddr: MANAGER })
  const { JoinTokens } = await of.swarmInspect()
  const place = { ListenAddr: `${NODE}:2377`, AdvertiseAddr: NODE, RemoteAddrs: [`${MANAGER}:2377`] }
  await at.swarmJoin({ ...place, JoinToken: JoinTokens.Worker })
}

async function start({ docker, image }: PrivateEngine, name: string, network: string): Promise<void> {
  const HostConfig = { NetworkMode: network }
  await (await docker.createContainer({ name, Image: image, Cmd: ['sleep', '3600'], HostConfig })).start()
}

describePrivateEngine('a swarm without its manager', () => {
  test('a connect that hangs: nothing is advised that would end a container, others are healed, and it comes with the manager', {
    timeout: 300_000,
  }, async () => {
    await using manager = await startPrivateEngine()
    await using node = await startPrivateEngine()
    const folder = mkdtempSync(join(tmpdir(), 'netheal-swarm-'))
    try {
      await join2(manager, node)
      await manager.docker.createNetwork({ Name: 'overlay', Driver: 'overlay', Attachable: true })
      await node.docker.createNetwork({ Name: 'stack' })
      // The node lists an overlay while somebody is on it.
      await start(node, 'member', 'overlay')
      for (const name of ['app', 'other']) await start(node, name, 'bridge')
      const config = join(folder, 'config.json')
      const place = (name: string) => ({ directory: join(folder, name) })
      writeFileSync(
        config,
        JSON.stringify({
          attachments: [
            { containers: ['app'], network: 'overlay' },
            { containers: ['other'], network: 'stack' },
          ],
          docker: { host: `unix://${node.socketPath}`, timeout: '5s' },
          ...{ log: place('log'), state: place('state'), lock: place('lock') },
        }),
      )
      const netheal = (...argv: readonly string[]) =>
        run(process.execPath, [PROGRAM, ...argv, '--config', config], { env: { PATH: process.env.PATH } }).then(
          ({ stdout, stderr }) => stdout + stderr,
          ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
        )
      await manager.kill()
      const said = [await netheal('once'), await netheal('diagnose', 'app'), await netheal('status')].join('\n')
      const log = readFileSync(join(folder, 'log/current.log'), 'utf8')
      expect(log).toContain('SUCCESS: Connected other to stack')
      expect(log).toMatch(/FAILED: Could not connect app to overlay: .*or the network of a swarm waiting for a manager/)
      for (const text of [said, log]) {
        expect(text).not.toMatch(/docker (kill|rm|stop|restart)|restart docker/)
        // Names, and no ids.
        expect(text).not.toMatch(/\b[0-9a-f]{12}\b/)
        expect(text).not.toContain('no container was checked')
      }
      const stamps = [...log.matchAll(/^\[(.+?)\]/gm)].map(([, stamp]) => stamp)
      expect(stamps).toEqual(stamps.toSorted())

      await manager.start()
      await until(
        async () => {
          await netheal('once')
          return readFileSync(join(folder, 'log/current.log'), 'utf8').includes('SUCCESS: Connected app to overlay')
        },
        { what: 'the overlay to be joined', deadline: 120_000, every: 1_000 },
      )
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
