/** What must hold however far away the engine is: the same for `tcp://` and for `ssh://`. */
import { expect } from 'vitest'
import { configFor, detach, type Estate, isAttached, redeploy, startedAt } from './estate.ts'
import { type Ended, type Installation, install, type Reach } from './installation.ts'

/** netheal with the estate's config, on the engine that is reached so. */
export function installFor(host: Estate, reach: Reach, bare = false): Promise<Installation> {
  const config = { ...configFor(host), watch: { poll: false as const } }
  // Its socket is never told: what netheal finds, it finds by `reach`.
  return install({ socketPath: '/nowhere' }, config, { reach, bare })
}

/** The dry check, the one-shot that heals, and both again. */
export async function oneShots(host: Estate, netheal: Installation): Promise<void> {
  const { backend, worker, stack } = host
  const before = [await startedAt(backend), await startedAt(worker)]
  const dry = await netheal.check()
  expect(dry.answer.actions.map(a => [a.kind, a.container, a.network])).toEqual([
    ['attach', backend.name, stack.name],
    ['attach', worker.name, stack.name],
  ])
  expect(dry.code).toBe(3)
  expect(await isAttached(stack, backend)).toBe(false)

  const { code, answer } = await netheal.once()
  expect(answer.outcomes).toMatchObject([
    { kind: 'verified', container: backend.name, network: stack.name, restarted: false, resolved: true },
    { kind: 'verified', container: worker.name, network: stack.name, restarted: false, resolved: true },
  ])
  expect(code).toBe(0)
  for (const app of [backend, worker]) expect(await isAttached(stack, app)).toBe(true)

  expect(await netheal.command('once')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await netheal.check()).toMatchObject({ code: 0, answer: { inSync: true, actions: [] } })
  const live = await netheal.command('status', '--live', '--json')
  expect(JSON.parse(live.stdout).attachments.map((a: { state: string }) => a.state)).toEqual(['attached', 'attached'])
  expect([await startedAt(backend), await startedAt(worker)]).toEqual(before)
}

/** Twenty explicit detaches and a replacement, each healed and recorded once, by events alone. Leaves the daemon running. */
export async function twentyDetaches(host: Estate, netheal: Installation): Promise<Daemon> {
  const { backend, worker, stack } = host
  const daemon = await netheal.running()
  const started = await startedAt(backend)
  await daemon.said('attached', { container: backend.name })
  for (let count = 1; count <= 20; count++) {
    await detach(stack, backend)
    await daemon.said('detached', { container: backend.name, count })
    await daemon.said('attached', { container: backend.name, count: count + 1 })
    expect(await isAttached(stack, backend)).toBe(true)
  }
  expect(await startedAt(backend)).toBe(started)

  await daemon.said('attached', { container: worker.name })
  const fresh = await redeploy(host, worker, { restartPolicy: 'always' })
  await daemon.said('attached', { container: worker.name, count: 2 })
  expect(await isAttached(stack, fresh)).toBe(true)
  expect((await netheal.detaches()).map(d => d.cause)).toEqual([...Array(20).fill('explicit'), 'replaced'])
  expect(daemon.all('could not attach')).toEqual([])
  return daemon
}

type Daemon = Awaited<ReturnType<Installation['running']>>

/** Not reached, and said so: the exit code, one message with what to do below it, nothing else, and no stack. */
export function expectClear({ code, stdout, stderr }: Ended, exit: number, message: RegExp, hint: RegExp): void {
  expect({ code, stdout }).toEqual({ code: exit, stdout: '' })
  expect(stderr).toMatch(/^netheal: \S/)
  const [said = '', ...below] = stderr.trimEnd().split('\n')
  expect(said).toMatch(message)
  expect(below.join('\n')).toMatch(hint)
  expect(stderr).not.toMatch(/^\s+at |node:internal|deps\/openssl|[0-9A-F]{12}:error/m)
}
