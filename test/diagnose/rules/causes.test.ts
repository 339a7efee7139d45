// The cause before its effects.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ranked } from '../../../src/diagnose/rules/causes.ts'
import type { Finding, Topic, Verdict } from '../../../src/diagnose/rules/finding.ts'

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

test('a question that nobody configured explains nothing', () => {
  const [first] = ranked([
    finding('database-unconfigured', 'database', null, 'note'),
    finding('degraded', 'pools', 'pms-backend'),
  ])
  expect(first).toMatchObject({ finding: { code: 'degraded' }, causes: [] })
})

test('what an old engine or Podman cannot do explains nothing', () => {
  for (const code of ['engine-old', 'engine-limits']) {
    const notes = [finding(code, 'netheal', null, 'note')]
    for (const effect of ['healer-dead', 'heartbeat-old', 'pass-failed'])
      expect(ranked([...notes, finding(effect, 'netheal')])[0]).toMatchObject({ finding: { code: effect }, causes: [] })
  }
})

test("another container's loop is not under this one's loss", () => {
  const [first, second] = ranked([
    finding('detach-loop', 'loops', 'pms-worker-v2'),
    finding('detached', 'networks', 'pms-backend'),
  ])
  expect([first?.depth, second?.depth]).toEqual([0, 0])
  expect(
    codes([finding('detach-loop', 'loops', 'pms-backend'), finding('detached', 'networks', 'pms-backend')]),
  ).toEqual(['detach-loop', '  detached'])
})

test('an engine that cannot be reached comes first, before a job of the host that explains more', () => {
  const findings = [
    finding('restart-loop', 'loops', 'pms-backend'),
    finding('restart-loop', 'loops', 'pms-worker-v2'),
    finding('automation-restarts', 'automation', '/etc/cron.d/backup'),
    finding('engine-unreachable', 'netheal'),
    finding('pass-failed', 'netheal'),
  ]
  expect(codes(findings)).toEqual([
    'engine-unreachable',
    '  pass-failed',
    'automation-restarts',
    '  restart-loop',
    '  restart-loop',
  ])
})

test('a network that two containers miss is one root, and two networks are two', () => {
  const empty = (subject: string, network: string): Finding => ({
    ...finding('network-empty', 'networks', subject),
    remedy: [`start the stack of ${network}`],
  })
  const one = [
    empty('pms-backend', 'stack'),
    empty('pms-worker-v2', 'stack'),
    finding('dns-missing', 'networks', 'pms-worker-v2'),
  ]
  expect(codes(one)).toEqual(['network-empty', '  network-empty', '    dns-missing'])
  expect(codes([empty('pms-backend', 'stack'), empty('pms-worker-v2', 'other')])).toEqual([
    'network-empty',
    'network-empty',
  ])
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

test('every code that a cause or an effect names is one that a topic can find', () => {
  const known = codesInSources()
  const named = [...codesNamed()].filter(code => !code.endsWith('*'))
  expect(named.filter(code => !known.has(code))).toEqual([])
  for (const start of [...codesNamed()].filter(code => code.endsWith('*')).map(code => code.slice(0, -1)))
    expect([...known].some(code => code.startsWith(start))).toBe(true)
})

/** Each word in quotes in the files that answer: the codes are among them. */
function codesInSources(): Set<string> {
  const folders = ['diagnose', 'core'].map(name => fileURLToPath(new URL(`../../../src/${name}`, import.meta.url)))
  const files = folders.flatMap(folder =>
    readdirSync(folder, { recursive: true }).map(name => join(folder, String(name))),
  )
  const texts = files.filter(f => f.endsWith('.ts') && !f.endsWith('causes.ts')).map(f => readFileSync(f, 'utf8'))
  return new Set(
    texts.flatMap(text => [...text.matchAll(/['`]([a-z]+(?:-[a-z]+)*)['`]/g)].map(match => match[1] ?? '')),
  )
}

function codesNamed(): Set<string> {
  const text = readFileSync(fileURLToPath(new URL('../../../src/diagnose/rules/causes.ts', import.meta.url)), 'utf8')
  const table = text.slice(text.indexOf('/** Off the network'), text.indexOf('/** Worst first'))
  return new Set([...table.matchAll(/'([a-z-]+\*?)'/g)].map(match => match[1] ?? ''))
}
