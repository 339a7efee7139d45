// What was asked inside a container, and who is on the network: what that proves, and what it shows to be wrong.
import { describe, expect, test } from 'vitest'
import type { Member, NetworkDetail } from '../../src/core/examination.ts'
import type { Targets, Testimony } from '../../src/core/judgement.ts'
import type { Connection, Resolution } from '../../src/core/outcome.ts'
import { judge, namesOf } from '../../src/core/reachability.ts'
import { backend, compose, database, on, supabase } from './builders.ts'

const OWN = backend('running', [on(supabase)])
const OTHER = { ...database, id: 'o'.repeat(64), name: 'other-db' }

function member(name: string, ipv4: string, over: Partial<Member> = {}): Member {
  return { name, ipv4, ipv6: '', endpointId: 'e', ...over }
}
const members = new Map([
  [OWN.id, member('pms-backend', '172.18.0.2')],
  [database.id, member('supabase-db', '172.18.0.3', { ipv6: 'fd00::3' })],
])
const detail: NetworkDetail = { id: supabase.id, members, subnets: ['172.18.0.0/16'], gateways: ['172.18.0.1'] }
const SAID = { detail: 'as it was said', denied: false, hung: false }

function resolution(result: Resolution['result'], ...addresses: readonly string[]): Resolution {
  return { ...SAID, name: 'db', result, addresses }
}
function connection(result: Connection['result'], over: Partial<Connection> = {}): Connection {
  return { ...SAID, target: 'db:5432', result, ...over }
}
function judged(
  resolutions: readonly Resolution[],
  connections: readonly Connection[] = [],
  over: Partial<Testimony> = {},
) {
  const targets: Targets = {
    resolve: resolutions.map(r => r.name),
    reach: connections.map(c => ({ host: c.target.split(':')[0] ?? '', port: Number(c.target.split(':')[1]) })),
  }
  const around = {
    targets,
    asker: OWN.id,
    network: supabase,
    detail,
    containers: [OWN, database],
    elsewhere: new Map<string, string>(),
  }
  return judge({ ...around, resolutions, connections, ...over })
}

describe('what is proven', () => {
  test.each<[string, ReturnType<typeof judged>, string]>([
    ['a name with the address of a member', judged([resolution('resolved', '172.18.0.3')]), 'named'],
    ['a name with both addresses of one member', judged([resolution('resolved', '172.18.0.3', 'FD00::3')]), 'named'],
    ['a connection by name', judged([resolution('resolved', '172.18.0.3')], [connection('reached')]), 'reached'],
    ['a connection alone', judged([], [connection('reached')]), 'reached'],
    [
      'a connection to a name that could not be asked for',
      judged([resolution('unproven')], [connection('reached')]),
      'reached',
    ],
    [
      'a name, beside a connection that could not be made',
      judged([resolution('resolved', '172.18.0.3')], [connection('unproven')]),
      'named',
    ],
  ])('%s', (_, judgement, rung) => {
    expect(judgement).toMatchObject({ kind: 'proven', rung })
  })

  test('on an overlay a member may be on another node', () => {
    const over = { network: { ...supabase, driver: 'overlay' } }
    expect(judged([resolution('resolved', '10.0.1.9')], [], over)).toMatchObject({ kind: 'proven', rung: 'named' })
  })

  test.each<[string, ReturnType<typeof judged>, boolean]>([
    ['no program to ask with', judged([resolution('unproven')]), false],
    ['a proxy that denies it', judged([{ ...resolution('unproven'), denied: true }]), true],
    ['a getent that does not end', judged([{ ...resolution('unproven'), hung: true }]), true],
    [
      'an engine that does not tell who is on the network',
      judged([resolution('resolved', '172.18.0.3')], [], { detail: null }),
      false,
    ],
  ])('nothing, and no fault either, by %s', (_, judgement, isNews) => {
    expect(judgement).toMatchObject({ kind: 'unknown', doubt: { isNews } })
  })

  test('nothing by what was interrupted', () => {
    expect(judged([resolution('interrupted')])).toEqual({ kind: 'interrupted' })
    expect(judged([resolution('resolved', '172.18.0.3')], [connection('interrupted')])).toEqual({ kind: 'interrupted' })
  })
})

describe('what is wrong', () => {
  const fault = (judgement: ReturnType<typeof judged>) =>
    judgement.kind === 'fault' ? judgement.fault : expect.unreachable(judgement.kind)

  test.each<[string, ReturnType<typeof judged>, string, string]>([
    ['a name that does not resolve', judged([resolution('unresolved')]), 'unresolved', 'db does not resolve inside it'],
    [
      'an address that nobody has',
      judged([resolution('resolved', '172.18.0.9')]),
      'foreign-address',
      'db resolves inside it to 172.18.0.9, which no running container of',
    ],
    [
      'a port at which nothing listens',
      judged([], [connection('refused')]),
      'refused',
      'a connection to db:5432 from inside it is refused',
    ],
    [
      'a target that does not answer',
      judged([], [connection('no-answer')]),
      'no-answer',
      'nothing answers at db:5432 from inside it',
    ],
  ])('%s', (_, judgement, reason, words) => {
    expect(fault(judgement)).toMatchObject({ reason, detail: expect.stringContaining(words), hint: expect.any(String) })
  })

  test('several names that do not resolve are one fault', () => {
    const names = ['db', 'kong'].map(name => ({ ...resolution('unresolved'), name }))
    expect(fault(judged(names)).detail).toBe('db and kong do not resolve inside it')
  })

  test('two containers that answer to one name, by name', () => {
    const crowded = { ...detail, members: new Map([...members, [OTHER.id, member('other-db', '172.18.0.4')]]) }
    const answer = [resolution('resolved', '172.18.0.3', '172.18.0.4')]
    expect(fault(judged(answer, [], { detail: crowded }))).toMatchObject({
      reason: 'several-answer',
      detail: `supabase-db and other-db both answer to db on ${supabase.name}`,
    })
  })

  test('replicas of one service answer to its name on purpose', () => {
    const replicas = [database, OTHER].map(c => ({ ...c, labels: compose('stack', 'db') }))
    const crowded = { ...detail, members: new Map([...members, [OTHER.id, member('other-db', '172.18.0.4')]]) }
    const answer = [resolution('resolved', '172.18.0.3', '172.18.0.4')]
    expect(judged(answer, [], { detail: crowded, containers: replicas })).toMatchObject({ kind: 'proven' })
  })

  test('a container of another network, by name', () => {
    const elsewhere = new Map([['172.19.0.3', 'other-db on coolify']])
    const { detail: words } = fault(judged([resolution('resolved', '172.19.0.3')], [], { elsewhere }))
    expect(words).toBe('db resolves inside it to 172.19.0.3, which is other-db on coolify')
  })

  test('a target that is paused, and what helps', () => {
    const paused = { ...database, status: 'paused' as const }
    expect(fault(judged([resolution('resolved', '172.18.0.3')], [], { containers: [paused] }))).toMatchObject({
      ...{ reason: 'target-paused', detail: `${database.name}, which answers to db, is paused` },
      hint: `docker unpause ${database.name}`,
    })
  })
})

test('a host to reach is a name to prove where it can be one of a container', () => {
  const reach = ['db:1', 'db:2', 'api.example.com:443', '10.0.0.1:22'].map(t => {
    const [host = '', port = ''] = t.split(':')
    return { host, port: Number(port) }
  })
  expect(namesOf({ resolve: ['kong', 'db'], reach })).toEqual(['kong', 'db'])
})
