/** An engine at `ssh://`: OpenSSH's own client, an sshd of the test's own, and docker's own `dial-stdio` behind it. */
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { describe, expect, inject, test } from 'vitest'
import { installPackage } from '../installed/package.ts'
import { findCommand } from '../support/engine-packages.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { prepareSsh, type SshHost, startSshHost } from '../support/ssh-host.ts'
import { until } from '../support/until.ts'
import { detach, estate, isAttached } from './estate.ts'
import type { Reach } from './installation.ts'
import { expectClear, installFor, oneShots, twentyDetaches } from './remote.ts'

// It needs a namespace of its own, as private engines do.
const absence = inject('engineAbsence') ?? inject('privateEngineAbsence')
const programs = absence === null ? await prepareSsh() : { absence }

const engineAddress = (): string => `unix://${realEngine().socketPath}`

function sshHost(): Promise<SshHost> {
  if ('absence' in programs) throw new Error(programs.absence)
  return startSshHost(programs, { engine: engineAddress() })
}

const reach = (ssh: SshHost, path = ssh.path): Reach => ({ docker: { host: ssh.address }, env: { PATH: path } })

/** The process ids of the ssh that netheal has started; it has other children, too. */
async function clientsOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  const children = text.split(' ').filter(it => it !== '')
  const names = await Promise.all(children.map(it => readFile(`/proc/${it}/comm`, 'utf8').catch(() => '')))
  return children.filter((_, i) => names[i] === 'ssh\n').map(Number)
}

/** One of them may have ended by itself by now. */
function kill(pid: number): void {
  if (lives(pid)) process.kill(pid, 'SIGKILL')
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describeReal('an engine over ssh', () => {
  describe.skipIf('absence' in programs)('absence' in programs ? programs.absence : 'with a local sshd', () => {
    test('over ssh: check, once and status, by DOCKER_HOST alone', { timeout: 90_000 }, async () => {
      await using ssh = await sshHost()
      await using box = sandbox()
      const host = await estate(box)
      await using netheal = await installFor(host, reach(ssh), true)
      await oneShots(host, netheal)
      expect(await ssh.log()).toContain('Accepted publickey for root')
    })

    test('over ssh: the same by the installed package', { timeout: 90_000 }, async () => {
      await using ssh = await sshHost()
      await using box = sandbox()
      const host = await estate(box)
      await using installed = await installPackage()
      await using netheal = await installFor(host, { ...reach(ssh), launcher: installed.command })
      await oneShots(host, netheal)
    })

    test('over ssh: the daemon heals 20 detaches and a replacement, and leaves no ssh behind', {
      timeout: 150_000,
    }, async () => {
      await using ssh = await sshHost()
      await using box = sandbox()
      const host = await estate(box)
      await using netheal = await installFor(host, reach(ssh))
      const daemon = await twentyDetaches(host, netheal)
      const clients = await clientsOf(daemon.pid)
      expect(clients.length).toBeGreaterThan(0)
      // Connections are used again: each heal has one of its own for its resolving, and hardly another.
      expect((await ssh.log()).match(/Accepted publickey/g)?.length).toBeLessThan(80)
      expect(await daemon.stop()).toBe(0)
      await until(() => !clients.some(lives), { what: 'the end of every ssh' })
    })

    test('over ssh: every ssh killed in the middle of a heal: it is healed all the same', {
      timeout: 120_000,
    }, async () => {
      await using ssh = await sshHost()
      await using box = sandbox()
      const host = await estate(box)
      const { backend, stack } = host
      await using netheal = await installFor(host, reach(ssh))
      const daemon = await netheal.running()
      await daemon.said('attached', { container: backend.name })
      /** Found, and seen to be healed: what is taken off before a second look is the same loss. */
      const settled = async (count: number): Promise<boolean> => {
        if ((await netheal.detaches()).length < count) return false
        const { answer } = await netheal.status()
        return answer.attachments.some(it => it.container === backend.name && it.state === 'attached')
      }
      const healed = { deadline: 40_000, every: 100 }
      for (let round = 1; round <= 3; round++) {
        await detach(stack, backend)
        for (const pid of await clientsOf(daemon.pid)) kill(pid)
        await until(() => settled(round), { what: `detach ${round} to be found and healed`, ...healed })
        expect(await isAttached(stack, backend)).toBe(true)
      }
      // By an event again, and not by trying again: the stream has been opened once more.
      await until(async () => (await clientsOf(daemon.pid)).length > 0, { what: 'another ssh' })
      await detach(stack, backend)
      await until(() => settled(4), { what: 'the last detach to be found and healed', ...healed })
      expect(daemon.hasExited).toBe(false)
      expect(await daemon.stop()).toBe(0)
      expect((await netheal.detaches()).map(d => d.cause)).toEqual(Array(4).fill('explicit'))
    })

    test('over ssh: the host goes down and comes back: what was lost meanwhile is healed', {
      timeout: 120_000,
    }, async () => {
      await using ssh = await sshHost()
      await using box = sandbox()
      const host = await estate(box)
      const { backend, stack } = host
      await using netheal = await installFor(host, reach(ssh))
      const daemon = await netheal.running()
      await daemon.said('attached', { container: backend.name })
      const since = daemon.lines.length
      await ssh.stop()
      await daemon.said('event stream lost, opening it again', { since })
      await detach(stack, backend)
      const out = await netheal.command('check')
      expectClear(out, 4, /no engine at ssh:\/\/.*Connection refused/, /to test it.*docker system dial-stdio/)
      expect(await isAttached(stack, backend)).toBe(false)
      await ssh.start({ engine: engineAddress() })
      await daemon.said('event stream open', { since })
      await daemon.said('attached', { container: backend.name, since })
      expect(await isAttached(stack, backend)).toBe(true)
      expect(await daemon.stop()).toBe(0)
      expect((await netheal.detaches()).map(d => [d.container, d.cause])).toEqual([[backend.name, 'explicit']])
    })

    test('over ssh: what is wrong on the way is said, with what to do about it', { timeout: 120_000 }, async () => {
      await using ssh = await sshHost()
      await using box = sandbox()
      const host = await estate(box)
      await ssh.makeKey('stranger')
      const none = `${ssh.folder}/no-programs`
      // The lock needs flock; everything else that this machine has is out of reach.
      const onlyFlock = `${ssh.folder}/flock-alone`
      await mkdir(onlyFlock)
      await symlink((await findCommand('flock')) ?? '', `${onlyFlock}/flock`)
      const faults: readonly (readonly [
        what: string,
        arrange: () => Promise<void>,
        message: RegExp,
        hint: RegExp,
        path?: string,
      ])[] = [
        [
          'an unknown host key',
          () => ssh.know(null),
          /Host key verification failed/,
          /known_hosts: compare its fingerprint/,
        ],
        ['another host key', () => ssh.know('stranger'), /Host key verification failed/, /known_hosts: compare/],
        [
          'a key that is not let in',
          async () => {
            await ssh.know('host_key')
            await ssh.letIn('stranger')
          },
          /Permission denied \(publickey\)/,
          /key without a passphrase that 127\.0\.0\.1 accepts/,
        ],
        [
          'no docker there',
          async () => {
            await ssh.letIn('id')
            await ssh.stop()
            await ssh.start({ engine: engineAddress(), path: none })
          },
          /exited with 127: .*docker.*not found/,
          /the docker client.*ssh -p \d+ root@127\.0\.0\.1 docker version/,
        ],
        [
          'no engine there',
          async () => {
            await ssh.stop()
            await ssh.start({ engine: `unix://${ssh.folder}/none.sock` })
          },
          /exited with 1: .*none\.sock/,
          /ssh works, but the engine behind it does not answer/,
        ],
        ['no ssh here', async () => undefined, /ssh cannot be run: .*ENOENT/, /openssh-client/, onlyFlock],
      ]
      for (const [what, arrange, message, hint, path] of faults) {
        await arrange()
        await using netheal = await installFor(host, reach(ssh, path))
        const ended = await Promise.all([netheal.command('check'), netheal.command('once')])
        for (const it of ended) {
          expect(it.stderr, what).toContain(`netheal: no engine at ${ssh.address}: `)
          expectClear(it, 4, message, hint)
        }
      }
      for (const app of [host.backend, host.worker]) expect(await isAttached(host.stack, app)).toBe(false)
    })
  })
})
