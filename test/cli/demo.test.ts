// The demo: what it shows happened, and it says so when it did not.
import { describe, expect, test } from 'vitest'
import { demo } from '../../src/cli/demo/demo.ts'
import type { ProcessIo } from '../../src/cli/process-io.ts'

function fakeHost(): { readonly host: ProcessIo; readonly text: () => string } {
  let text = ''
  const plain = { isTerminal: false, color: false }
  const never = new AbortController().signal
  const host: ProcessIo = {
    env: {},
    pid: 1,
    out: some => {
      text += some
    },
    err: () => undefined,
    stdout: plain,
    stderr: plain,
    signals: { stop: never, abort: never, onReload: () => undefined },
  }
  return { host, text: () => text }
}

describe('netheal demo', () => {
  test('netheal demo tells the whole story, plain when piped, and every claim holds', async () => {
    const { host, text } = fakeHost()
    expect(await demo(host, {})).toBe(0)
    const lines = text().split('\n')
    expect(lines.filter(l => l.startsWith('  NO '))).toEqual([])
    expect(lines.filter(l => l.startsWith('  yes')).length).toBe(12)
    for (const word of ['FIXING', 'ACTION', 'SUCCESS', 'LOOP']) expect(text()).toContain(`UTC] ${word}: `)
    expect(text()).toContain('(cause: replaced)')
    expect(text()).toContain('OK: Daily heartbeat - pms-backend and pms-worker-v2 healthy (proven: named)')
    expect(text()).not.toContain('\u001b')
  })

  test('netheal demo says as JSON what held, and the log lines', async () => {
    const { host, text } = fakeHost()
    expect(await demo(host, { json: true })).toBe(0)
    const said = JSON.parse(text())
    expect(said.ok).toBe(true)
    expect(said.claims.every((c: { holds: boolean }) => c.holds)).toBe(true)
    expect(said.log.some((l: string) => l.includes('LOOP'))).toBe(true)
  })

  test('netheal demo exits 1 and says which claim failed when the engine does not do what it says', async () => {
    const { host, text } = fakeHost()
    const code = await demo(
      host,
      {},
      {
        longest: 2_000,
        prepare: stage => {
          stage.engine.engine.hollowConnects = 1_000
        },
      },
    )
    expect(code).toBe(1)
    expect(text()).toContain('  NO ')
    expect(text()).toContain('Some claims do not hold.')
  })
})
