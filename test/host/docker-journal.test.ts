// The engine's log by way of journalctl: a program of the test's own stands for it, and says what journalctl says.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { JournalReading } from '../../src/diagnose/ports.ts'
import { dockerJournal } from '../../src/host/docker-journal.ts'

const OWN = 'a1'.repeat(32)
const OTHER = 'b2'.repeat(32)
const AT = 1_766_000_000_000
const never = new AbortController().signal
const path = process.env.PATH

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netheal-journal-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A `journalctl` that does as the script says; it notes its arguments. */
function journalctl(script: string): void {
  const file = join(folder, 'journalctl')
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' "$*" >>'${folder}/arguments'\n${script}\n`)
  chmodSync(file, 0o755)
  vi.stubEnv('PATH', `${folder}:${path}`)
}

const called = (): readonly string[] => readFileSync(join(folder, 'arguments'), 'utf8').trimEnd().split('\n')

const entry = (at: number, message: unknown): string =>
  JSON.stringify({ __REALTIME_TIMESTAMP: String(at * 1000), MESSAGE: message })

/** Prints these lines, whatever is asked. */
function printing(lines: readonly string[]): void {
  writeFileSync(join(folder, 'output'), `${lines.join('\n')}\n`)
  journalctl(`cat '${folder}/output'`)
}

const read = (over: { readonly timeout?: number; readonly program?: string } = {}): Promise<JournalReading> =>
  dockerJournal({ program: 'journalctl', unit: 'docker.service', timeout: 20_000, ...over }).read([OWN], AT, never)

test('the journal gives the lines about the container, oldest first, and the start of the engine', async () => {
  printing([
    entry(AT + 3_000, `ShouldRestart failed container=${OWN} hasBeenManuallyStopped=true`),
    entry(AT + 2_000, `ShouldRestart failed container=${OTHER} hasBeenManuallyStopped=true`),
    entry(AT + 1_500, [...Buffer.from(`\u001b[31m ${OWN}`)]),
    entry(AT + 1_000, 'level=info msg="Daemon has completed initialization"'),
    entry(AT, null),
    '{"MESSAGE": "torn',
  ])
  expect(await read()).toEqual({
    kind: 'read',
    cut: false,
    lines: [
      { at: AT + 1_000, text: 'level=info msg="Daemon has completed initialization"' },
      { at: AT + 1_500, text: `\u001b[31m ${OWN}` },
      { at: AT + 3_000, text: `ShouldRestart failed container=${OWN} hasBeenManuallyStopped=true` },
    ],
  })
  const [asked] = called()
  expect(asked).toContain('-u docker.service')
  expect(asked).toContain(`--since=@${AT / 1000}`)
  expect(asked).toContain('-o json')
  expect(asked).toContain('--no-pager')
})

test('a quiet engine is a reading without lines, if the journal knows the engine at all', async () => {
  journalctl(`case "$*" in *--since*) ;; *) echo '${entry(AT, 'Starting up')}' ;; esac`)
  expect(await read()).toEqual({ kind: 'read', lines: [], cut: false })
  expect(called()).toHaveLength(2)
})

test.for<readonly [string, string, RegExp]>([
  ['a journal that holds nothing of the engine', 'true', /the journal has nothing from docker\.service/],
  [
    'no permission, said on stderr and ended well',
    'echo "Hint: You are currently not seeing messages from other users and the system." >&2',
    /not seeing messages from other users/,
  ],
  [
    'no permission, ended badly',
    'echo "No journal files were opened due to insufficient permissions." >&2; exit 1',
    /insufficient permissions/,
  ],
  ['another failure', 'exit 3', /journalctl failed \(3\)/],
])('the journal is unseen: %s', async ([, script, why]) => {
  journalctl(script)
  expect(await read()).toEqual({ kind: 'unseen', why: expect.stringMatching(why) })
})

test('the journal is unseen: there is no journalctl', async () => {
  vi.stubEnv('PATH', folder)
  expect(await read()).toEqual({ kind: 'unseen', why: expect.stringMatching(/there is no journalctl/) })
})

test('the journal is unseen: it gives no answer in time, and is ended', async () => {
  journalctl('exec sleep 600')
  expect(await read({ timeout: 300 })).toEqual({
    kind: 'unseen',
    why: expect.stringMatching(/did not answer within 0.3 s/),
  })
})

test('more of the journal than fits: the newest is kept, and the cut is said', async () => {
  journalctl(`echo '${entry(AT, `stop ${OWN}`)}'; exec yes '${entry(AT, 'x'.repeat(2_000))}'`)
  const reading = await read()
  expect(reading).toEqual({ kind: 'read', cut: true, lines: [{ at: AT, text: `stop ${OWN}` }] })
})
