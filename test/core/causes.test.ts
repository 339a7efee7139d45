// The cause before its effects.
import { expect, test } from 'vitest'
import { ranked } from '../../src/core/causes.ts'
import type { Finding, Topic, Verdict } from '../../src/core/finding.ts'

function finding(code: string, topic: Topic, subject: string | null = null, verdict: Verdict = 'wrong'): Finding {
  return { topic, code, verdict, subject, summary: `${code} ${subject}`, evidence: [], remedy: [] }
}

const codes = (findings: readonly Finding[]): readonly string[] =>
  ranked(findings).map(({ finding: f, depth }) => `${'  '.repeat(depth)}${f.code}`)

test('a detached container explains its DNS, that its degraded mode, that the 503', () => {
  const findings = [
    finding('not-ready', 'readiness', 'https://x/health/ready'),
    finding('degraded', 'pools', 'pms-backend'),
    finding('dns-missing', 'networks', 'pms-backend'),
    finding('detached', 'networks', 'pms-backend'),
  ]
  expect(ranked(findings)[0]?.finding.code).toBe('detached')
  expect(ranked(findings).every(({ depth, causes }) => depth === 0 || causes.length > 0)).toBe(true)
  expect(codes(findings)).toHaveLength(4)
})

test("another container's loss explains nothing", () => {
  const [, second] = ranked([
    finding('detached', 'networks', 'other'),
    finding('dns-missing', 'networks', 'pms-backend'),
  ])
  expect(second?.depth).toBe(0)
})

test('wrong, unseen, note, well; each finding once', () => {
  const all = [
    finding('a', 'loops', null, 'well'),
    finding('b', 'pools', null, 'unseen'),
    finding('c', 'automation', null, 'note'),
    finding('d', 'netheal'),
  ]
  expect(codes(all)).toEqual(['d', 'b', 'c', 'a'])
})
