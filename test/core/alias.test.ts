// Aliases: from the rule, else as last seen, else the service name in its own project; never a name that is taken.
import { describe, expect, test } from 'vitest'
import { lastingAliases } from '../../src/core/alias.ts'
import type { State } from '../../src/core/state.ts'
import type { Container, Endpoint } from '../../src/core/world.ts'
import {
  application,
  backend,
  compose,
  container,
  coolify,
  database,
  lookAt,
  MINUTE,
  NOW,
  network,
  on,
  rule,
  supabase,
  UUID,
  world,
} from './builders.ts'
import { watcher } from './watcher.ts'

function planned(
  ours: Container,
  others: readonly Container[] = [database],
  wanted: readonly string[] | null = null,
  known?: State,
) {
  const { plan } = lookAt(
    [rule({ aliases: wanted })],
    world([ours, ...others], [coolify, supabase]),
    known === undefined ? {} : { state: known },
  )
  const [action] = plan.actions
  return {
    aliases: action?.aliases,
    taken: action?.warnings.filter(w => w.code === 'alias-taken').map(w => w.message),
  }
}

const OURS = backend('running', [on(coolify)])

test('a foreign container gets no alias', () => {
  expect(planned(OURS)).toEqual({ aliases: [], taken: [] })
})

test('the aliases of the rule are taken, each once', () => {
  expect(planned(OURS, [database], ['api', 'backend', 'api']).aliases).toEqual(['api', 'backend'])
  expect(planned(OURS, [database], []).aliases).toEqual([])
})

describe('what the attachment had when it was last seen', () => {
  const seen = (aliases: Endpoint['aliases'], over: Partial<Container> = {}): State => {
    const watch = watcher([rule()])
    watch.see(world([backend('running', [on(supabase, { aliases })], over), database], [coolify, supabase]))
    return watch.state
  }

  test('aliases that the same container had are taken again', () => {
    expect(planned(OURS, [database], null, seen(['api'])).aliases).toEqual(['api'])
  })

  test('aliases of the predecessor are taken', () => {
    const before = seen(['api'], { id: 'a'.repeat(64), createdAt: NOW - 60 * MINUTE })
    expect(planned(OURS, [database], null, before).aliases).toEqual(['api'])
  })

  const oldest = backend('running', [on(supabase, { aliases: ['oldest'] })], {
    id: 'a'.repeat(64),
    createdAt: NOW - 90 * MINUTE,
  })
  const older = {
    ...oldest,
    id: 'b'.repeat(64),
    endpoints: [on(supabase, { aliases: ['older'] })],
    createdAt: NOW - 60 * MINUTE,
  }
  /** One container after the other, each as it was last seen, and none of them is gone yet. */
  const seenBeside = (...containers: readonly Container[]): State => {
    const watch = watcher([rule()])
    for (const n of containers.keys()) watch.see(world([...containers.slice(0, n + 1), database], [coolify, supabase]))
    return watch.state
  }

  test('of two predecessors, the aliases of the newest are taken', () => {
    expect(planned(OURS, [database], null, seenBeside(oldest, older)).aliases).toEqual(['older'])
    expect(planned(OURS, [database], null, seenBeside(older, oldest)).aliases).toEqual(['older'])
  })

  test('aliases are those of a predecessor where they are known, not of a newer one that was only listed', () => {
    const listed = { ...older, endpoints: [on(supabase, { aliases: null })] }
    expect(planned(OURS, [database], null, seenBeside(oldest, listed)).aliases).toEqual(['oldest'])
  })

  test('aliases are those of the same container, although another one of its identity is newer', () => {
    const ours = backend('running', [on(supabase, { aliases: ['ours'] })])
    const newer = { ...older, createdAt: NOW }
    expect(planned(OURS, [database], null, seenBeside(ours, newer)).aliases).toEqual(['ours'])
  })

  test('aliases are those of a predecessor, where the same container was only listed', () => {
    const ours = backend('running', [on(supabase, { aliases: null })])
    expect(planned(OURS, [database], null, seenBeside(older, ours)).aliases).toEqual(['older'])
  })

  test('a member of the stack that had no alias gets none', () => {
    const member = { ...OURS, labels: compose(supabase.name, 'pms') }
    const watch = watcher([rule()])
    watch.see(world([{ ...member, endpoints: [on(supabase, { aliases: [] })] }, database], [coolify, supabase]))
    expect(planned(member, [database], null, watch.state).aliases).toEqual([])
  })

  test('a list tells no aliases, and those that were known stay', () => {
    const watch = watcher([rule()])
    const look = (aliases: Endpoint['aliases']) =>
      world([backend('running', [on(supabase, { aliases })]), database], [coolify, supabase])
    watch.see(look(['api']))
    watch.see(look(null))
    expect(planned(OURS, [database], null, watch.state).aliases).toEqual(['api'])
  })

  test('the aliases of the rule come before those that were seen', () => {
    expect(planned(OURS, [database], ['other'], seen(['api'])).aliases).toEqual(['other'])
  })
})

describe("a member of the network's own project", () => {
  const member = (service: string, project = supabase.name): Container => ({
    ...OURS,
    labels: compose(project, service),
  })

  test("a member of the network's own project gets its service name: by the name that Coolify gives the network", () => {
    expect(planned(member('supabase-kong')).aliases).toEqual(['supabase-kong'])
    expect(planned(member('supabase-kong', 'another')).aliases).toEqual([])
  })

  test("a member of the network's own project gets its service name: by compose's label of the network", () => {
    const labelled = network('backend', { labels: { 'com.docker.compose.project': 'shop' } })
    const seen = world([member('web', 'shop')], [labelled])
    expect(lookAt([rule({ network: 'backend' })], seen).plan.actions[0]?.aliases).toEqual(['web'])
  })
})

describe('a name that another member answers to', () => {
  const other = (name: string, endpoint: Partial<Endpoint>, labels = {}): Container =>
    container(name, { endpoints: [on(supabase, endpoint)], labels })

  test.each([
    ['by its alias', other('x', { aliases: ['api'] })],
    ['by its name', other('api', {})],
    ['by its service, where only a list was seen', other('x', { aliases: null }, compose(supabase.name, 'api'))],
  ])('an alias that another member has (%s) is left out, with a warning', (_, member) => {
    const { aliases, taken } = planned(OURS, [member], ['api', 'backend'])
    expect(aliases).toEqual(['backend'])
    expect(taken).toEqual([`pms-backend gets no alias api on ${supabase.name}: ${member.name} already has that name`])
  })

  test('a member that does not run keeps no alias from others', () => {
    expect(planned(OURS, [other('x', { aliases: ['api'], endpointId: '' })], ['api']).aliases).toEqual(['api'])
  })

  test('a member whose aliases are known answers to those, not to its service name', () => {
    const member = other('x', { aliases: ['other'] }, compose(supabase.name, 'api'))
    expect(planned(OURS, [member], ['api']).aliases).toEqual(['api'])
  })

  test('another service of the same project keeps its alias', () => {
    const ours = { ...OURS, labels: compose('shop', 'web') }
    const member = other('shop-api-1', { aliases: ['api'] }, compose('shop', 'api'))
    expect(planned(ours, [member], ['api'])).toEqual({
      aliases: [],
      taken: [`pms-backend gets no alias api on ${supabase.name}: shop-api-1 already has that name`],
    })
  })

  test('of several members that have an alias, the first by name is told, in whatever order they are listed', () => {
    const members = ['b', 'a', 'c'].map(name => other(name, { aliases: ['api'] }))
    expect(planned(OURS, members, ['api']).taken).toEqual([
      `pms-backend gets no alias api on ${supabase.name}: a already has that name`,
    ])
  })

  test('an alias that is taken on another network is not in the way', () => {
    const elsewhere = container('x', { endpoints: [on(coolify, { aliases: ['api'] })] })
    expect(planned(OURS, [elsewhere], ['api']).aliases).toEqual(['api'])
  })

  test('replicas of a service share an alias', () => {
    const replica = (n: string): Readonly<Record<string, string>> =>
      compose('shop', 'web', { 'com.docker.compose.container-number': n })
    const ours = { ...OURS, labels: replica('1') }
    expect(planned(ours, [other('shop-web-2', { aliases: ['web'] }, replica('2'))], ['web']).aliases).toEqual(['web'])
  })

  test('a service of the same name in another project is no replica: it keeps its alias', () => {
    const ours = { ...OURS, labels: compose('shop', 'web') }
    const { aliases, taken } = planned(
      ours,
      [other('blog-web-1', { aliases: ['web'] }, compose('blog', 'web'))],
      ['web'],
    )
    expect(aliases).toEqual([])
    expect(taken).toEqual([`pms-backend gets no alias web on ${supabase.name}: blog-web-1 already has that name`])
  })

  test('old and new container of a rolling update share an alias', () => {
    const ours = backend('running', [], { name: `${UUID}-093011654321`, labels: application() })
    const old = other(`${UUID}-081502123456`, { aliases: ['api'] }, application())
    const seen = world([ours, old], [coolify, supabase])
    const { plan } = lookAt([rule({ containers: [{ coolify: UUID }], aliases: ['api'] })], seen)
    expect(plan.actions).toMatchObject([
      { container: `${UUID}-093011654321`, aliases: ['api'], warnings: [{ code: 'network-empty' }] },
    ])
  })
})

test("the container's own name is no alias worth keeping: Coolify's changes at each deploy", () => {
  expect(lastingAliases(['pms-1', 'api'], 'pms-1')).toEqual(['api'])
  expect(lastingAliases(null, 'pms-1')).toBeNull()
})
