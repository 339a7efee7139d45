// An attachment that is there and does not reach what it is attached for: a status of its own, while it lasts.
import { expect, test } from 'vitest'
import type { Unreachable } from '../../src/core/proof.ts'
import type { Rule } from '../../src/core/rule.ts'
import { withProof } from '../../src/core/standing.ts'
import type { State } from '../../src/core/state.ts'
import type { Container } from '../../src/core/world.ts'
import { backend, host, MINUTE, NOW, on, rule, SUPABASE, supabase } from './builders.ts'
import { type Watcher, watcher } from './watcher.ts'

const KEY = `name/pms-backend -> ${SUPABASE}`
const ATTACHED = backend('running', [on(supabase)])
const LATER = NOW + MINUTE
const LOST: Unreachable = { reason: 'unresolved', detail: 'db does not resolve inside it', hint: null, since: LATER }

function known(own: Rule = rule({ resolve: ['db'] }), ...containers: readonly Container[]): Watcher {
  const watch = watcher([own])
  watch.see(host(containers.length === 0 ? [ATTACHED] : containers), NOW)
  return watch
}
const found = (state: State, unreachable: Unreachable | null, at = LATER) =>
  withProof(state, KEY, ATTACHED.id, { unreachable }, at)
const status = (state: State) => {
  const { state: status, since } = state.attachments[KEY] ?? expect.unreachable()
  return { status, since }
}

test('what a proof shows is the status at once, and since then', () => {
  const before = known().state
  expect(status(before)).toEqual({ status: 'attached', since: NOW })
  const lost = found(before, LOST)
  expect(status(lost)).toEqual({ status: 'unreachable', since: LATER })
  expect(status(found(lost, LOST, LATER + MINUTE))).toEqual({ status: 'unreachable', since: LATER })
  expect(status(found(lost, null, LATER + MINUTE))).toEqual({ status: 'attached', since: LATER + MINUTE })
})

test('a look keeps it, also for another endpoint, while the rule asks for something and the container runs', () => {
  const looked = (own: Rule, container: Container): Watcher => {
    const watch = watcher([own], found(known(own).state, LOST))
    watch.see(host([container]), LATER + MINUTE)
    return watch
  }
  const asking = rule({ resolve: ['db'] })
  expect(status(looked(asking, ATTACHED).state)).toEqual({ status: 'unreachable', since: LATER })
  expect(status(looked(rule(), ATTACHED).state).status).toBe('attached')
  const rejoined = backend('running', [on(supabase, { endpointId: 'another' })])
  expect(status(looked(asking, rejoined).state)).toEqual({ status: 'unreachable', since: LATER })
  expect(status(looked(asking, backend('exited', [])).state).status).toBe('stopped')
})
