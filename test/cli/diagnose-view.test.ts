// The screen that an operator gets: what comes first, and that many containers do not drown it.
import { describe, expect, test } from 'vitest'
import { renderDiagnosis } from '../../src/cli/diagnose/view.ts'
import { ranked } from '../../src/diagnose/rules/causes.ts'
import type { Finding, Topic, Verdict } from '../../src/diagnose/rules/finding.ts'

const PLAIN = { isTerminal: false, color: false }

function finding(code: string, topic: Topic, verdict: Verdict, subject: string | null, over: Partial<Finding> = {}) {
  const summary = `${subject} ${code}`
  return { topic, code, verdict, subject, summary, evidence: ['a line'], remedy: ['a step'], ...over }
}

function screen(findings: readonly Finding[]): string {
  const wrong = findings.some(f => f.verdict === 'wrong')
  return renderDiagnosis({ at: 0, subjects: [], findings: ranked(findings), wrong }, PLAIN)
}

const sixty = Array.from({ length: 60 }, (_, i) => `app-${i + 1}`)

describe('sixty containers', () => {
  test('sixty containers that are all off their network: each is named, and what to do stands there once or twice', () => {
    const text = screen(sixty.map(name => finding('detached', 'networks', 'wrong', name)))
    for (const name of sixty) expect(text).toContain(`${name} detached`)
    expect(text.match(/a step/g)).toHaveLength(2)
    expect(text).toContain('60 WRONG')
    expect(text).toMatch(/^3 WRONG networks +app-3 detached \(as 1\)$/m)
    expect(text.split('\n').length).toBeLessThan(75)
  })

  test('sixty containers that could not be seen are named without a number', () => {
    const text = screen(sixty.map(name => finding('dns-unproven', 'networks', 'unseen', name)))
    expect(text).toMatch(/^UNSEEN +networks +app-60 dns-unproven \(as above\)$/m)
  })

  test('of sixty containers the same is worth knowing: one line says of how many', () => {
    const text = screen(sixty.map(name => finding('no-pool-lines', 'pools', 'note', name)))
    expect(text.split('\n').length).toBeLessThan(8)
    expect(text).toContain('the same for 58 more: see --json')
  })

  test('three findings of a kind are told in full', () => {
    const text = screen(sixty.slice(0, 3).map(name => finding('detached', 'networks', 'wrong', name)))
    expect(text.match(/a step/g)).toHaveLength(3)
  })
})

describe('the first line', () => {
  test.for([
    [[finding('attached', 'networks', 'well', 'a')], 'Nothing is wrong.'],
    [[finding('container-stopped', 'networks', 'note', 'a')], 'a is not running; nothing else is wrong.'],
    [
      [finding('container-stopped', 'networks', 'note', 'a'), finding('container-missing', 'networks', 'note', 'b')],
      'a is not running, b does not exist; nothing else is wrong.',
    ],
    [
      sixty.map(name => finding('container-stopped', 'networks', 'note', name)),
      'app-1, app-2 and 58 more containers are not running; nothing else is wrong.',
    ],
    [
      [finding('nobody-asked', 'networks', 'unseen', null)],
      'No container was checked; nothing else is wrong as far as could be checked; one thing could not be checked.',
    ],
    [[finding('detached', 'networks', 'wrong', 'a')], 'One thing is wrong: a detached.'],
    [
      [finding('detached', 'networks', 'wrong', 'a'), finding('container-stopped', 'networks', 'note', 'b')],
      'One thing is wrong: a detached; b is not running.',
    ],
  ] as const)('the first line of diagnose, of %j', ([findings, line]) => {
    expect(screen(findings).split('\n')[0]).toBe(line)
  })
})
