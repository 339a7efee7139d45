// `netheal check` on one screen, whatever the number of attachments; off a terminal a line for each.
import { expect, test } from 'vitest'
import { renderPlan } from '../../src/cli/render.ts'
import type { Rule } from '../../src/core/rule.ts'
import type { Container, Network, World } from '../../src/core/world.ts'
import { container, database, lookAt, NOW, network, on, rule, state, supabase, world } from '../core/builders.ts'

const TERMINAL = { isTerminal: true, color: false }
const PIPE = { isTerminal: false, color: false }
const home = network('coolify')
const stacks = Array.from({ length: 100 }, (_, i) => network(`stack-${i}`))
const apps = stacks.map(s =>
  container(`app-${s.name}`, { labels: { role: 'app' }, networkMode: s.name, endpoints: [on(s)] }),
)
const ofProxy = rule({ containers: ['proxy'], network: { ofEach: { label: { role: 'app' } } } })

function proxy(networks: readonly Network[]): Container {
  return container('proxy', { networkMode: 'coolify', endpoints: [on(home), ...networks.map(n => on(n))] })
}

function shown(rules: readonly Rule[], seen: World, terminal = TERMINAL): readonly string[] {
  const { plan } = lookAt(rules, seen)
  return renderPlan({ plan, pausedUntil: null, state: state(), now: NOW }, terminal).trimEnd().split('\n')
}

test('a rule with a hundred attachments is as many lines as there are things to say, the wrong ones first', () => {
  const seen = world([proxy(stacks.slice(3)), ...apps], [home, ...stacks])
  expect(shown([ofProxy], seen)).toEqual([
    'DETACHED    proxy not attached to 3 networks (stack-0, stack-1, stack-2); would be attached',
    '            netheal once would connect them, without a restart',
    'OK          proxy is attached to 97 networks (stack-10, stack-11, stack-12 and 94 more) (proven: listed)',
    '3 would be attached, 97 attached',
  ])
})

test('a hundred containers on one network are one line, too', () => {
  const all = apps.map(a => ({ ...a, endpoints: [...a.endpoints, on(supabase)] }))
  const seen = world([...all, database], [home, supabase, ...stacks])
  expect(shown([rule({ containers: ['app-*'] })], seen)[0]).toContain('OK          100 containers (app-stack-0')
})

test('a screen holds no more, and says that there is more', () => {
  const rules = stacks.map(s => rule({ containers: [`gone-${s.name}`], network: `none-${s.name}` }))
  const blocked = stacks.map(s => container(`gone-${s.name}`))
  const lines = shown(rules, world(blocked, [home]))
  expect(lines).toHaveLength(23)
  expect(lines.at(-2)).toMatch(/^\d+ more lines, none of them worse; all of them: netheal check \| less$/)
  expect(lines.at(-1)).toBe('100 blocked')
})

test('off a terminal each attachment has its line', () => {
  const seen = world([proxy(stacks.slice(3)), ...apps], [home, ...stacks])
  const lines = shown([ofProxy], seen, PIPE)
  expect(lines.filter(l => l.startsWith('OK '))).toHaveLength(97)
  expect(lines.filter(l => l.startsWith('DETACHED '))).toHaveLength(3)
})
