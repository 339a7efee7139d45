/** `{"of": C}` while C is away: where an attachment was is where it belongs. */
import { describe, expect, test } from 'vitest'
import { resolve } from '../../src/core/attachment.ts'
import { withRemembered } from '../../src/core/remembered.ts'
import type { State } from '../../src/core/state.ts'
import type { Container, Network } from '../../src/core/world.ts'
import {
  compose,
  container,
  coolify,
  id,
  network,
  observed,
  on,
  remembered,
  rule,
  SUPABASE,
  supabase,
  world,
} from './builders.ts'

const RULES = [rule({ network: { of: 'supabase-db' } })]
const APP = container('pms-backend', { endpoints: [on(coolify), on(supabase)] })
const OTHER = network('zk4sc8wwo4c0kk8s4g0wcs0c')
const KEY = 'name/pms-backend -> network of supabase-db'
const KNOWN: Pick<State, 'attachments'> = { attachments: { [KEY]: remembered([observed()]) } }

function answer(containers: readonly Container[], networks: readonly Network[], state = KNOWN): string {
  const seen = world(containers, networks)
  const [first] = withRemembered(resolve(RULES, seen), state, seen)
  const found = first?.network
  return found?.kind === 'found' ? found.network.name : `${found?.kind}`
}

const stranger = container(`supabase-db-${OTHER.name}`, {
  endpoints: [on(OTHER)],
  labels: { 'coolify.managed': 'true', ...compose(OTHER.name, 'supabase-db') },
  networkMode: OTHER.name,
})

describe('the container is away', () => {
  test('its network is known, as long as that is there', () => {
    expect(answer([APP], [coolify, supabase])).toBe(SUPABASE)
    expect(answer([APP], [coolify])).toBe('missing')
    expect(answer([APP], [coolify, network(SUPABASE, { id: id('made anew') })])).toBe('missing')
  })

  test('nothing is known of one that was never attached', () => {
    expect(answer([APP], [coolify, supabase], { attachments: {} })).toBe('missing')
    const never = { attachments: { [KEY]: remembered([observed({ attached: false, attachedAt: null })]) } }
    expect(answer([APP], [coolify, supabase], never)).toBe('missing')
  })

  test('the next container of the same identity belongs there as well', () => {
    expect(answer([{ ...APP, id: id('fresh'), endpoints: [on(coolify)] }], [coolify, supabase])).toBe(SUPABASE)
  })

  test("another stack's service of that name is not taken for it", () => {
    expect(answer([APP, stranger], [coolify, supabase, OTHER])).toBe('ambiguous')
    expect(answer([APP, stranger], [coolify, OTHER])).toBe('ambiguous')
    expect(answer([APP, stranger], [coolify, OTHER], { attachments: {} })).toBe(OTHER.name)
  })
})

test('the container is there: what it says counts', () => {
  const db = container('supabase-db', { endpoints: [on(OTHER)], networkMode: OTHER.name })
  expect(answer([APP, db], [coolify, supabase, OTHER])).toBe(OTHER.name)
})
