// Coolify's proxy without the network of its applications: every site behind it times out, and all containers are healthy.
import { describe, expect, test } from 'vitest'
import type { Container } from '../../src/core/world.ts'
import type { Context } from '../../src/diagnose/context.ts'
import { proxyFindings } from '../../src/diagnose/networks/proxy.ts'
import type { ContainerDetails } from '../../src/diagnose/rules/details.ts'
import { container, coolify, lookAt, network, on, world } from '../core/builders.ts'
import { contextOf } from './made-context.ts'

const [shop, blog] = [network('shop'), network('blog')]
const proxy = container('coolify-proxy', { labels: { 'coolify.proxy': 'true' }, endpoints: [on(coolify), on(blog)] })

function app(name: string, endpoints: Container['endpoints'], over: Partial<Container> = {}): Container {
  const labels = { 'coolify.managed': 'true', 'traefik.enable': 'true', 'coolify.resourceName': `${name}-app` }
  return container(name, { labels, endpoints, ...over })
}

async function asked(containers: readonly Container[], about: readonly Container[] = containers) {
  const seen = world(containers, [coolify, shop, blog])
  const subjects = about.map(c => ({
    label: c.name,
    details: { id: c.id } as Partial<ContainerDetails> as ContainerDetails,
    attachments: [],
  }))
  const context: Context = { ...contextOf(), look: lookAt([], seen), subjects }
  return await proxyFindings(context)
}

describe('the proxy shares no network with an application that asks to be served', () => {
  test('it is said which answer 502 or 504, what to type, what keeps it there, and when Traefik takes a new address', async () => {
    const [found, ...rest] = await asked([proxy, app('a', [on(shop)]), app('b', [on(blog)])])
    expect(rest).toEqual([])
    expect(found).toMatchObject({
      code: 'proxy-off-network',
      verdict: 'wrong',
      subject: 'coolify-proxy',
      summary: 'coolify-proxy shares no network with a-app, so it answers 502 or 504',
    })
    expect(found?.evidence).toEqual([
      '1 of the 2 containers that ask to be served are on no network of the proxy',
      'a is on shop',
      'coolify-proxy is on coolify, blog',
    ])
    expect(found?.remedy[0]).toBe('docker network connect shop coolify-proxy')
    expect(found?.remedy[1]).toContain(
      '{"containers":["coolify-proxy"],"network":{"ofEach":{"label":{"coolify.managed":"true"}}}}',
    )
    expect(found?.remedy[2]).toContain('Traefik reads addresses anew only when a container starts')
  })

  test('an entry without an endpoint is no network of the proxy, and Caddy’s labels ask for it too', async () => {
    const lost = { ...proxy, endpoints: [on(coolify), on(shop, { endpointId: '' })] }
    const caddy = app('c', [on(shop)], { labels: { caddy_0: 'https://c.example.com' } })
    expect((await asked([lost, caddy])).map(f => f.summary)).toEqual([
      'coolify-proxy shares no network with c, so it answers 502 or 504',
    ])
  })

  test('it is said to whoever asks about the proxy or that application, not about another container', async () => {
    const [a, b] = [app('a', [on(shop)]), app('b', [on(blog)])]
    expect(await asked([proxy, a, b], [proxy])).toHaveLength(1)
    expect(await asked([proxy, a, b], [a])).toHaveLength(1)
    expect(await asked([proxy, a, b], [b])).toEqual([])
  })
})

test('nothing is said where all are reached, nobody asks to be served, or there is no proxy', async () => {
  expect(await asked([proxy, app('b', [on(blog), on(shop)])])).toEqual([])
  expect(await asked([proxy, container('db', { endpoints: [on(shop)] })])).toEqual([])
  expect(await asked([proxy, app('stopped', [on(shop)], { status: 'exited' })])).toEqual([])
  expect(await asked([app('a', [on(shop)]), app('b', [on(blog)])])).toEqual([])
})
