// Any world and any rules, made of few names so that they meet. Engines keep a container's networks by name: each once.

import * as fc from 'fast-check'
import { NO_SETTINGS } from '../../src/core/endpoint-settings.ts'
import { UNEXAMINED } from '../../src/core/examination.ts'
import type { ContainerSelector, RestartPolicy, Rule } from '../../src/core/rule.ts'
import type { Container, ContainerStatus, Endpoint, Network, World } from '../../src/core/world.ts'
import { application, compose, MINUTE, NOW, UUID } from './builders.ts'

const NETWORKS = ['bccg', 'coolify', 'aaa', 'bridge'] as const
const NAMES = [
  'pms-backend',
  'pms-worker-v2',
  'supabase-db',
  `${UUID}-081502123456`,
  `${UUID}-093011654321`,
  '0123456789ab_pms-backend',
  'coolify-proxy',
] as const
const LABELS: readonly Readonly<Record<string, string>>[] = [
  {},
  application(),
  application({ 'coolify.pullRequestId': '4' }),
  compose('bccg', 'supabase-db'),
  compose('bccg', 'supabase-db', { 'com.docker.compose.container-number': '2' }),
  { 'coolify.managed': 'true', 'coolify.proxy': 'true' },
  { 'com.docker.swarm.task.id': 't' },
]
const STATUSES: readonly ContainerStatus[] = [
  'created',
  'running',
  'paused',
  'restarting',
  'exited',
  'dead',
  'removing',
]

/** Two networks may share a name; the id tells which generation of it this is. */
const ODDITIES = {
  subnets: fc.constantFrom([], ['172.18.0.0/16'], ['172.19.0.0/16', 'fd00:5::/64']),
  ipv6: fc.boolean(),
  configOnly: fc.boolean(),
}

const network: fc.Arbitrary<Network> = fc
  .record({
    name: fc.constantFrom(...NETWORKS),
    generation: fc.constantFrom('1', '2'),
    internal: fc.boolean(),
    ...ODDITIES,
  })
  .map(({ name, generation, internal, subnets, ipv6, configOnly }) => ({
    id: `${name}#${generation}`,
    name,
    driver: 'bridge',
    internal,
    labels: {},
    ...{ subnets, ipv6, configOnly, attachable: true, icc: true },
    bridge: null,
  }))

const endpoint: fc.Arbitrary<Endpoint> = fc
  .record({
    network: fc.constantFrom(...NETWORKS),
    generation: fc.constantFrom('1', '1', '2', 'old', ''),
    endpointId: fc.constantFrom('', 'e1', 'e2'),
    aliases: fc.constantFrom(null, [], ['api'], ['supabase-db']),
    ipv4: fc.constantFrom('', '172.18.0.5', '172.18.0.6'),
    settings: fc.constantFrom(null, NO_SETTINGS, { ...NO_SETTINGS, ipv4: '172.18.0.5', gatewayPriority: 3 }),
  })
  .map(({ network: name, generation, endpointId, aliases, ipv4, settings }) => ({
    network: name,
    networkId: generation === '' ? '' : `${name}#${generation}`,
    endpointId: generation === '' ? '' : endpointId,
    aliases,
    ...{ ipv4, ipv6: '', settings },
  }))

const run = fc.option(
  fc.record({
    startedAt: fc.constantFrom(null, NOW - MINUTE, NOW),
    finishedAt: fc.constant(null),
    restartCount: fc.nat(3),
    exitCode: fc.constantFrom(0, 1, 128),
    error: fc.constant(''),
    missingNetwork: fc.constantFrom(null, 'bccg#old'),
  }),
)

const container: fc.Arbitrary<Container> = fc.record({
  id: fc.constantFrom('c1', 'c2', 'c3', 'c4', 'c5', 'c6'),
  name: fc.constantFrom(...NAMES),
  image: fc.constantFrom('app:1', 'ghcr.io/coollabsio/coolify-helper:1'),
  imageId: fc.constant(''),
  status: fc.constantFrom(...STATUSES),
  labels: fc.constantFrom(...LABELS),
  networkMode: fc.constantFrom('coolify', 'coolify', 'coolify', 'bridge', 'host', 'none', 'container:c1'),
  endpoints: fc.uniqueArray(endpoint, { selector: e => e.network, maxLength: 4 }),
  createdAt: fc.constantFrom(NOW - 2 * MINUTE, NOW - MINUTE, NOW),
  dynamicPorts: fc.constantFrom(null, false, true),
  run,
})

export const anyWorld: fc.Arbitrary<World> = fc.record({
  containers: fc.uniqueArray(container, { selector: c => c.id, maxLength: 5 }),
  networks: fc.uniqueArray(network, { selector: n => n.id, maxLength: 5 }),
  gatewayPriority: fc.boolean(),
  newestTakesRoute: fc.boolean(),
  examined: fc.constant(UNEXAMINED),
  engineStartedAt: fc.constant(null),
})

const selector: fc.Arbitrary<ContainerSelector> = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.constantFrom('*', 'pms-*', '*-db', 'nobody'),
  fc.constantFrom<ContainerSelector>(
    { coolify: 'pms-backend' },
    { coolify: UUID },
    { compose: 'bccg/supabase-db' },
    { label: { 'coolify.managed': 'true' } },
  ),
)

export const anyPolicy: fc.Arbitrary<RestartPolicy> = fc.record({
  when: fc.constantFrom('never', 'after-attach', 'if-unresolved'),
  cooldown: fc.constantFrom(0, MINUTE),
  maxPerHour: fc.nat(2),
  grace: fc.constant(1_000),
})

const rule: fc.Arbitrary<Rule> = fc.record({
  containers: fc.array(selector, { minLength: 1, maxLength: 3 }),
  network: fc.oneof(
    fc.constantFrom(...NETWORKS, 'bccg#1', 'nowhere'),
    selector.map(of => ({ of })),
    selector.map(ofEach => ({ ofEach })),
  ),
  resolve: fc.constantFrom([], ['supabase-db']),
  aliases: fc.constantFrom(null, [], ['api']),
  ipv4: fc.constantFrom(null, '172.18.0.5'),
  gatewayPriority: fc.constantFrom(-1, 0, 1),
  restart: anyPolicy,
  repair: fc.boolean(),
  onLoop: fc.constantFrom('heal', 'back-off'),
  onDeploy: fc.constantFrom('silent', 'tell'),
  ipv6: fc.constant(null),
  reach: fc.constantFrom([], [{ host: 'supabase-db', port: 5432 }]),
  onUnreachable: fc.constantFrom('report', 'reattach', 'restart'),
  drift: fc.constantFrom('report', 'repair'),
  leave: fc.boolean(),
})

export const anyRules: fc.Arbitrary<readonly Rule[]> = fc.array(rule, { maxLength: 4 })
