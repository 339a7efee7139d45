// What the topic `networks` says of states that no real engine is needed for, or can easily be brought to; over fakes.
import { expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import type { Judgement } from '../../src/core/judgement.ts'
import { nameFaults } from '../../src/core/name-fault.ts'
import type { Resolution } from '../../src/core/outcome.ts'
import { fingerprintOf } from '../../src/core/restraint.ts'
import type { Rule } from '../../src/core/rule.ts'
import type { State } from '../../src/core/state.ts'
import type { World } from '../../src/core/world.ts'
import type { Context } from '../../src/diagnose/context.ts'
import type { ItsConfig } from '../../src/diagnose/itself-port.ts'
import { networks } from '../../src/diagnose/networks/networks.ts'
import type { ContainerDetails } from '../../src/diagnose/rules/details.ts'
import type { Finding } from '../../src/diagnose/rules/finding.ts'
import {
  application,
  backend,
  compose,
  container,
  host,
  lookAt,
  MINUTE,
  NOW,
  network,
  on,
  rule,
  SUPABASE,
  state,
  supabase,
  UUID,
  world,
} from '../core/builders.ts'
import { findingOf, shortly, wellItself } from './asked.ts'
import { contextOf } from './made-context.ts'

const UNJUDGED: Judgement = { kind: 'interrupted' }

interface Given {
  readonly rules?: readonly Rule[]
  readonly state?: State
  readonly resolutions?: readonly Resolution[]
}

async function ask(
  seen: World,
  { rules = [rule()], resolutions = [], ...more }: Given = {},
): Promise<readonly Finding[]> {
  const known = more.state ?? state()
  const look = lookAt(rules, seen, { state: known })
  const app = seen.containers.find(c => c.name === 'pms-backend')
  const details =
    app === undefined ? null : ({ id: app.id, addresses: {} } as Partial<ContainerDetails> as ContainerDetails)
  const context: Partial<Context> = {
    now: NOW,
    look,
    subjects: [{ label: 'pms-backend', details, attachments: look.attachments }],
    state: known,
    prove: async () => resolutions,
    reach: async (asker, joined, targets, { containers }) => {
      const asked = { asker, network: joined, targets, resolutions, detail: null, containers }
      const faults = nameFaults({ ...asked, connections: [], elsewhere: new Map() })
      return { judgement: UNJUDGED, faults, resolutions, reached: [] }
    },
    itself: async () => wellItself,
  }
  return await networks(context as Context, new AbortController().signal)
}

test('the engine could not be seen: what is not known of whom is said; the topic netheal says why', async () => {
  const subjects = [{ label: 'pms-backend', details: null, attachments: [] }]
  const findings = await networks({ look: null, subjects } as unknown as Context, new AbortController().signal)
  expect(findings).toMatchObject([{ code: 'containers-unseen', verdict: 'unseen' }])
  expect(findings[0]?.summary).toContain('so nothing is known about pms-backend')
})

test.for([
  ['none', 'there is no config with rules'],
  ['closed', 'cannot be read by this user'],
  ['bad', 'can be used'],
  ['valid', 'matches the rules'],
] as const)('nobody is asked about, with a config that is %s: said, and never healthy', async ([kind, why]) => {
  const error = new NethealError('config', 'no')
  const config = { kind, file: '/etc/netheal/config.json', error } as ItsConfig
  const context = contextOf({ over: { subjects: [], itself: async () => ({ ...wellItself, config }) } })
  const findings = await networks(context, new AbortController().signal)
  expect(findings).toMatchObject([
    {
      code: 'nobody-asked',
      verdict: 'unseen',
      evidence: ['running: pms-backend, supabase-db-bccg4gs4o4kgsowocw08wkw4'],
    },
  ])
  expect(findings[0]?.summary).toContain(why)
})

test('what netheal remembers of the loss is evidence, and what keeps the network for good a remedy', async () => {
  const labels = { ...compose(UUID, 'pms-backend'), ...application() }
  const seen = host([backend('running', [], { labels })])
  const attachment = lookAt([rule()], seen).attachments[0]
  const deployment = 'd'.repeat(24)
  const detach = {
    key: attachment?.key ?? '',
    container: 'pms-backend',
    network: SUPABASE,
    at: NOW - MINUTE,
    cause: 'replaced' as const,
    excused: null,
    evidence: {
      containerId: 'x',
      previousId: 'y',
      networkId: null,
      previousNetworkId: supabase.id,
      lastAttachedAt: null,
      lostAt: null,
      startedAt: null,
      exitCode: null,
      coolify: true,
      deployment,
    },
  }
  const { evidence, remedy } = findingOf(await ask(seen, { state: state({ detaches: [detach] }) }), 'detached')
  expect(evidence.join('\n')).toContain(`cause: replaced, while Coolify's deployment ${deployment} ran; lost once`)
  expect(remedy.join('\n')).toContain('Destinations > Add')
})

test('netheal waits after a failure: it is detached all the same, and why nothing happens is said first', async () => {
  const seen = host([backend('running', [])])
  const [attachment] = lookAt([rule()], seen).attachments
  if (attachment === undefined) throw new Error('no attachment')
  const backoff = { attempts: 3, until: NOW + MINUTE, fingerprint: fingerprintOf(attachment), code: null, error: '' }
  const backoffs = { [attachment.key]: backoff }
  const findings = await ask(seen, { state: state({ backoffs }) })
  expect(shortly(findings)).toEqual(['detached wrong'])
  expect(findings[0]?.evidence[0]).toContain('netheal tried and failed, and waits')
})

test('a dead entry that the rule forbids to repair is told', async () => {
  const seen = host([backend('running', [on(supabase, { endpointId: '' })])])
  const findings = await ask(seen, { rules: [rule({ repair: false })] })
  expect(shortly(findings)).toEqual(['stale-entry wrong'])
  expect(findings[0]?.remedy[0]).toContain('docker network connect')
})

test('a dead entry of an old network is told', async () => {
  const old = network('old')
  const seen = host([backend('running', [on(supabase, { networkId: old.id })])])
  const { remedy } = findingOf(await ask(seen), 'stale-entry')
  expect(remedy.join('\n')).toContain(
    `docker network disconnect -f ${SUPABASE} pms-backend, then docker network connect`,
  )
})

test('a task of swarm is told with its remedy', async () => {
  const labels = { 'com.docker.swarm.task.id': 't', 'com.docker.swarm.service.name': 'pms' }
  const { verdict, remedy } = findingOf(await ask(host([backend('running', [], { labels })])), 'swarm-task')
  expect(verdict).toBe('wrong')
  expect(remedy[0]).toContain(`docker service update --network-add ${SUPABASE} pms`)
})

test('two networks of one name are told with their ids', async () => {
  const twin = network(SUPABASE, { id: 'f'.repeat(64) })
  const seen = host([backend('running', [])])
  const findings = await ask({ ...seen, networks: [...seen.networks, twin] })
  expect(shortly(findings)).toEqual(['network-ambiguous wrong'])
})

test('a proxy that denies exec: unseen, and how to let it', async () => {
  const resolution: Resolution = {
    name: 'supabase-db',
    result: 'unproven',
    detail: 'exec: HTTP 403',
    denied: true,
    hung: false,
    addresses: [],
  }
  const seen = host([backend('running', [on(supabase)])])
  const findings = await ask(seen, { rules: [rule({ resolve: ['supabase-db'] })], resolutions: [resolution] })
  expect(shortly(findings)).toEqual(['attached well', 'dns-unproven unseen'])
  expect(findings[1]?.remedy[0]).toContain('POST /containers/{id}/exec')
  expect(findings[1]?.summary).toContain('the proxy in front of the engine denies exec')
})

test('the network knows the name, and the container does not: its own resolver is to be looked at', async () => {
  const resolution: Resolution = {
    name: 'supabase-db',
    result: 'unresolved',
    detail: 'exited with 1',
    denied: false,
    hung: false,
    addresses: [],
  }
  const seen = host([backend('running', [on(supabase)])])
  const findings = await ask(seen, { rules: [rule({ resolve: ['supabase-db'] })], resolutions: [resolution] })
  const { evidence, remedy } = findingOf(findings, 'dns-missing')
  expect(evidence[0]).toContain('has the name supabase-db')
  expect(remedy[0]).toContain('/etc/resolv.conf')
})

test('no rule, and its words fit two stacks alike: both are named, and neither is chosen', async () => {
  const stackOf = (project: string) => {
    const own = network(project)
    const labels = compose(project, 'supabase-db')
    return {
      own,
      database: container(`supabase-db-${project}`, { labels, endpoints: [on(own)], networkMode: project }),
    }
  }
  const [one, two] = [stackOf('first'), stackOf('second')]
  const app = backend('running', [], { networkMode: 'bridge' })
  const seen = world([app, one.database, two.database], [one.own, two.own])
  const context: Partial<Context> = {
    look: lookAt([], seen),
    subjects: [{ label: app.name, details: { id: app.id, addresses: {} } as ContainerDetails, attachments: [] }],
    mentions: { mentions: async () => new Map([[app.id, { environment: ['supabase-db'], command: [] }]]) },
    prove: async () => [],
    reach: async () => ({ judgement: UNJUDGED, faults: [], resolutions: [], reached: [] }),
    itself: async () => wellItself,
  }
  const findings = await networks(context as Context, new AbortController().signal)
  expect(shortly(findings)).toEqual(['detached-without-rule wrong'])
  expect(findings[0]?.summary).toContain('first, second')
  // `init --write` ends with 2 where a config is.
  expect(findings[0]?.remedy[0]).toMatch(
    /^netheal init --network NETWORK, .* add it to "attachments" in \/etc\/netheal/,
  )
  const config: ItsConfig = { kind: 'none', file: '/etc/netheal/config.json' }
  const without = { ...context, itself: async () => ({ ...wellItself, config }) }
  const [first] = await networks(without as Context, new AbortController().signal)
  expect(first?.remedy[0]).toContain('sudo netheal init --network NETWORK --write')
})
