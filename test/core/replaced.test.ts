// Another container under the same identity, without the network that its predecessor had: what a deploy does.
import { describe, expect, test } from 'vitest'
import type { Container } from '../../src/core/world.ts'
import {
  application,
  backend,
  compose,
  container,
  coolify,
  host,
  id,
  MINUTE,
  NOW,
  network,
  on,
  rule,
  supabase,
  UUID,
  waitingOn,
  world,
} from './builders.ts'
import { watcher } from './watcher.ts'

const RULES = [rule({ containers: [{ coolify: 'pms-backend' }] })]
const HELPER = 'ks04ogswowccckgg0s8gwkoc'

function deploy(time: string, over: Partial<Container> = {}): Container {
  return container(`${UUID}-${time}`, { labels: application(), endpoints: [on(coolify)], createdAt: NOW, ...over })
}
const OLD = deploy('081502123456', { endpoints: [on(coolify), on(supabase)], createdAt: NOW - 60 * MINUTE })
const MADE = deploy('093011654321', { status: 'created', endpoints: [waitingOn(coolify, { networkId: '' })] })
const OWN = 'own0deployment0of0this00'
const inFolder = (uuid: string) => ({ 'com.docker.compose.project.working_dir': `/artifacts/${uuid}` })
const NEW: Container = { ...MADE, status: 'running', endpoints: [on(coolify)] }
const HEALED: Container = { ...NEW, endpoints: [on(coolify), on(supabase)] }
const helper = container(HELPER, { image: 'ghcr.io/coollabsio/coolify-helper:1.0.15', createdAt: NOW - MINUTE })

function causes(looks: readonly (readonly Container[])[], rules = RULES): readonly (readonly string[])[] {
  const watch = watcher(rules)
  return looks.map(containers => watch.causes(host(containers)))
}

describe('a rolling update', () => {
  test('a rolling update: old and new side by side: the new one, once, and as soon as it is made', () => {
    expect(causes([[OLD], [OLD, MADE], [OLD, NEW], [NEW]])).toEqual([[], ['replaced'], [], []])
  })

  test('a rolling update: the new one is paused, with the entry of a connect that failed', () => {
    const paused: Container = { ...MADE, status: 'paused', endpoints: [on(coolify), waitingOn(supabase)] }
    expect(causes([[OLD], [OLD, paused]])).toEqual([[], ['replaced']])
  })

  test('a rolling update: seen late, when the old one is gone', () => {
    expect(causes([[OLD], [NEW], [NEW]])).toEqual([[], ['replaced'], []])
  })

  test('a rolling update: healed, and replaced again at the next deploy', () => {
    const next = deploy('101010101010', { createdAt: NOW + 60 * MINUTE })
    expect(causes([[OLD], [OLD, NEW], [OLD, HEALED], [HEALED], [HEALED, next]])).toEqual([
      [],
      ['replaced'],
      [],
      [],
      ['replaced'],
    ])
  })

  test('a rolling update: never healed: the next deploy takes nothing more away', () => {
    const next = deploy('101010101010', { createdAt: NOW + 60 * MINUTE })
    expect(causes([[OLD], [NEW], [next]])).toEqual([[], ['replaced'], []])
  })

  test('a rolling update: attached natively at first sight', () => {
    const native: Container = {
      ...MADE,
      endpoints: [waitingOn(coolify, { networkId: '' }), waitingOn(supabase, { networkId: '' })],
    }
    expect(causes([[OLD], [OLD, native], [OLD, HEALED], [HEALED]])).toEqual([[], [], [], []])
  })

  test('a rolling update: the new one fails and is rolled back, again and again: one for each', () => {
    const second = deploy('101010101010', { createdAt: NOW + MINUTE })
    const third = deploy('111111111111', { createdAt: NOW + 2 * MINUTE })
    expect(causes([[OLD], [OLD, NEW], [OLD], [OLD, second], [OLD], [OLD, third], [OLD]])).toEqual([
      [],
      ['replaced'],
      [],
      ['replaced'],
      [],
      ['replaced'],
      [],
    ])
  })

  test('a rolling update: the healed new one fails, and the old one loses nothing', () => {
    expect(causes([[OLD], [OLD, NEW], [OLD, HEALED], [OLD]])).toEqual([[], ['replaced'], [], []])
  })

  test('a rolling update: a preview is none of it', () => {
    const preview = deploy('x', { labels: application({ 'coolify.pullRequestId': '4' }) })
    expect(causes([[OLD], [OLD, preview]])).toEqual([[], []])
  })
})

describe('stop first, under the same name', () => {
  const before = backend('running', [on(coolify), on(supabase)], { createdAt: NOW - 60 * MINUTE })
  const after = backend('running', [on(coolify)], { id: id('another'), createdAt: NOW })

  test('a container stopped first, and replaced under the same name: with a gap in between, however long', () => {
    expect(causes([[before], [], [], [after], [after]], [rule()])).toEqual([[], [], [], ['replaced'], []])
  })

  test('a container stopped first, and replaced under the same name: without a look in the gap', () => {
    expect(causes([[before], [after]], [rule()])).toEqual([[], ['replaced']])
  })

  test('a container stopped first, and replaced: found by a Coolify selector that matches nobody in the gap', () => {
    const labels = application()
    expect(causes([[{ ...before, labels }], [], [{ ...after, labels }]])).toEqual([[], [], ['replaced']])
  })

  test('a container stopped first, and replaced under the same name: stopped and disconnected before: it had nothing to lose', () => {
    const stopped = { ...before, status: 'exited' as const, endpoints: [waitingOn(coolify)] }
    expect(causes([[before], [stopped], [after]], [rule()])).toEqual([[], ['explicit'], []])
  })
})

describe('compose', () => {
  const rules = [rule({ containers: [{ compose: 'shop/web' }, 'shop-web-1'] })]
  const web = (over: Partial<Container>): Container =>
    container('shop-web-1', { labels: compose('shop', 'web'), ...over })
  const one = web({ endpoints: [on(coolify), on(supabase)], createdAt: NOW - MINUTE })

  test('compose: recreated in place, under a temporary name and then its own', () => {
    const made = web({ name: `${one.id.slice(0, 12)}_shop-web-1`, id: id('two'), status: 'created', createdAt: NOW })
    const renamed = { ...made, name: 'shop-web-1', status: 'running' as const, endpoints: [on(coolify)] }
    expect(causes([[one], [one, made], [made], [renamed]], rules)).toEqual([[], ['replaced'], [], []])
  })

  test('compose: scaled up: a second replica replaces nobody', () => {
    const two = web({
      name: 'shop-web-2',
      id: id('two'),
      labels: compose('shop', 'web', { 'com.docker.compose.container-number': '2' }),
      createdAt: NOW,
    })
    expect(causes([[one], [one, two], [one, two]], rules)).toEqual([[], [], []])
  })

  test('compose: a one-off replaces nobody', () => {
    const run = web({
      name: 'shop-web-run-1',
      id: id('run'),
      labels: compose('shop', 'web', { 'com.docker.compose.oneoff': 'True' }),
      createdAt: NOW,
    })
    expect(causes([[one], [one, run]], [rule({ containers: ['*'] })])).toEqual([[], []])
  })
})

test('the network is made anew during a rolling update: each of the two has its own cause', () => {
  const fresh = network('made anew', { name: supabase.name })
  const stopped: Container = { ...OLD, status: 'exited', endpoints: [waitingOn(supabase)] }
  const watch = watcher(RULES)
  watch.see(host([OLD]))
  watch.see(world([stopped, NEW], [coolify]))
  for (let look = 0; look < 2; look++) watch.see(world([stopped, NEW], [coolify, fresh]))
  expect(watch.state.detaches.map(d => [d.evidence.containerId, d.cause])).toEqual([
    [OLD.id, 'network-recreated'],
    [NEW.id, 'replaced'],
  ])
})

test('an older container is no replacement of a newer one', () => {
  const older = deploy('070000000000', { createdAt: NOW - 120 * MINUTE })
  expect(causes([[OLD], [OLD, older]])).toEqual([[], []])
})

test('a list tells the creation in whole seconds: within one second either may be the older', () => {
  const listed = { ...OLD, createdAt: NOW }
  expect(causes([[listed], [{ ...NEW, createdAt: NOW + 900 }]])).toEqual([[], ['replaced']])
  expect(causes([[{ ...OLD, createdAt: NOW + 400 }], [{ ...NEW, createdAt: NOW }]])).toEqual([[], ['replaced']])
})

describe('the evidence', () => {
  const evidenceOf = (looks: readonly (readonly [readonly Container[], number])[]) => {
    const watch = watcher(RULES)
    return looks.flatMap(([containers, at]) => watch.see(host(containers), at)).map(d => d.evidence)
  }

  test('the evidence of a replacement: both ids, and that Coolify manages it', () => {
    expect(
      evidenceOf([
        [[OLD], NOW - MINUTE],
        [[NEW], NOW],
      ]),
    ).toMatchObject([
      { containerId: NEW.id, previousId: OLD.id, coolify: true, deployment: null, lastAttachedAt: NOW - MINUTE },
    ])
  })

  test('the evidence of a replacement: of two predecessors that are attached, the newest is the one that was replaced', () => {
    const next = deploy('101010101010', { createdAt: NOW + 60 * MINUTE })
    expect(
      evidenceOf([
        [[OLD], NOW - MINUTE],
        [[OLD, HEALED], NOW],
        [[OLD, HEALED, next], NOW + 60 * MINUTE],
      ]),
    ).toMatchObject([{ containerId: next.id, previousId: HEALED.id, lastAttachedAt: NOW }])
  })

  test.each<[string, readonly (readonly [readonly Container[], number])[], string | null]>([
    [
      'a helper that was seen before',
      [
        [[OLD, helper], NOW - MINUTE],
        [[NEW], NOW + MINUTE],
      ],
      HELPER,
    ],
    [
      'one that is there now',
      [
        [[OLD], NOW - MINUTE],
        [[OLD, NEW, helper], NOW],
      ],
      HELPER,
    ],
    [
      'one that is gone for an hour',
      [
        [[OLD, helper], NOW - 60 * MINUTE],
        [[NEW], NOW],
      ],
      HELPER,
    ],
    [
      'one that is gone for longer',
      [
        [[OLD, helper], NOW - 60 * MINUTE - 1],
        [[NEW], NOW],
      ],
      null,
    ],
    [
      'one that was made two minutes after, and is there now',
      [
        [[OLD], NOW - MINUTE],
        [[OLD, NEW, { ...helper, createdAt: NOW + 2 * MINUTE }], NOW + 3 * MINUTE],
      ],
      HELPER,
    ],
    [
      'one that was made later than that, and is there now',
      [
        [[OLD], NOW - MINUTE],
        [[OLD, NEW, { ...helper, createdAt: NOW + 2 * MINUTE + 1 }], NOW + 3 * MINUTE],
      ],
      null,
    ],
    [
      'one that was first seen two minutes after',
      [
        [[OLD], NOW - MINUTE],
        [[OLD, { ...helper, createdAt: NOW + 2 * MINUTE }], NOW + 2 * MINUTE],
        [[NEW], NOW + 3 * MINUTE],
      ],
      HELPER,
    ],
    [
      'one that was first seen later than that',
      [
        [[OLD], NOW - MINUTE],
        [[OLD, { ...helper, createdAt: NOW + 2 * MINUTE + 1 }], NOW + 2 * MINUTE + 1],
        [[NEW], NOW + 3 * MINUTE],
      ],
      null,
    ],
    [
      'none beside a disconnect: no deployment takes a network from a container',
      [
        [[HEALED, helper], NOW + 300 * MINUTE],
        [[NEW], NOW + 310 * MINUTE],
      ],
      null,
    ],
    [
      'the one whose folder its compose file is in, seen or not',
      [
        [[OLD, helper], NOW - MINUTE],
        [[{ ...NEW, labels: { ...NEW.labels, ...inFolder(OWN) } }], NOW],
      ],
      OWN,
    ],
    [
      'none that made the container of another application',
      [
        [[OLD, helper], NOW - MINUTE],
        [[NEW, container('another', { labels: inFolder(HELPER) })], NOW],
      ],
      null,
    ],
    [
      'a helper that is no deployment',
      [
        [[OLD, { ...helper, name: `backup-of-${UUID}` }], NOW - MINUTE],
        [[NEW], NOW],
      ],
      null,
    ],
  ])('the evidence of a replacement: the deployment: %s', (_, looks, expected) => {
    expect(evidenceOf(looks)).toMatchObject([{ deployment: expected }])
  })

  test('the evidence of a replacement: of several deployments the last one', () => {
    const second = { ...helper, name: `${HELPER.slice(0, 23)}x`, id: id('second'), createdAt: NOW }
    const looks = [
      [[OLD, helper], NOW - MINUTE],
      [[OLD, second], NOW],
      [[NEW], NOW + MINUTE],
    ] as const
    expect(evidenceOf(looks)).toMatchObject([{ deployment: second.name }])
  })
})
