// What a look leaves in the memory.
import { describe, expect, test } from 'vitest'
import { NO_SETTINGS } from '../../src/core/endpoint-settings.ts'
import type { Rule } from '../../src/core/rule.ts'
import { KEPT_DETACHES, type ObservedContainer, type State } from '../../src/core/state.ts'
import type { Container } from '../../src/core/world.ts'
import {
  application,
  backend,
  container,
  coolify,
  database,
  host,
  id,
  MINUTE,
  NOW,
  on,
  rule,
  SUPABASE,
  supabase,
  UUID,
  waitingOn,
  world,
} from './builders.ts'
import { type Watcher, watcher } from './watcher.ts'

const KEY = `name/pms-backend -> ${SUPABASE}`
const DETACHED = backend('running', [on(coolify)])
const ATTACHED = backend('running', [on(coolify), on(supabase)])
const DAY = 24 * 60 * MINUTE

function afterLooks(...looks: readonly (readonly Container[])[]): Watcher {
  const watch = watcher([rule()])
  looks.forEach((containers, i) => {
    watch.see(host(containers), NOW + i * MINUTE)
  })
  return watch
}
const remembered = (known: State, key = KEY) => {
  const found = known.attachments[key]
  if (found === undefined) throw new Error(`nothing of ${key} in ${Object.keys(known.attachments).join()}`)
  return found
}

describe('the state, and since when', () => {
  test.each<[string, readonly Container[], string]>([
    ['attached', [ATTACHED], 'attached'],
    ['running without it', [DETACHED], 'detached'],
    ['created, and to be attached', [backend('created', [])], 'detached'],
    ['created, and joins at its start', [backend('created', [waitingOn(supabase, { networkId: '' })])], 'attached'],
    ['in a back-off, and joins at its next start', [backend('restarting', [waitingOn(supabase)])], 'waiting'],
    ['stopped', [backend('exited', [waitingOn(supabase)])], 'stopped'],
    ['stopped, with a dead entry', [backend('exited', [waitingOn(supabase, { networkId: id('old') })])], 'stopped'],
    ['not there', [], 'missing'],
    ['on the network of its host', [backend('running', [], { networkMode: 'host' })], 'blocked'],
  ])('the state of an attachment: %s', (_, containers, state) => {
    expect(remembered(afterLooks(containers).state).state).toBe(state)
  })

  test('the time of a state changes only with the state', () => {
    const states = afterLooks([ATTACHED], [ATTACHED], [DETACHED], [DETACHED]).state
    expect(remembered(states)).toMatchObject({
      state: 'detached',
      since: NOW + 2 * MINUTE,
      container: 'pms-backend',
      network: SUPABASE,
    })
    expect(remembered(afterLooks([ATTACHED], [ATTACHED]).state).since).toBe(NOW)
  })

  test('of old and new container, the state is that of the one that matters', () => {
    const labels = application()
    const old = container(`${UUID}-1`, { labels, endpoints: [on(supabase)] })
    const fresh = container(`${UUID}-2`, { labels, createdAt: NOW })
    const stateOf = (...both: readonly Container[]): string => {
      const watch = watcher([rule({ containers: [{ coolify: UUID }] })])
      watch.see(host(both))
      return remembered(watch.state, `coolify/application/7 -> ${SUPABASE}`).state
    }
    expect(stateOf(old, fresh)).toBe('detached')
    expect(stateOf({ ...old, status: 'exited' }, { ...fresh, endpoints: [on(supabase)] })).toBe('attached')
    expect(stateOf({ ...old, status: 'exited' })).toBe('stopped')
  })

  test('the last detach of an attachment stays known', () => {
    expect(remembered(afterLooks([ATTACHED], [DETACHED], [ATTACHED], [ATTACHED]).state).lastDetach).toEqual({
      at: NOW + MINUTE,
      cause: 'explicit',
    })
  })
})

describe('what is gone', () => {
  test('a container that is removed is remembered, until a successor is known', () => {
    const watch = afterLooks([ATTACHED], [], [])
    expect(Object.keys(remembered(watch.state).seen)).toEqual([ATTACHED.id])
    watch.see(host([{ ...ATTACHED, id: id('next') }]))
    expect(Object.keys(remembered(watch.state).seen)).toEqual([id('next')])
  })

  test('of several containers that are removed, the newest is remembered', () => {
    const labels = application()
    const old = container('a', { labels, endpoints: [on(supabase)] })
    const watch = watcher([rule({ containers: [{ coolify: UUID }] })])
    watch.see(host([old, { ...old, name: 'b', id: id('b'), createdAt: NOW }]))
    watch.see(host([]))
    expect(Object.keys(remembered(watch.state, `coolify/application/7 -> ${SUPABASE}`).seen)).toEqual([id('b')])
  })

  test('an attachment that no rule asks for any more keeps its history for a month, and is wanted no more', () => {
    const { state } = afterLooks([ATTACHED], [DETACHED])
    const other = watcher([rule({ containers: ['other'] })], state)
    other.see(host([DETACHED]), NOW + 2 * MINUTE)
    expect(remembered(other.state)).toMatchObject({
      wanted: false,
      state: 'missing',
      since: NOW + 2 * MINUTE,
      lastDetach: { cause: 'explicit' },
    })
    other.see(host([DETACHED]), NOW + 30 * DAY)
    expect(other.state.attachments[KEY]).toBeDefined()
    other.see(host([DETACHED]), NOW + 30 * DAY + 3 * MINUTE)
    expect(other.state.attachments[KEY]).toBeUndefined()
  })

  test('an attachment that is asked for again is wanted again', () => {
    const { state } = afterLooks([ATTACHED])
    const other = watcher([rule({ containers: ['other'] })], state)
    other.see(host([ATTACHED]))
    const again = watcher([rule()], other.state)
    again.see(host([ATTACHED]), NOW + 5 * MINUTE)
    expect(remembered(again.state)).toMatchObject({ wanted: true, state: 'attached', since: NOW + 5 * MINUTE })
  })

  test('the history of detaches is bounded', () => {
    const watch = watcher([rule()])
    for (let i = 0; i < KEPT_DETACHES + 10; i++) {
      watch.see(host([ATTACHED]))
      watch.see(host([DETACHED]))
    }
    expect(watch.state.detaches).toHaveLength(KEPT_DETACHES)
    expect(watch.state.detaches.at(-1)?.at).toBe(remembered(watch.state).lastDetach?.at)
  })
})

test('deployments are remembered for a day, with first and last sight', () => {
  const helper = container('ks04ogswowccckgg0s8gwkoc', {
    image: 'ghcr.io/coollabsio/coolify-helper:1',
    createdAt: NOW - MINUTE,
  })
  const watch = afterLooks([ATTACHED, helper], [ATTACHED, helper], [ATTACHED])
  expect(watch.state.deployments).toEqual([{ id: helper.name, firstSeen: NOW - MINUTE, lastSeen: NOW + MINUTE }])
  watch.see(host([ATTACHED]), NOW + MINUTE + DAY)
  expect(watch.state.deployments).toEqual([])
})

test('times that only an inspect tells are kept over a look at a list', () => {
  const listed = { ...ATTACHED, run: null }
  const [seen] = Object.values(remembered(afterLooks([ATTACHED], [listed]).state).seen)
  expect(seen).toMatchObject({
    startedAt: ATTACHED.run?.startedAt,
    restartCount: 0,
    attached: true,
    attachedAt: NOW + MINUTE,
  })
})

test('a network that cannot be found now takes nothing from what is known', () => {
  const watch = afterLooks([ATTACHED])
  watch.see(world([ATTACHED], [coolify, supabase, { ...supabase, id: id('twin') }]))
  expect(Object.values(remembered(watch.state).seen)).toMatchObject([
    { attached: true, attachedAt: NOW, networkId: supabase.id, lost: null },
  ])
})

test('a network that a rule asks for by its id keeps its name when it is gone', () => {
  const watch = watcher([rule({ network: supabase.id })])
  watch.see(host([ATTACHED]))
  watch.see(world([DETACHED], [coolify]))
  const [attachment] = Object.values(watch.state.attachments)
  expect(Object.values(attachment?.seen ?? {})).toMatchObject([{ networkId: supabase.id, networkName: SUPABASE }])
})

test('a network that is made anew after the loss is its cause, in all that is known of the loss', () => {
  const watch = afterLooks([ATTACHED], [DETACHED], [ATTACHED])
  const anew = { ...supabase, id: id('made anew') }
  watch.see(world([DETACHED, database], [coolify]), NOW + 4 * MINUTE)
  expect(remembered(watch.state).lastDetach?.cause).not.toBe('network-recreated')
  watch.see(world([DETACHED, database], [coolify, anew]), NOW + 5 * MINUTE)
  const { lastDetach, seen } = remembered(watch.state)
  expect(lastDetach).toEqual({ at: NOW + 4 * MINUTE, cause: 'network-recreated' })
  expect(watch.state.detaches.map(d => d.cause)).toEqual(['explicit', 'network-recreated'])
  // It has been on the old one only.
  expect(seen[ATTACHED.id]).toMatchObject({ lost: 'network-recreated', networkId: supabase.id })
})

describe('what is remembered of a container', () => {
  const watchOf = (...looks: readonly (readonly Container[])[]) => {
    const watch = watcher([rule()])
    looks.forEach((containers, n) => {
      watch.see(host(containers), NOW + n * 1_000)
    })
    return watch
  }
  const own = (watch: ReturnType<typeof watcher>) => watch.state.attachments[KEY]?.seen[ATTACHED.id]

  test('a container is remembered while it is attached: its endpoint, and when it was last seen so', () => {
    expect(own(watchOf([ATTACHED], [ATTACHED]))).toMatchObject({
      ...{ attached: true, attachedAt: NOW + 1_000, lost: null, endpointId: on(supabase).endpointId },
      ...{ networkId: supabase.id, networkName: supabase.name },
    })
  })

  test('a container is remembered once it is off the network: when it was last attached, to which network, and why it is lost', () => {
    expect(own(watchOf([ATTACHED], [DETACHED], [DETACHED]))).toMatchObject({
      ...{ attached: false, attachedAt: NOW, lost: 'explicit', endpointId: '' },
      ...{ networkId: supabase.id, networkName: supabase.name },
    })
  })

  test('a container is remembered once it is healed: no loss any more', () => {
    expect(own(watchOf([ATTACHED], [DETACHED], [ATTACHED]))).toMatchObject({
      attached: true,
      attachedAt: NOW + 2_000,
      lost: null,
    })
  })

  test('an attachment that the state had forgotten has the last of its detaches that are known', () => {
    const watch = watchOf([ATTACHED], [DETACHED], [ATTACHED], [DETACHED], [ATTACHED])
    expect(watch.state.detaches.map(d => d.at)).toEqual([NOW + 1_000, NOW + 3_000])
    watch.state = { ...watch.state, attachments: {} }
    watch.see(host([ATTACHED]), NOW + 9_000)
    expect(watch.state.attachments[KEY]?.lastDetach).toEqual({ at: NOW + 3_000, cause: 'explicit' })
  })

  test('a container is remembered with what it had on the network, for when it is given back', () => {
    const settings = { ...NO_SETTINGS, linkLocal: ['169.254.1.1'] }
    const had = backend('running', [on(coolify), on(supabase, { aliases: ['backend'], settings })])
    const watch = watchOf([had], [DETACHED], [DETACHED])
    expect(own(watch)).toMatchObject({ attached: false, aliases: ['backend'], settings })
  })

  test('a container is remembered with its aliases by a look that does not show them', () => {
    const listed = backend('running', [on(coolify), on(supabase, { aliases: null })])
    const inspected = backend('running', [on(coolify), on(supabase, { aliases: ['backend'] })])
    expect(own(watchOf([inspected], [listed]))?.aliases).toEqual(['backend'])
  })

  describe('what was found out about an endpoint', () => {
    const proof = { rung: 'named', at: NOW } as const
    const unreachable = { reason: 'no-answer', detail: 'nobody answers', hint: null, since: NOW } as const
    const found = { proof, unreachable, unproven: 2 }
    /** After a look at a container of which that is known. */
    const seenBy = (asked: Partial<Rule>, container: Container, known: object = found) => {
      const watch = watcher([rule(asked)])
      watch.see(host([ATTACHED]))
      const before = remembered(watch.state)
      const seen = { [ATTACHED.id]: { ...before.seen[ATTACHED.id], ...known } as ObservedContainer }
      watch.state = { ...watch.state, attachments: { [KEY]: { ...before, seen } } }
      watch.see(host([container]))
      return own(watch)
    }
    const another = backend('running', [on(coolify), on(supabase, { endpointId: id('another endpoint') })])

    test.each<[string, Partial<Rule>]>([
      ['names', { resolve: ['supabase-db'] }],
      ['ports', { reach: [{ host: 'supabase-db', port: 5432 }] }],
    ])('what was found out stays while the endpoint does, where the rule asks for %s', (_, asked) => {
      expect(seenBy(asked, ATTACHED)).toMatchObject(found)
    })

    test('what was proven goes with its endpoint, and what was wrong stays until it is asked again', () => {
      expect(seenBy({ resolve: ['supabase-db'] }, another)).toMatchObject({ unreachable, asked: null })
      expect(seenBy({ resolve: ['supabase-db'] }, another)?.proof?.rung).not.toBe('named')
    })

    test('what was found out goes where the rule asks for nothing any more', () => {
      expect(seenBy({}, ATTACHED)?.unreachable).toBeNull()
    })

    test('what was found out goes when the container stops', () => {
      const stopped = backend('exited', [on(coolify), on(supabase)])
      expect(seenBy({ resolve: ['supabase-db'] }, stopped)).toMatchObject({ proof: null, unreachable: null })
    })

    test('a bridge that is there again is no trouble any more', () => {
      const gone = { ...found, unreachable: { ...unreachable, reason: 'bridge-missing' } }
      expect(seenBy({ resolve: ['supabase-db'] }, ATTACHED, gone)?.unreachable).toBeNull()
    })
  })
})
