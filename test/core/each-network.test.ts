// `{"ofEach": SELECTOR}`: one rule, and an attachment for each network that some containers are on.
import { describe, expect, test } from 'vitest'
import { networkLabel, resolve } from '../../src/core/attachment.ts'
import type { Rule } from '../../src/core/rule.ts'
import type { Container, Network, World } from '../../src/core/world.ts'
import { container, id, lookAt, NOW, network, on, rule, shortly, waitingOn, world } from './builders.ts'
import { watcher } from './watcher.ts'

const MANAGED = { 'coolify.managed': 'true' }
const [home, shop, blog, stack] = ['coolify', 'shop', 'blog', 'stack'].map(name => network(name)) as [
  Network,
  Network,
  Network,
  Network,
]
const bridge = network('bridge')
const ALL = [home, shop, blog, stack, bridge]

const proxyRule = rule({ containers: ['coolify-proxy'], network: { ofEach: { label: MANAGED } } })

function app(name: string, networks: readonly Network[], over: Partial<Container> = {}): Container {
  const [first] = networks
  return container(name, {
    labels: MANAGED,
    networkMode: first?.name ?? 'none',
    endpoints: networks.map(n => on(n)),
    ...over,
  })
}

function proxy(networks: readonly Network[], over: Partial<Container> = {}): Container {
  return app('coolify-proxy', [home, ...networks], { labels: { ...MANAGED, 'coolify.proxy': 'true' }, ...over })
}

function wanted(rules: readonly Rule[], containers: readonly Container[], networks = ALL): readonly string[] {
  return resolve(rules, world(containers, networks)).map(a => `${a.label} on ${networkLabel(a)}`)
}

const see = (containers: readonly Container[], networks = ALL): World => world(containers, networks)

describe('which networks a rule with ofEach asks for', () => {
  test('each that a container answering to it is on, by their names, and no other', () => {
    const others = [container('stranger', { endpoints: [on(stack)] }), app('a', [shop]), app('b', [blog, shop])]
    expect(wanted([proxyRule], [proxy([]), ...others])).toEqual(['coolify-proxy on blog', 'coolify-proxy on shop'])
  })

  test('each is an attachment of its own, with a key by the name of its network', () => {
    const keys = resolve([proxyRule], see([proxy([]), app('a', [shop]), app('b', [blog])])).map(a => a.key)
    expect(keys).toEqual(['name/coolify-proxy -> blog', 'name/coolify-proxy -> shop'])
  })

  test('not the built-in ones, nor those of a swarm itself', () => {
    const host = network('host', { driver: 'host' })
    const ingress = network('ingress', { driver: 'overlay' })
    const seen = [proxy([]), app('a', [bridge]), app('b', [host]), app('c', [ingress, shop])]
    expect(wanted([proxyRule], seen, [...ALL, host, ingress])).toEqual(['coolify-proxy on shop'])
  })

  test('the default bridge where a rule of its own names it', () => {
    const named = rule({ containers: ['coolify-proxy'], network: 'bridge' })
    expect(wanted([proxyRule, named], [proxy([]), app('a', [bridge])])).toEqual([
      'coolify-proxy on bridge',
      'coolify-proxy on each network of label coolify.managed=true',
    ])
  })

  test('what is created or stopped is on its networks, with its first start to come or by its entry', () => {
    const made = app('a', [], { status: 'created', endpoints: [waitingOn(shop, { networkId: '' })] })
    const stopped = app('b', [], { status: 'exited', endpoints: [waitingOn(blog)] })
    const stale = app('c', [], { status: 'exited', endpoints: [waitingOn(stack, { networkId: id('gone') })] })
    const going = app('d', [stack], { status: 'removing' })
    expect(wanted([proxyRule], [proxy([]), made, stopped, stale, going])).toEqual([
      'coolify-proxy on blog',
      'coolify-proxy on shop',
    ])
  })

  test('where only containers of rules are left it is not wanted, whichever rules they are', () => {
    const guest = app('guest', [blog, shop])
    const rules = [
      proxyRule,
      rule({ containers: ['monitor'], network: { ofEach: { label: MANAGED } } }),
      rule({ containers: ['guest'], network: 'shop' }),
    ]
    const monitor = app('monitor', [stack, shop])
    // Of shop nobody is left but those that the rules put there; at home each of them counts for the others.
    expect(wanted(rules, [proxy([shop]), monitor, guest])).toEqual([
      'guest on shop',
      'coolify-proxy on blog',
      'coolify-proxy on stack',
      'monitor on blog',
      'monitor on coolify',
    ])
  })

  test('two networks of one name are one finding', () => {
    const twin = network('shop', { id: id('twin') })
    const seen = world([proxy([]), app('a', [shop]), app('b', [twin])], [...ALL, twin])
    expect(shortly(lookAt([proxyRule], seen).plan)).toEqual(['blocked coolify-proxy (network-ambiguous)'])
  })

  test('a rule that names the network asks for the rest of it: aliases and targets come together', () => {
    const named = rule({ containers: ['coolify-proxy'], network: 'shop', aliases: ['edge'] })
    const [first, ...rest] = resolve([{ ...proxyRule, resolve: ['a'] }, named], see([proxy([]), app('a', [shop])]))
    expect([first?.rule.aliases, first?.rule.resolve, first?.origin, rest]).toEqual([['edge'], ['a'], named, []])
  })
})

describe('the network that the container itself was made on', () => {
  test('is put back where it is lost, with the default route', () => {
    const lost = proxy([], { endpoints: [on(shop)] })
    const [action] = lookAt([proxyRule], see([lost, app('a', [home])])).plan.actions
    expect([action?.kind, action?.network, action?.settings.gatewayPriority]).toEqual(['attach', 'coolify', 0])
  })

  test('is never taken off for a moment: not for what drifted, and not for what is not reached', () => {
    const strict = { ...proxyRule, aliases: ['edge'], drift: 'repair', onUnreachable: 'reattach' } as const
    const [attachment] = resolve([strict], see([proxy([]), app('a', [home])]))
    expect([attachment?.rule.drift, attachment?.rule.onUnreachable]).toEqual(['report', 'report'])
    expect(lookAt([strict], see([proxy([]), app('a', [home])])).plan.actions).toEqual([])
  })
})

describe('nobody there', () => {
  test('where no container answers, or none is on a network, the rule is quietly waiting', () => {
    for (const others of [[], [container('stranger', { endpoints: [on(shop)] })], [app('a', [])]]) {
      const { plan } = lookAt([proxyRule], see([proxy([]), ...others]))
      expect(shortly(plan)).toEqual(['skipped coolify-proxy (nobody-there)'])
    }
  })

  test('a proxy that is not there is said once, not once a network', () => {
    const { plan } = lookAt([proxyRule], see([app('a', [shop]), app('b', [blog])]))
    expect(shortly(plan)).toEqual(['skipped coolify-proxy (container-missing)'])
  })
})

describe('over time', () => {
  test('a disconnect is the loss of that attachment alone', () => {
    const watch = watcher([proxyRule])
    watch.see(see([proxy([shop, blog]), app('a', [shop]), app('b', [blog])]))
    const found = watch.see(see([proxy([blog]), app('a', [shop]), app('b', [blog])]))
    expect(found.map(d => [d.key, d.cause])).toEqual([['name/coolify-proxy -> shop', 'explicit']])
  })

  test('a new proxy without its networks is one loss of each', () => {
    const watch = watcher([proxyRule])
    const apps = [app('a', [shop]), app('b', [blog])]
    watch.see(see([proxy([shop, blog]), ...apps]))
    expect(watch.causes(see(apps))).toEqual([])
    const anew = proxy([], { id: id('anew'), createdAt: NOW })
    expect(watch.causes(see([anew, ...apps]))).toEqual(['replaced', 'replaced'])
  })

  test('the last container leaves, the proxy is taken off, the network is removed: nothing is lost, then or later', () => {
    const watch = watcher([proxyRule])
    watch.see(see([proxy([shop]), app('a', [shop])]))
    expect(watch.causes(see([proxy([shop])]))).toEqual([])
    expect(watch.causes(see([proxy([])]))).toEqual([])
    const without = ALL.filter(n => n !== shop)
    expect(watch.causes(see([proxy([])], without))).toEqual([])
    const shopAgain = network('shop', { id: id('shop again') })
    const next = watch.see(see([proxy([]), app('a', [shopAgain])], [...without, shopAgain]))
    expect([next, shortly(watch.last?.plan ?? lookAt([], see([])).plan)]).toEqual([[], ['attach coolify-proxy (now)']])
  })

  test('all of that between two looks, and the app there again: a new network, and nothing lost', () => {
    const watch = watcher([proxyRule])
    watch.see(see([proxy([shop]), app('a', [shop])]))
    const shopAgain = network('shop', { id: id('shop again') })
    const anew = app('a', [shopAgain], { id: id('a again'), createdAt: NOW })
    expect(watch.causes(see([proxy([]), anew], [...ALL.filter(n => n !== shop), shopAgain]))).toEqual([])
    expect(shortly(watch.last?.plan ?? lookAt([], see([])).plan)).toEqual(['attach coolify-proxy (now)'])
  })

  test('taken off in the same moment as the last container leaves is no loss either', () => {
    const watch = watcher([proxyRule])
    watch.see(see([proxy([shop]), app('a', [shop])]))
    expect(watch.causes(see([proxy([])]))).toEqual([])
    expect(watch.last?.plan.actions).toEqual([])
  })
})
