// The table of `npm run test:engines`: what it says, and what it counts as a failure.
import { expect, test } from 'vitest'
import { formatSummary, type Ran } from '../../scripts/test-engines-table.ts'

type Run = Extract<Ran, { kind: 'ran' }>

function ran(name: string, version: string, result: Partial<Run['result']> = {}, code = 0): Run {
  const counts = { passed: 163, failed: 0, skipped: [], apiVersion: '1.41', ...result }
  return { kind: 'ran', name, result: { version, ...counts }, code, seconds: 248, notes: ['docker.io 1'] }
}

test('the table of engines has one line for each, and what it was made of below', () => {
  expect(formatSummary([ran('20.10', '20.10.24+dfsg1'), ran('28', '28.5.2+dfsg4', { apiVersion: '1.51' })])).toEqual({
    ok: true,
    lines: [
      'engine  version         API   passed  failed  skipped  time',
      '20.10   20.10.24+dfsg1  1.41  163     0       0        4 min 8 s',
      '28      28.5.2+dfsg4    1.51  163     0       0        4 min 8 s',
      '',
      '20.10:',
      '  docker.io 1',
      '28:',
      '  docker.io 1',
    ],
  })
})

test('a suite that has moved on is called what it is, and it is said', () => {
  const { lines, ok } = formatSummary([ran('28', '29.1.0+dfsg1')])
  expect(lines[1]).toMatch(/^29 +29\.1\.0\+dfsg1 /)
  expect(lines).toContain('  NOT 28: its suite brings 29.1.0+dfsg1 now; that was tested')
  expect(ok).toBe(true)
})

test('the table of engines names what was skipped', () => {
  const { lines } = formatSummary([ran('26', '26.1.5', { skipped: ['compose > recreate'] })])
  expect(lines[1]).toMatch(/163 +0 +1 /)
  expect(lines).toContain('  skipped: compose > recreate')
})

test.for<[string, Ran, string]>([
  [
    'a test that failed',
    ran('26', '26.1.5', { failed: 1 }, 1),
    '26      26.1.5   1.41  163     1       0        4 min 8 s',
  ],
  [
    'nothing that passed',
    ran('26', '26.1.5', { passed: 0 }),
    '26      26.1.5   1.41  0       0       0        4 min 8 s',
  ],
  [
    'an engine that could not be brought',
    { kind: 'not-brought', name: '26', why: 'apt-get could not read it' },
    '26      NOT BROUGHT: apt-get could not read it',
  ],
  [
    'a run without an end',
    { kind: 'not-run', name: '26', why: 'vitest ended with 1', notes: [] },
    '26      NOT RUN: vitest ended with 1',
  ],
  [
    'something left behind on it',
    ran('26', '26.1.5', {}, 1),
    '26      26.1.5   1.41  163     0       0        4 min 8 s',
  ],
])('%s is a failure, and the others are told all the same', ([, bad, line]) => {
  const { lines, ok } = formatSummary([bad, ran('28', '28.5.2')])
  expect(ok).toBe(false)
  expect(lines[1]).toBe(line)
  expect(lines[2]).toMatch(/^28 /)
})

test('no engine at all is a failure', () => {
  expect(formatSummary([]).ok).toBe(false)
})
