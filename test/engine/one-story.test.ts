/**
 * One loop, made by hand on a real engine, and told everywhere: status, history, the page, a notification and the metrics
 * have the same times and the same cause.
 */

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WebServer } from '../notify/web-server.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { configFor, detach, estate } from './estate.ts'
import { install } from './installation.ts'

interface HistoryAnswer {
  readonly losses: readonly { container: string; network: string; at: string; cause: string; outcome: string }[]
  readonly loops: readonly Record<string, unknown>[]
}

/** A port that nobody has now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const toSecond = (iso: string): string => iso.slice(0, 19)

describeReal('a loop made by hand', () => {
  test('is the same story in status, history, on the page, in the notification and in the metrics', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox()
    await using web = await WebServer.open()
    const host = await estate(box)
    const { backend, worker, stack } = host
    const port = await freePort()
    await using netheal = await install(realEngine(), {
      ...configFor(host),
      loop: { detaches: 3, within: '5m', clearAfter: '5m' },
      notify: [{ name: 'ops', url: `${web.origin}/hook` }],
      http: { listen: `127.0.0.1:${port}` },
    })
    const metricsFile = join(netheal.folder, 'netheal.prom')
    await netheal.configure({
      ...configFor(host),
      loop: { detaches: 3, within: '5m', clearAfter: '5m' },
      notify: [{ name: 'ops', url: `${web.origin}/hook` }],
      http: { listen: `127.0.0.1:${port}` },
      metrics: { textfile: metricsFile },
    })
    const daemon = await netheal.running()
    for (let count = 1; count <= 4; count++) {
      await daemon.said('attached', { container: backend.name, count })
      await detach(stack, backend)
    }
    await daemon.said('attached', { container: backend.name, count: 5 })
    await daemon.said('loop flagged', { container: backend.name })
    await web.got(1)
    const get = async (path: string): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })
      expect(answer.status).toBe(200)
      return await answer.text()
    }

    // What is remembered is the measure of all others.
    const detaches = (await netheal.detaches()).filter(d => d.container === backend.name)
    expect(detaches.map(d => d.cause)).toEqual(['explicit', 'explicit', 'explicit', 'explicit'])
    const times = detaches.map(d => toSecond(new Date(d.at).toISOString()))

    // status
    const { answer: status } = await netheal.status()
    const [loop, ...more] = status.loops
    expect(more).toEqual([])
    expect(loop).toMatchObject({ container: backend.name, network: stack.name, kind: 'detach-loop', cause: 'explicit' })
    expect(loop?.count).toBe(4)
    expect(toSecond(loop?.since ?? '')).toBe(times[0])
    const shown = status.attachments.find(a => a.container === backend.name)
    expect(shown).toMatchObject({ state: 'attached', lastDetach: { cause: 'explicit' } })
    expect(toSecond(shown?.lastDetach?.at ?? '')).toBe(times[3])
    expect(JSON.parse(await get('/status'))).toMatchObject({ loops: status.loops, attachments: status.attachments })

    // history
    const { stdout } = await netheal.command('history', '--json')
    const history = JSON.parse(stdout) as HistoryAnswer
    const losses = history.losses.filter(l => l.container === backend.name && l.cause !== null)
    expect(losses.map(l => [toSecond(l.at), l.cause, l.outcome])).toEqual(times.map(at => [at, 'explicit', 'healed']))
    expect(history.loops).toEqual([
      expect.objectContaining({
        container: backend.name,
        network: stack.name,
        cause: 'explicit',
        source: loop?.source,
        count: 4,
        clearedAt: null,
      }),
    ])
    expect(toSecond(String(history.loops[0]?.since))).toBe(times[0])

    // the notification: it was sent when the third loss made it a loop
    const [notice] = web.messages
    expect(notice).toMatchObject({
      kind: 'loop',
      phase: 'opened',
      container: backend.name,
      network: stack.name,
      since: loop?.since,
      lines: expect.arrayContaining(['cause: explicit', `source: ${loop?.source}`]) as unknown,
    })

    // the page
    const page = await get('/')
    for (const at of times) expect(page).toContain(`datetime="${at}`)
    expect(page).toContain(`<bdi>${backend.name}</bdi>`)
    expect(page).toContain(String(notice?.remedy).slice(0, 40))
    expect(page).not.toMatch(new RegExp(`<bdi>${worker.name}</bdi>[^<]*(loses|keeps losing)`))

    // the metrics, on both ways
    const labels = `container="${backend.name}",network="${stack.name}"`
    const counted = [
      `netheal_detaches_total{${labels},cause="explicit"} 4`,
      `netheal_heal_duration_seconds_count{${labels}} 4`,
      `netheal_attachments_attached{${labels}} 1`,
      'netheal_loops{kind="detach-loop"} 1',
    ]
    const scraped = await get('/metrics')
    for (const line of counted) expect(scraped.split('\n')).toContain(line)
    await until(async () => {
      const written = (await readFile(metricsFile, 'utf8')).split('\n')
      return counted.every(line => written.includes(line))
    })
    expect(await daemon.stop()).toBe(0)
  })
})
