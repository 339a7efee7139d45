// Rules that travel with a container, as its labels.
import { describe, expect, test } from 'vitest'
import { networkLabel, resolve } from '../../src/core/attachment.ts'
import type { Rule } from '../../src/core/rule.ts'
import type { Container, World } from '../../src/core/world.ts'
import {
  container,
  coolify,
  database,
  lookAt,
  network,
  on,
  rule,
  SUPABASE,
  shortly,
  supabase,
  world,
} from './builders.ts'
import { watcher } from './watcher.ts'

const secret = network('payroll')
const byLabels = rule({ containers: [], network: { labels: { networks: ['bccg*', 'team-*'], prefix: 'netheal' } } })

function app(labels: Readonly<Record<string, string>>, over: Partial<Container> = {}): Container {
  return container('shop', { labels, networkMode: 'coolify', endpoints: [on(coolify)], ...over })
}

function host(...containers: readonly Container[]): World {
  return world([...containers, database], [coolify, supabase, secret, network('team-a')])
}

function findings(labels: Readonly<Record<string, string>>, rules: readonly Rule[] = [byLabels]): readonly string[] {
  const { plan } = lookAt(rules, host(app(labels)))
  return plan.blocked.map(b => `${b.container}, ${b.network}: ${b.reason}: ${b.hint}`)
}

describe('what a label asks for', () => {
  test('a network, or several with commas, each an attachment as from a rule of the file', () => {
    const seen = host(app({ 'netheal.network': ` ${SUPABASE}, team-a,${SUPABASE}` }))
    expect(resolve([byLabels], seen).map(a => [a.key, networkLabel(a)])).toEqual([
      [`name/shop -> ${SUPABASE}`, SUPABASE],
      ['name/shop -> team-a', 'team-a'],
    ])
    expect(shortly(lookAt([byLabels], seen).plan)).toEqual(['attach shop (now)', 'attach shop (now)'])
  })

  test('aliases, names to resolve, targets to reach and restarts, as in the file', () => {
    const [attachment] = resolve(
      [byLabels],
      host(
        app({
          'netheal.network': SUPABASE,
          'netheal.aliases': 'api, shop.internal',
          'netheal.resolve': 'supabase-db',
          'netheal.reach': 'supabase-db:5432,cache:6379',
          'netheal.restart': 'if-unresolved',
        }),
      ),
    )
    expect(attachment?.rule).toMatchObject({
      aliases: ['api', 'shop.internal'],
      resolve: ['supabase-db'],
      reach: [
        { host: 'supabase-db', port: 5432 },
        { host: 'cache', port: 6379 },
      ],
      restart: { ...byLabels.restart, when: 'if-unresolved' },
    })
  })

  test('a pause: it is looked at, and nothing is done', () => {
    const labels = { 'netheal.network': SUPABASE, 'netheal.pause': 'true' }
    expect(shortly(lookAt([byLabels], host(app(labels))).plan)).toEqual(['skipped shop (paused)'])
    const there = app(labels, { endpoints: [on(coolify), on(supabase)] })
    expect(shortly(lookAt([byLabels], host(there)).plan)).toEqual(['satisfied shop'])
  })

  test('nothing without the section in the config, and nothing of a container without labels', () => {
    expect(resolve([], host(app({ 'netheal.network': SUPABASE })))).toEqual([])
    expect(resolve([byLabels], host(app({})))).toEqual([])
  })

  test('labels of others that begin alike are none of ours', () => {
    expect(findings({ 'netheal.test.sandbox': 'x', nethealer: 'y' })).toEqual([])
  })

  test('a loss is a loss, and the new container takes it over', () => {
    const labels = { 'netheal.network': SUPABASE }
    const watch = watcher([byLabels])
    watch.see(host(app(labels, { endpoints: [on(coolify), on(supabase)] })))
    expect(watch.causes(host(app(labels)))).toEqual(['explicit'])
  })
})

describe('what a label may not', () => {
  test('ask for another network than those that are allowed, by name, by id or built-in; said once a container, and a finding', () => {
    const hint = '"labels.networks" allows bccg*, team-*'
    for (const wish of ['payroll', secret.id, secret.id.slice(0, 12), 'host', 'bridge'])
      expect(findings({ 'netheal.network': wish })).toEqual([
        `shop, what its label netheal.network asks for: label-refused: labels may not ask for ${wish}: ${hint}`,
      ])
    expect(findings({ 'netheal.network': 'payroll,host,team-a' })).toHaveLength(1)
    expect(shortly(lookAt([byLabels], host(app({ 'netheal.network': 'payroll,team-a' }))).plan)).toEqual([
      'attach shop (now)',
      'blocked shop (label-refused)',
    ])
  })

  test('ask for a network by an id, even where the names that are allowed look like one', () => {
    const any = { ...byLabels, network: { labels: { networks: ['*'], prefix: 'netheal' } } }
    const { plan } = lookAt([any], host(app({ 'netheal.network': secret.id })))
    expect(plan.blocked.map(b => b.reason)).toEqual(['network-missing'])
  })

  test('change what a rule of the file says, nor add to it, whatever kind of rule', () => {
    const labels = { 'netheal.network': SUPABASE, 'netheal.aliases': 'evil', 'netheal.pause': 'true' }
    const peer = container('peer', { networkMode: SUPABASE, labels: { role: 'peer' }, endpoints: [on(supabase)] })
    for (const file of [
      rule({ containers: ['shop'] }),
      rule({ containers: ['shop'], network: { ofEach: { label: { role: 'peer' } } } }),
    ]) {
      for (const rules of [
        [file, byLabels],
        [byLabels, file],
      ]) {
        const [first, ...rest] = resolve(rules, host(app(labels), peer))
        expect([first?.origin, first?.rule.aliases, first?.isPaused, rest]).toEqual([file, null, false, []])
      }
    }
  })

  test('flood the log: no more than so many names, and none of any length', () => {
    const many = Array.from({ length: 100 }, (_, i) => `team-${i}`).join(',')
    const found = resolve([byLabels], host(app({ 'netheal.network': many })))
    expect(found.filter(a => a.network.kind !== 'refused')).toHaveLength(20)
    expect(findings({ 'netheal.network': many }).join()).toContain('it has more than 20 entries')
    const [long] = findings({ 'netheal.network': 'x'.repeat(60_000) })
    expect(long).toContain('it has more than 2000 characters')
    expect(findings({ [`netheal.${'y'.repeat(60_000)}`]: 'z' }).join().length).toBeLessThan(700)
  })
})

describe('what is asked for wrongly is a finding, and the rest is done all the same', () => {
  test.each<[string, string, string]>([
    ['aliases', 'two words', 'two words: expected host names'],
    ['resolve', 'http://db', 'http://db: expected host names'],
    ['reach', 'supabase-db', 'supabase-db: expected hosts with ports, supabase-db:5432'],
    ['reach', 'supabase-db:99999', 'supabase-db:99999: expected hosts with ports, supabase-db:5432'],
    ['restart', 'always', 'write one of never, after-attach, if-unresolved'],
    ['restart', 'if-unresolved', 'if-unresolved needs netheal.resolve'],
    ['pause', 'yes', 'write true or false'],
    ['alias', 'api', 'there is no such label: netheal.network, netheal.aliases'],
  ])('netheal.%s=%s', (key, value, words) => {
    const labels = { 'netheal.network': SUPABASE, [`netheal.${key}`]: value }
    const found = findings(labels)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`shop, what its label netheal.${key} asks for: label-refused: ${words}`)
    expect(shortly(lookAt([byLabels], host(app(labels))).plan)).toEqual([
      'attach shop (now)',
      'blocked shop (label-refused)',
    ])
  })

  test('a network that is not there, and labels without a network', () => {
    expect(findings({ 'netheal.network': 'team-b' })).toEqual([
      'shop, team-b: network-missing: docker network ls lists the networks',
    ])
    expect(findings({ 'netheal.network': ' , ' }).join()).toContain('it is empty')
    expect(findings({ 'netheal.aliases': 'api' }).join()).toContain('has other labels of netheal')
  })
})
