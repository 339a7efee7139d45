/** A bad proxy between netheal and a real engine: the event stream is cut, half open, garbage; everything is answered with 500. */
import { expect, test } from 'vitest'
import { detach, startedAt } from '../engine/estate.ts'
import { describeReal, realEngine } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { startFaultProxy } from './fault-proxy.ts'
import { attached, EVERY_TWO_SECONDS, endsHealed, scene } from './scene.ts'

const LOST = 'event stream lost, opening it again'

describeReal('the event stream', () => {
  test('the event stream is cut in the middle of an event, and cut again', { timeout: 120_000 }, async () => {
    await using proxy = await startFaultProxy(realEngine())
    await using stage = await scene({ through: proxy })
    for (const again of [1, 2, 3]) {
      proxy.inject('{"Type":"network","Action":"disc')
      proxy.cut()
      await proxy.following(1 + again)
    }
    await stage.daemon.said(LOST)
    await endsHealed(stage)
    expect(await stage.netheal.detaches()).toHaveLength(2)
  })

  test('the event stream is cut, and what is taken away meanwhile is found by the look that follows', {
    timeout: 120_000,
  }, async () => {
    await using proxy = await startFaultProxy(realEngine())
    await using stage = await scene({ through: proxy })
    const { host, daemon } = stage
    const held = proxy.hold(/^GET \S*\/events/)
    proxy.cut()
    await held.arrived
    await detach(host.stack, host.backend)
    held.release()
    await daemon.said('detached', { container: host.backend.name })
    await attached(host, host.backend)
    await endsHealed(stage)
  })

  test('the event stream is half open: the schedule finds what it does not tell, and another is opened', {
    timeout: 120_000,
  }, async () => {
    await using proxy = await startFaultProxy(realEngine())
    await using stage = await scene({ through: proxy, watch: EVERY_TWO_SECONDS })
    const { host, daemon } = stage
    proxy.halfOpen()
    const opened = proxy.opened
    await detach(host.stack, host.backend)
    await daemon.said('a look found what the event stream did not tell')
    await attached(host, host.backend)
    await proxy.following(opened + 1)
    await endsHealed(stage)
  })

  test.for([
    ['bytes that are no text', Buffer.from([0x00, 0xff, 0xfe, 0x80, 0xc3, 0x28, 0x1b, 0x5b, 0x0a])],
    ['the page of a proxy', '<html><body>502 Bad Gateway</body></html>\n'],
    ['JSON that is no event', '[1, 2, 3]\n'],
    ['a line without end', `{"Type":"${'x'.repeat(2 * 1024 * 1024)}`],
  ] as const)('the event stream holds garbage: %s', { timeout: 120_000 }, async ([, bytes]) => {
    await using proxy = await startFaultProxy(realEngine())
    await using stage = await scene({ through: proxy })
    proxy.inject(bytes)
    await stage.daemon.said(LOST)
    await proxy.following(2)
    await endsHealed(stage)
  })

  test('the event stream is flooded: 10,000 events at once, with a loss in their middle', {
    timeout: 120_000,
  }, async () => {
    await using proxy = await startFaultProxy(realEngine())
    await using stage = await scene({ through: proxy })
    const { host, daemon } = stage
    const passes = daemon.lines.length
    for (let burst = 0; burst < 2; burst++) {
      proxy.inject(floodAbout(host.backend.id, host.backend.name, 2_500))
      proxy.inject(floodAbout('f'.repeat(64), 'somebody-else', 2_500))
      if (burst === 0) await detach(host.stack, host.worker)
    }
    await daemon.said('attached', { container: host.worker.name, count: 2 })
    await attached(host, host.worker)
    await endsHealed(stage)
    expect(proxy.opened).toBe(1)
    // Each fact once: 10,000 hints are no reason to say anything.
    expect(daemon.lines.length - passes).toBeLessThan(30)
    expect(await stage.netheal.detaches()).toHaveLength(3)
  })
})

describeReal('an engine behind a proxy', () => {
  test('an engine behind a proxy that answers 500 to everything for a while: one line, no conclusion, and healed after it', {
    timeout: 120_000,
  }, async () => {
    await using proxy = await startFaultProxy(realEngine())
    await using stage = await scene({ through: proxy, watch: EVERY_TWO_SECONDS })
    const { host, daemon, netheal } = stage
    const before = await startedAt(host.backend)
    proxy.failing = true
    proxy.cut()
    await detach(host.stack, host.backend)
    await daemon.said('pass failed, trying again')
    await until(() => proxy.failed > 15, { what: 'a while of it', deadline: 60_000 })
    expect(daemon.all('pass failed, trying again')).toHaveLength(1)
    expect(await netheal.detaches()).toEqual([])
    expect((await netheal.status()).answer.healer).toMatchObject({ alive: true, lastPassOk: false })
    proxy.failing = false
    await daemon.said('engine answers again')
    await attached(host, host.backend)
    expect(await startedAt(host.backend)).toBe(before)
    await endsHealed(stage)
    expect((await netheal.detaches()).map(d => d.cause)).toEqual(['explicit', 'explicit', 'explicit'])
  })
})

/** So many events that pass the engine's filter, as the engine writes them. */
function floodAbout(id: string, name: string, count: number): string {
  const line = (n: number): string => {
    const Action = n % 2 === 0 ? 'die' : 'start'
    const Actor = { ID: id, Attributes: { image: 'app:1', name } }
    return `${JSON.stringify({ Type: 'container', Action, Actor, scope: 'local', time: 1_764_000_000, timeNano: 1 })}\n`
  }
  return Array.from({ length: count }, (_, n) => line(n)).join('')
}
