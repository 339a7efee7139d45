/**
 * `npm run bench` itself, on the simulated engine: the shape of what it prints, and what it leaves behind. It takes a minute,
 * and says nothing about netheal: `npm run test:bench`, not `npm test`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const main = fileURLToPath(new URL('../../bench/main.ts', import.meta.url))
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** With `stopAt`, it is sent a SIGINT as soon as it says that. */
async function bench(args: readonly string[], stopAt: string | null = null): Promise<Ended> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    env: { PATH: process.env.PATH, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stdout = text(child.stdout)
  let stderr = ''
  let stopped = false
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    // Once: a second one could meet it at its very end, when it listens to none any more.
    if (stopped || stopAt === null || !stderr.includes(stopAt)) return
    stopped = child.kill('SIGINT')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout: await stdout, stderr }
}

/** Processes that still have the folder in their command line or environment: nothing else does. */
function leftBehind(): string[] {
  return readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && Number(pid) !== process.pid && mentions(pid, folder))
}

function mentions(pid: string, what: string): boolean {
  try {
    return ['cmdline', 'environ'].some(file => readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(what))
  } catch {
    return false
  }
}

interface Told {
  readonly version: number
  readonly quick: boolean
  readonly machine: { readonly cores: number; readonly engine: unknown }
  readonly rows: readonly {
    readonly row: number
    readonly kind: string
    readonly why?: string
    readonly lines: readonly {
      readonly what: string
      readonly measured: { readonly value: number; readonly unit: string }
      readonly against: { readonly value: number; readonly what: string }
      readonly ratio: { readonly min: number; readonly median: number; readonly max: number }
      readonly runs: number
      readonly verdict: string
      readonly budget: string | null
    }[]
  }[]
}

test('pass start --quick --json: figures, ratios, verdicts, and nothing left behind', {
  timeout: 240_000,
}, async () => {
  const { code, stdout, stderr } = await bench(['pass', 'start', '--quick', '--json'])
  expect(stderr).not.toContain('broke')
  expect(code).toBe(0)
  const told = JSON.parse(stdout) as Told
  expect(told).toMatchObject({ version: 2, quick: true, machine: { engine: null } })
  expect(told.rows.map(({ row, kind }) => [row, kind])).toEqual([
    [5, 'measured'],
    [7, 'measured'],
  ])
  const lines = told.rows.flatMap(row => row.lines)
  for (const { measured, against, ratio, runs, verdict, budget } of lines) {
    for (const value of [measured.value, against.value, ratio.min, ratio.median, ratio.max])
      expect(value).toEqual(expect.any(Number))
    expect(ratio.min).toBeLessThanOrEqual(ratio.median)
    expect(ratio.median).toBeLessThanOrEqual(ratio.max)
    expect(runs).toBeGreaterThan(0)
    expect(budget === null).toBe(verdict === 'no budget')
  }
  // What is counted, not timed: two calls a pass, however many containers there are.
  const calls = lines.filter(line => line.what.endsWith('containers: calls'))
  expect(calls.map(line => [line.what, line.measured.value, line.verdict])).toEqual([
    ['100 containers: calls', 2, 'met'],
    ['1,000 containers: calls', 2, 'met'],
    ['10,000 containers: calls', 2, 'met'],
  ])
  expect(lines.filter(line => line.budget?.includes('300 ms'))).toHaveLength(2)
  expect(lines.filter(line => line.what.startsWith('time: '))).toHaveLength(5)
  expect(readdirSync(folder)).toEqual([])
  expect(leftBehind()).toEqual([])
})

test('stopped in the middle, it takes away what it made', { timeout: 120_000 }, async () => {
  const { code, stdout, stderr } = await bench(['storm', '--quick'], 's of calm')
  expect(stderr).toContain('taking away what was made')
  expect(code).toBe(130)
  expect(stdout).toContain('budgets: 0 met')
  expect(readdirSync(folder)).toEqual([])
  expect(leftBehind()).toEqual([])
})

test('a mistake in the arguments ends with 2 and the usage', async () => {
  const { code, stdout, stderr } = await bench(['8'])
  expect(code).toBe(2)
  expect(stderr).toContain('8 is no row')
  expect(stderr).toContain('usage: npm run bench')
  expect(stdout).toBe('')
})
