// An action in a few words, for a person who decides whether to let it happen.
import { expect, test } from 'vitest'
import { type Action, isQuiet, type SkippedReason, describe as words } from '../../src/core/action.ts'
import { backend, coolify, host, lookAt, on, rule, SUPABASE, supabase, waitingOn } from './builders.ts'

const actionOf = (dead: boolean): Action => {
  const [action] = lookAt([rule()], host([backend('running', [on(coolify), ...(dead ? [waitingOn(supabase)] : [])])]))
    .plan.actions
  if (action === undefined) throw new Error('nothing to be done')
  return action
}
const attach = actionOf(false)
const repair = actionOf(true)

test.each<[Action, string]>([
  [attach, `connect pms-backend to ${SUPABASE}, without a restart`],
  [{ ...attach, aliases: ['api', 'b'] }, `connect pms-backend to ${SUPABASE} as api, b, without a restart`],
  [{ ...attach, restart: { kind: 'after-attach' } }, `connect pms-backend to ${SUPABASE}, then restart it`],
  [
    { ...attach, restart: { kind: 'if-unresolved', grace: 1 } },
    `connect pms-backend to ${SUPABASE}, then restart it if its names do not resolve`,
  ],
  [repair, `disconnect the dead entry ${SUPABASE} of pms-backend, and connect it to ${SUPABASE}, without a restart`],
  [
    Object.assign({}, repair, { start: true }),
    `disconnect the dead entry ${SUPABASE} of pms-backend, and connect it to ${SUPABASE}, then start it`,
  ],
])('%#', (action, expected) => {
  expect(words(action)).toBe(expected)
})

test.each<[SkippedReason, boolean]>([
  ['container-missing', true],
  ['not-running', true],
  ['waiting-for-start', true],
  ['paused', false],
  ['backing-off', false],
  ['looping', false],
])('%s is quiet: %s', (reason, quiet) => {
  expect(isQuiet({ kind: 'skipped', key: 'k', container: 'c', network: 'n', reason, until: null })).toBe(quiet)
})
