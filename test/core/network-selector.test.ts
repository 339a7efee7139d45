// Which network is meant: by name, by id, or as the one that a container is on.
import { describe, expect, test } from 'vitest'
import type { NetworkSelector } from '../../src/core/rule.ts'
import { findNetwork } from '../../src/core/selector.ts'
import type { Container, Network } from '../../src/core/world.ts'
import {
  application,
  compose,
  container,
  coolify,
  database,
  network,
  on,
  SUPABASE,
  supabase,
  waitingOn,
  world,
} from './builders.ts'

const bridge = network('bridge')
const NETWORKS = [bridge, network('host'), network('none'), coolify, supabase]

function found(
  selector: NetworkSelector,
  containers: readonly Container[] = [],
  networks: readonly Network[] = NETWORKS,
): string {
  const answer = findNetwork(selector, world(containers, networks))
  return answer.kind === 'found' ? answer.network.name : `${answer.kind}: ${answer.hint}`
}

describe('a name or an id', () => {
  test('a network is found by its name', () => {
    expect(found('coolify')).toBe('coolify')
    expect(found(SUPABASE)).toBe(SUPABASE)
  })

  test('a network is found by its whole id, and by a prefix of at least 12 hex digits', () => {
    expect(found(supabase.id)).toBe(SUPABASE)
    expect(found(supabase.id.slice(0, 12))).toBe(SUPABASE)
    expect(found(supabase.id.slice(0, 40))).toBe(SUPABASE)
    expect(found(supabase.id.slice(0, 11))).toMatch(/^missing/)
  })

  test('a network is not found by a part of its name', () => {
    expect(found('coolif')).toMatch(/^missing/)
    expect(found('COOLIFY')).toMatch(/^missing/)
  })

  test('two networks of one name are an error that lists their ids in order', () => {
    const twins = ['b', 'a'].map(digit => network(SUPABASE, { id: digit.repeat(64) }))
    expect(found(SUPABASE, [], [...twins, coolify])).toBe(
      'ambiguous: 2 networks have this name: aaaaaaaaaaaa, bbbbbbbbbbbb; name one by its id, or remove the other: docker network rm ID',
    )
  })

  test('a network that is not there: near names, else where to look', () => {
    expect(found('coolfy')).toBe(
      'missing: similar names: coolify; if it is none of these, start the stack that creates it (in Coolify: the Supabase service > Start)',
    )
    expect(found('bridge2')).toBe(
      'missing: start the stack that creates it (in Coolify: the Supabase service > Start); docker network ls lists what is there',
    )
    expect(found('bridge2', [], [bridge])).toBe(
      'missing: start the stack that creates it (in Coolify: the Supabase service > Start): this engine has only its built-in networks',
    )
  })

  test('a network name that looks like an id comes before the id', () => {
    const named = network(supabase.id.slice(0, 12))
    expect(found(supabase.id.slice(0, 12), [], [...NETWORKS, named])).toBe(named.name)
  })
})

describe('of a container', () => {
  const of = 'supabase-db'
  const owner = (endpoints: Container['endpoints'], over: Partial<Container> = {}): Container =>
    container(of, { endpoints, ...over })

  test('the network of a container: the networks of others do not count', () => {
    expect(found({ of }, [container('other', { endpoints: [on(coolify)] }), owner([on(supabase)])])).toBe(SUPABASE)
  })

  test('the network of a container: the one network that it is on', () => {
    expect(found({ of }, [owner([on(supabase)])])).toBe(SUPABASE)
  })

  test('the network of a container: the built-in ones do not count', () => {
    expect(found({ of }, [owner([on(bridge), on(supabase)])])).toBe(SUPABASE)
    expect(found({ of }, [owner([on(bridge)])])).toBe('missing: supabase-db is on no network but the built-in ones')
  })

  test('the network of a container: nobody there', () => {
    expect(found({ of })).toBe('missing: no container matches supabase-db: start it, or name the network instead')
    expect(found({ of: { coolify: 'supabase-db' } })).toBe(
      'missing: no container matches coolify supabase-db: start it, or name the network instead',
    )
  })

  test('the network of a container: several are an error that lists them', () => {
    expect(found({ of }, [owner([on(supabase), on(coolify)])])).toBe(
      `ambiguous: supabase-db is on 2 networks: ${SUPABASE}, coolify; name the one you mean`,
    )
  })

  test('the network of a container: the one that it was made on, whatever else it is on', () => {
    const both = [on(coolify), on(supabase)]
    expect(found({ of }, [owner(both, { networkMode: SUPABASE })])).toBe(SUPABASE)
    expect(found({ of }, [owner(both, { networkMode: supabase.id })])).toBe(SUPABASE)
    expect(found({ of }, [owner(both, { networkMode: supabase.id.slice(0, 12) })])).toBe(SUPABASE)
    expect(found({ of }, [owner([...both, on(bridge)], { networkMode: 'bridge' })])).toMatch(/^ambiguous/)
  })

  test('the network of a container: the one that it was made on, also while it is off that', () => {
    expect(found({ of }, [owner([on(coolify)], { networkMode: SUPABASE })])).toBe(SUPABASE)
    expect(found({ of }, [owner([on(coolify)], { networkMode: 'gone' })])).toBe('coolify')
  })

  describe('by the name of its service, to which Coolify appends a uuid', () => {
    const OTHER = 'zk4sc8wwo4c0kk8s4g0wcs0c'
    const service = (uuid: string, over: Partial<Container> = {}, labels = {}): Container =>
      container(`supabase-db-${uuid}`, {
        endpoints: [on(network(uuid))],
        labels: { 'coolify.managed': 'true', ...compose(uuid, 'supabase-db'), ...labels },
        networkMode: uuid,
        ...over,
      })
    const networks = [...NETWORKS, network(OTHER)]

    test('it is found, and on "Connect to predefined network", too', () => {
      expect(found({ of }, [service(SUPABASE)])).toBe(SUPABASE)
      const both = [on(coolify), on(supabase)]
      expect(found({ of }, [service(SUPABASE, { endpoints: both })])).toBe(SUPABASE)
    })

    test('one that has the name itself comes first', () => {
      expect(found({ of }, [service(OTHER), owner([on(supabase)])], networks)).toBe(SUPABASE)
    })

    test('two stacks have one: never a guess', () => {
      expect(found({ of }, [service(OTHER), service(SUPABASE)], networks)).toBe(
        `ambiguous: supabase-db may be supabase-db-${SUPABASE} or supabase-db-${OTHER}, on 2 networks: ${SUPABASE}, ${OTHER}; name the one you mean`,
      )
    })

    test.each<[string, Container]>([
      ['its labels are of another service', service(SUPABASE, {}, { 'com.docker.compose.service': 'db' })],
      ['its labels are of another project', service(SUPABASE, {}, { 'com.docker.compose.project': OTHER })],
      ['its name is another', service(SUPABASE, { name: `my-supabase-db-${SUPABASE}` })],
      ['the project is no uuid', service('shop')],
      ['it is none of Coolify', service(SUPABASE, {}, { 'coolify.managed': 'false' })],
      ['it is a preview', service(SUPABASE, {}, { 'coolify.pullRequestId': '7' })],
      ['it is a one-off', service(SUPABASE, {}, { 'com.docker.compose.oneoff': 'True' })],
    ])('a stranger is not taken for it: %s', (_, stranger) => {
      expect(found({ of }, [stranger], [...networks, network('shop')])).toMatch(/^missing/)
    })
  })

  test('the network of a container: a stopped one has its network still', () => {
    expect(found({ of }, [owner([waitingOn(supabase)], { status: 'exited' })])).toBe(SUPABASE)
  })

  test('the network of a container: one that has never been started, by the name of its entry', () => {
    expect(found({ of }, [owner([waitingOn(supabase, { networkId: '' })], { status: 'created' })])).toBe(SUPABASE)
  })

  test('the network of a container: one whose network was made anew while it was stopped: the new one', () => {
    const entry = waitingOn(supabase, { networkId: 'e'.repeat(64) })
    expect(found({ of }, [owner([entry], { status: 'exited' })])).toBe(SUPABASE)
  })

  test('the network of a container was made anew twice while it was stopped: never a guess', () => {
    const entry = waitingOn(supabase, { networkId: 'e'.repeat(64) })
    const twins = ['b', 'a'].map(digit => network(SUPABASE, { id: digit.repeat(64) }))
    expect(found({ of }, [owner([entry], { status: 'exited' })], twins)).toBe(
      `ambiguous: supabase-db is on 2 networks: ${SUPABASE} (aaaaaaaaaaaa), ${SUPABASE} (bbbbbbbbbbbb); name the one you mean`,
    )
    expect(found({ of }, [owner([on(supabase)])], [...twins, supabase])).toBe(SUPABASE)
  })

  test('the network of a container: one whose network is gone', () => {
    const lost = waitingOn(network('gone'))
    expect(found({ of }, [owner([lost], { status: 'exited' })])).toBe(
      'missing: supabase-db is on no network but the built-in ones',
    )
  })

  test('the network of a container: old and new container on one network are one answer', () => {
    const both = [database, owner([on(supabase)])]
    expect(found({ of: 'supabase-db*' }, both)).toBe(SUPABASE)
  })

  test('the network of a container: a stranger whose name ends like its name changes nothing', () => {
    const labels = { 'com.docker.compose.replace': of }
    const strangers = (['created', 'running'] as const).map((status, i) =>
      container(`${'ab'.charAt(i).repeat(12)}_${of}`, { endpoints: [on(coolify)], status, labels }),
    )
    expect(found({ of }, [...strangers, owner([on(supabase)])])).toBe(SUPABASE)
    expect(found({ of }, strangers)).toBe(
      `missing: no container matches supabase-db: start it, or name the network instead; similar names: ${strangers.map(c => c.name).join(', ')}`,
    )
  })

  test('the network of a container: by any selector', () => {
    const labels = { ...application({ 'coolify.service.subName': 'supabase-db' }), ...compose('bccg', 'supabase-db') }
    const db = container('supabase-db-bccg', { endpoints: [on(supabase)], labels })
    expect(found({ of: { compose: 'bccg/supabase-db' } }, [db])).toBe(SUPABASE)
    expect(found({ of: { coolify: 'supabase-db' } }, [db])).toBe(SUPABASE)
    expect(found({ of: { label: { 'coolify.managed': 'true' } } }, [db])).toBe(SUPABASE)
  })
})
