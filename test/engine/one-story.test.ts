/**
 * One loop, made by hand on a real engine, and told everywhere: status, history, the page, a notification and the metrics
 * have the same times, the same count and the same cause, whoever healed it and however it was written down.
 */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WebServer } from '../notify/web-server.ts'
import { freePort } from '../support/free-port.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import type { DetachRecord } from './answers.ts'
import { configFor, detach, type Estate, estate, redeploy } from './estate.ts'
import { type Installation, install } from './installation.ts'

interface HistoryAnswer {
  readonly losses: readonly { container: string; network: string; at: string; cause: string; outcome: string }[]
  readonly loops: readonly Record<string, unknown>[]
}

const LOSSES = 4
const TIMEOUT = { timeout: 240_000 }

const toSecond = (iso: string): string => iso.slice(0, 19)

interface Told extends AsyncDisposable {
  readonly netheal: Installation
  readonly web: WebServer
  readonly metricsFile: string
  /** The body of an answer of the daemon's own server. */
  get(path: string): Promise<string>
}

/** Installed with everything that tells. */
async function toldEverywhere(host: Estate, log: Readonly<Record<string, unknown>> = {}): Promise<Told> {
  const stack = new AsyncDisposableStack()
  const web = stack.use(await WebServer.open())
  const port = await freePort()
  const netheal = stack.use(await install(realEngine(), configFor(host)))
  const at = (name: string): string => join(netheal.folder, name)
  const metricsFile = at('netheal.prom')
  await netheal.writeConfig(
    JSON.stringify({
      // Its deploys join in time, and are told of all the same.
      ...configFor(host, { onDeploy: 'tell' }),
      loop: { detaches: 3, within: '10m', clearAfter: '10m' },
      docker: { host: `unix://${realEngine().socketPath}` },
      log: { directory: at('log'), ...log },
      state: { directory: at('state') },
      lock: { directory: at('lock') },
      notify: [{ name: 'ops', url: `${web.origin}/hook`, on: ['loop'] }],
      http: { listen: `127.0.0.1:${port}` },
      metrics: { textfile: metricsFile },
    }),
  )
  return {
    ...{ netheal, web, metricsFile },
    async get(path) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })
      expect(answer.status).toBe(200)
      return await answer.text()
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** The losses as they are remembered: the measure of all that is told. */
async function remembered({ netheal }: Told, { backend }: Estate, count = LOSSES): Promise<readonly DetachRecord[]> {
  return await until(
    async () => {
      const mine = (await netheal.detaches()).filter(d => d.container === backend.name)
      return mine.length === count ? mine : null
    },
    { what: `${count} losses in the state`, deadline: 60_000 },
  )
}

/** `page` and `metrics`: as whoever healed it shows them. */
async function expectOneStory(
  told: Told,
  host: Estate,
  { cause, page, metrics }: { readonly cause: string; readonly page: string; readonly metrics: readonly string[] },
): Promise<void> {
  const { netheal, web, metricsFile } = told
  const { backend, worker, stack } = host
  const detaches = await remembered(told, host)
  expect(detaches.map(d => d.cause)).toEqual(detaches.map(() => cause))
  const times = detaches.map(d => toSecond(new Date(d.at).toISOString()))

  // status
  const { answer: status } = await netheal.status()
  const [loop, ...more] = status.loops
  expect(more).toEqual([])
  expect(loop).toMatchObject({ container: backend.name, network: stack.name, kind: 'detach-loop', cause })
  expect(loop?.count).toBe(LOSSES)
  expect(toSecond(loop?.since ?? '')).toBe(times[0])
  const shown = status.attachments.find(a => a.container === backend.name)
  expect(shown).toMatchObject({ state: 'attached', lastDetach: { cause } })
  expect(toSecond(shown?.lastDetach?.at ?? '')).toBe(times.at(-1))

  // history
  const { stdout } = await netheal.command('history', '--json')
  const history = JSON.parse(stdout) as HistoryAnswer
  const losses = history.losses.filter(l => l.container === backend.name && l.cause !== null)
  expect(losses.map(l => [toSecond(l.at), l.cause, l.outcome])).toEqual(times.map(at => [at, cause, 'healed']))
  const { source, count, every } = loop ?? {}
  expect(history.loops).toEqual([
    expect.objectContaining({
      ...{ container: backend.name, network: stack.name, cause, source, count, every, clearedAt: null },
    }),
  ])
  expect(toSecond(String(history.loops[0]?.since))).toBe(times[0])

  // the notification: it was sent when the third loss made it a loop
  await web.got(1)
  const [notice, ...others] = web.messages
  expect(others).toEqual([])
  expect(notice).toMatchObject({
    ...{ kind: 'loop', phase: 'opened', container: backend.name, network: stack.name, since: loop?.since },
    lines: expect.arrayContaining([expect.stringContaining('by itself')]) as unknown,
  })

  // the page
  for (const at of times) expect(page).toContain(`datetime="${at}`)
  expect(page).toContain(`<bdi>${backend.name}</bdi>`)
  expect(page).toContain(String(notice?.remedy).slice(0, 40))
  expect(page.match(/<article class="loop/g)).toHaveLength(1)
  expect(page).toContain(`Evidence: its ${LOSSES} losses`)
  expect(page).not.toMatch(new RegExp(`<bdi>${worker.name}</bdi>[^<]*(loses|keeps losing)`))

  // the metrics
  const labels = `container="${backend.name}",network="${stack.name}"`
  const counted = [
    `netheal_detaches_total{${labels},cause="${cause}"} ${LOSSES}`,
    `netheal_attachments_attached{${labels}} 1`,
    'netheal_loops{kind="detach-loop"} 1',
  ]
  for (const text of metrics) expect(text.split('\n')).toEqual(expect.arrayContaining(counted))
  await until(
    async () => {
      const written = (await readFile(metricsFile, 'utf8')).split('\n')
      return counted.every(line => written.includes(line))
    },
    { what: 'the textfile' },
  )
}

describeReal(
  'a loop made by hand is the same story in status, history, on the page, in the notification and in the metrics',
  () => {
    test('a loop made by hand is the same story everywhere: healed by the daemon', TIMEOUT, async () => {
      await using box = sandbox()
      const host = await estate(box)
      await using told = await toldEverywhere(host)
      const daemon = await told.netheal.running()
      for (let count = 1; count <= LOSSES; count++) {
        await daemon.said('attached', { container: host.backend.name, count })
        await detach(host.stack, host.backend)
      }
      await daemon.said('attached', { container: host.backend.name, count: LOSSES + 1 })
      await remembered(told, host)
      const [page, metrics] = [await told.get('/'), await told.get('/metrics')]
      await expectOneStory(told, host, { cause: 'explicit', page, metrics: [metrics] })
      const { answer: status } = await told.netheal.status()
      expect(JSON.parse(await told.get('/status'))).toMatchObject({
        loops: status.loops,
        attachments: status.attachments,
      })
      expect(await daemon.stop()).toBe(0)
    })

    test(
      'a loop made by hand is the same story everywhere: where the daemon is killed in the middle, and a JSON log rolls',
      TIMEOUT,
      async () => {
        await using box = sandbox()
        const host = await estate(box)
        await using told = await toldEverywhere(host, { format: 'json', maxSize: '4k', keep: 30 })
        const first = await told.netheal.running()
        for (let count = 1; count <= 2; count++) {
          await first.said('attached', { container: host.backend.name, count })
          await detach(host.stack, host.backend)
          await remembered(told, host, count)
        }
        await first.said('attached', { container: host.backend.name, count: 3 })
        first.signal('SIGKILL')
        await first.ended()
        // One while nobody looks: it is found at the start of the next daemon.
        await detach(host.stack, host.backend)
        const second = await told.netheal.running()
        await second.said('attached', { container: host.backend.name })
        await detach(host.stack, host.backend)
        await second.said('attached', { container: host.backend.name, count: 2 })
        await remembered(told, host)
        const rolled = (await readdir(join(told.netheal.folder, 'log'))).filter(name =>
          /^actions\.\d+\.log$/.test(name),
        )
        expect(rolled.length).toBeGreaterThan(1)
        const [page, metrics] = [await told.get('/'), await told.get('/metrics')]
        await expectOneStory(told, host, { cause: 'explicit', page, metrics: [metrics] })
        expect(await second.stop()).toBe(0)
      },
    )

    test('a loop made by hand is the same story everywhere: where each loss is a new container', TIMEOUT, async () => {
      await using box = sandbox()
      const host = await estate(box)
      await using told = await toldEverywhere(host)
      const daemon = await told.netheal.running()
      let { backend } = host
      for (let count = 1; count <= LOSSES; count++) {
        await daemon.said('attached', { container: backend.name, count })
        backend = await redeploy(host, backend)
      }
      await daemon.said('attached', { container: backend.name, count: LOSSES + 1 })
      await remembered(told, host)
      const [page, metrics] = [await told.get('/'), await told.get('/metrics')]
      await expectOneStory(told, host, { cause: 'replaced', page, metrics: [metrics] })
      expect(await daemon.stop()).toBe(0)
    })

    test('a loop made by hand is the same story everywhere: with one-shots alone', TIMEOUT, async () => {
      await using box = sandbox()
      const host = await estate(box)
      await using told = await toldEverywhere(host)
      await told.netheal.once()
      for (let count = 1; count <= LOSSES; count++) {
        await detach(host.stack, host.backend)
        const { answer } = await told.netheal.once()
        expect(answer.outcomes).toMatchObject([{ kind: 'verified', container: host.backend.name, cause: 'explicit' }])
      }
      const { stdout: page } = await told.netheal.command('report', '--html', '-')
      await expectOneStory(told, host, { cause: 'explicit', page, metrics: [] })
    })
  },
)
