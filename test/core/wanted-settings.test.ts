// What an attach asks for, and what is known to fail before it is tried.
import { describe, expect, test } from 'vitest'
import { NO_SETTINGS } from '../../src/core/endpoint-settings.ts'
import type { Plan } from '../../src/core/plan.ts'
import { isInSubnet } from '../../src/core/subnet.ts'
import type { Container, Endpoint, Network } from '../../src/core/world.ts'
import { container, lookAt, network, on, rule, SUPABASE, world } from './builders.ts'
import { type Watcher, watcher } from './watcher.ts'

const coolify = network('coolify')
const stack = network(SUPABASE, { subnets: ['172.29.0.0/16', 'fd00:5::/64'] })
const database = container('supabase-db', { networkMode: stack.name, endpoints: [on(stack, { ipv4: '172.29.0.2' })] })
const app = (...endpoints: readonly Endpoint[]): Container =>
  container('pms-backend', { endpoints: [on(coolify), ...endpoints] })
const HAD = {
  ...{ ipv4: '172.29.5.5', ipv6: 'fd00:5::20', linkLocal: ['169.254.7.7'] },
  driverOptions: { 'com.docker.network.endpoint.ifname': 'db0' },
  gatewayPriority: 3,
}

/** The action on pms-backend, after it was seen with those settings. */
function healed(over: Parameters<typeof rule>[0] = {}, others: readonly Container[] = [database]) {
  const rules = [rule(over)]
  const watch = watcher(rules)
  watch.see(world([app(on(stack, { settings: HAD, ipv4: HAD.ipv4 })), database], [coolify, stack]))
  watch.see(world([app(), ...others], [coolify, stack]))
  return planOf(watch)
}

function planOf({ last }: Watcher): Plan {
  if (last === null) throw new Error('nothing was looked at')
  return last.plan
}

describe('what a heal asks for', () => {
  test('all that the endpoint had', () => {
    expect(healed().actions[0]?.settings).toEqual(HAD)
  })

  test('the rule comes first', () => {
    const own = { ipv4: '172.29.7.7', ipv6: 'fd00:5::7', gatewayPriority: 7 }
    expect(healed(own).actions[0]?.settings).toEqual({ ...HAD, ...own })
  })

  test('nothing of a container before it: its address may be in use beside it', () => {
    const rules = [rule()]
    const watch = watcher(rules)
    watch.see(world([app(on(stack, { settings: HAD })), database], [coolify, stack]))
    const next = { ...app(), id: 'f'.repeat(64), createdAt: app().createdAt + 1_000 }
    watch.see(world([next, database], [coolify, stack]))
    expect(planOf(watch).actions[0]?.settings).toEqual({ ...NO_SETTINGS, gatewayPriority: -1 })
  })

  test('an address that somebody else has by now is left out, and it is said who has it', () => {
    const other = container('thief', { endpoints: [on(stack, { ipv4: HAD.ipv4 })] })
    const [action] = healed({}, [database, other]).actions
    expect(action?.settings).toEqual({ ...HAD, ipv4: null })
    expect(action?.warnings).toEqual([
      {
        code: 'address-taken',
        message: `pms-backend does not get its address 172.29.5.5 on ${stack.name} again: thief has 172.29.5.5`,
        hint: null,
      },
    ])
  })

  test('an address that is outside of a network made anew is left out', () => {
    const rules = [rule()]
    const watch = watcher(rules)
    watch.see(world([app(on(stack, { settings: HAD })), database], [coolify, stack]))
    const anew = network(SUPABASE, { id: 'e'.repeat(64), subnets: ['172.30.0.0/16'] })
    const member = { ...database, endpoints: [on(anew)] }
    watch.see(world([app(), member], [coolify, anew]))
    const [action] = planOf(watch).actions
    expect(action?.settings).toEqual({ ...HAD, ipv4: null, ipv6: null })
    expect(action?.warnings.map(w => w.code)).toEqual(['address-outside', 'address-outside'])
  })
})

describe('known beforehand', () => {
  const blocked = (over: Partial<Network>, of: Parameters<typeof rule>[0] = {}, mode = 'coolify') => {
    const target = network(SUPABASE, { subnets: ['172.29.0.0/16'], ...over })
    const member = { ...database, endpoints: [on(target, { ipv4: '172.29.0.2' })] }
    const seen = world([{ ...app(), networkMode: mode }, member], [coolify, target])
    return lookAt([rule(of)], seen).plan.blocked.map(({ reason, hint }) => `${reason}: ${hint}`)
  }

  test.each([
    [
      'a template for other networks',
      blocked({ configOnly: true }),
      `config-only: ${SUPABASE} is only a template (--config-only): name a network that was made from it (--config-from ${SUPABASE})`,
    ],
    [
      'an overlay for services alone',
      blocked({ attachable: false }),
      `not-attachable: ${SUPABASE} takes swarm services only; make it anew with docker network create -d overlay --attachable`,
    ],
    [
      'a network whose containers may not talk to each other',
      blocked({ icc: false }, { reach: [{ host: 'supabase-db', port: 5432 }] }),
      `icc-off: containers on ${SUPABASE} may not talk to each other (com.docker.network.bridge.enable_icc is false), so supabase-db cannot be reached there; use another network`,
    ],
    [
      'an address of another subnet',
      blocked({}, { ipv4: '10.0.5.20' }),
      `address-outside: 10.0.5.20 is not in ${SUPABASE}'s subnet (172.29.0.0/16): change the address in the rule`,
    ],
    [
      'an address that another container has',
      blocked({}, { ipv4: '172.29.0.2' }),
      'address-taken: supabase-db has 172.29.0.2: give one of the two another address',
    ],
    [
      'a rootless container with a way out of its own',
      blocked({}, {}, 'pasta'),
      'network-mode: its network mode is pasta, which allows no other network; run the container on a network of its own',
    ],
    [
      "another container's network",
      blocked({}, {}, `container:${database.id}`),
      'network-mode: it uses the network of supabase-db and has none of its own: name supabase-db in the rule in its place',
    ],
    [
      'the network of a container that is gone',
      blocked({}, {}, 'container:0123456789abcdef'),
      'network-mode: it uses the network of a container that is gone, so it has none: create it again, after the container whose network it is to use',
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual([expected])
  })

  test('a network whose containers may not talk to each other is no obstacle to a rule that reaches for nobody', () => {
    expect(blocked({ icc: false })).toEqual([])
  })
})

test.each([
  ['172.18.0.5', '172.18.0.0/16', true],
  ['172.19.0.5', '172.18.0.0/16', false],
  ['fd00:5::20', 'fd00:0005::/64', true],
  ['172.18.0.5', 'fd00:5::/64', false],
  ['172.18.0.5', '172.18.0.0', false],
  ['172.18.0.5', '172.18.0.0/99', false],
  ['x', '172.18.0.0/16', false],
])('isInSubnet: %s in %s is %s', (address, subnet, expected) => {
  expect(isInSubnet(address, subnet)).toBe(expected)
})
