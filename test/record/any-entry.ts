// Any entry that netheal may write, about containers and networks with names that an engine lets in.

import * as fc from 'fast-check'
import type { Entry } from '../../src/core/entry.ts'
import type { Evidence } from '../../src/core/state.ts'

export const anyName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('pms-backend', 'to', 'on', 'in', 'a...', 'is', '0123456789ab_x', 'bccg4gs4o4kgsowocw08wkw4'),
  fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,30}$/),
)

/** From 2001 to 2100. */
const at = fc.integer({ min: 1_000_000_000_000, max: 4_102_444_800_000 })
const words = fc
  .string({ unit: 'grapheme-ascii', maxLength: 60 })
  // What would be read as the next part of the sentence.
  .filter(text => !/; next try in/.test(text))
const cause = fc.constantFrom('explicit', 'replaced', 'network-recreated', 'network-removed')
const verb = fc.constantFrom('connect', 'repair', 'restart', 'start')
const milliseconds = fc.double({ min: 0, max: 1e7, noNaN: true })
const spell = fc.integer({ min: 0, max: 30 * 86_400_000 })
const hint = fc.option(words)
const loop = fc.constantFrom('detach-loop', 'restart-loop')

export const anyEvidence: fc.Arbitrary<Evidence> = fc.record({
  containerId: fc.stringMatching(/^[0-9a-f]{64}$/),
  previousId: fc.option(fc.stringMatching(/^[0-9a-f]{64}$/)),
  networkId: fc.option(fc.stringMatching(/^[0-9a-f]{64}$/)),
  previousNetworkId: fc.stringMatching(/^[0-9a-f]{64}$/),
  lastAttachedAt: fc.option(at),
  lostAt: fc.option(at),
  startedAt: fc.option(at),
  exitCode: fc.option(fc.nat(255)),
  coolify: fc.boolean(),
  deployment: fc.option(words),
})

const subject = { at, container: anyName, network: anyName }
const whyOf = (network: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    `not attached to ${network}`,
    `holds the id of an old ${network} (0123456789ab, now ba9876543210)`,
    `has an entry for ${network} with no endpoint behind it`,
  )

export const anyEntry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({
    kind: fc.constant('returned' as const),
    ...subject,
    reason: fc.option(fc.constantFrom('network-missing', 'bridge-missing')),
    after: spell,
  }),
  anyName.chain(network =>
    fc.record({
      kind: fc.constant('fixing' as const),
      ...{ at, container: anyName, network: fc.constant(network) },
      why: whyOf(network),
      cause: fc.option(cause),
      evidence: fc.option(anyEvidence),
    }),
  ),
  fc.record({
    kind: fc.constant('action' as const),
    ...subject,
    verb: fc.oneof(verb, fc.constant('prove' as const)),
    notes: fc.constantFrom([], ['as api'], ['as api, backend']),
  }),
  fc.record({
    kind: fc.constant('success' as const),
    ...subject,
    verb,
    milliseconds,
    notes: fc.constantFrom([], ['joins at its next start'], ['before its first process'], ['just after its start']),
  }),
  fc.record({
    kind: fc.constant('success' as const),
    ...subject,
    verb: fc.constant('prove' as const),
    milliseconds,
    notes: fc.array(
      anyName.map(name => `${name} (172.18.0.2)`),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({
    kind: fc.constant('failed' as const),
    ...subject,
    verb: fc.oneof(verb, fc.constant('prove' as const)),
    error: words,
    hint,
    retryIn: fc.option(spell),
  }),
  fc.record({ kind: fc.constant('lost' as const), ...subject, cause, evidence: anyEvidence, why: words }),
  loop.chain(kind =>
    fc.record({
      kind: fc.constant('loop' as const),
      at,
      container: anyName,
      network: kind === 'restart-loop' ? fc.constant(null) : anyName,
      loop: fc.constant(kind),
      cause: kind === 'restart-loop' ? fc.constant('restarted') : cause,
      source: fc.constantFrom('coolify-redeploy', 'redeploy', 'network-recreated', 'outside-detach', 'outside-restart'),
      count: fc.nat(1000),
      within: spell,
      every: fc.option(spell),
      remedy: words,
    }),
  ),
  loop.chain(kind =>
    fc.record({
      kind: fc.constant('cleared' as const),
      at,
      container: anyName,
      network: kind === 'restart-loop' ? fc.constant(null) : anyName,
      loop: fc.constant(kind),
      quiet: spell,
    }),
  ),
  fc.record({
    kind: fc.constant('warning' as const),
    at,
    container: fc.option(anyName),
    network: fc.option(anyName),
    code: fc.constantFrom('route-moves', 'network-missing', 'lines-lost'),
    message: words,
    hint,
  }),
)
