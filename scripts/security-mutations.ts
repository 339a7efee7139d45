/**
 * Does each claim of SECURITY.md have a test that can say no? A copy of the code is changed in one way after another
 * (security-mutations-table.ts), and the test that the claim names must turn red for it. `npm run test:faults` ends with this.
 * Run it as root: some claims are about root.
 */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ELSEWHERE, MUTATIONS, type Mutation } from './security-mutations-table.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const KEPT = [
  'src',
  'test',
  'scripts',
  'docs',
  'package.json',
  'tsconfig.json',
  'README.md',
  'SECURITY.md',
  'CHANGELOG.md',
]

const CONFIG = `
import { defineConfig } from 'vitest/config'
export default defineConfig({
  define: { __NETHEAL_VERSION__: '"0.1.0"', __NETHEAL_COMMIT__: '"test"', __NETHEAL_ENGINES__: '">=22.12"' },
  test: { pool: 'forks', maxWorkers: 1, testTimeout: 60_000, hookTimeout: 60_000 },
})
`

interface Run {
  readonly passed: number
  readonly failed: number
}

/** `%s` of a title stands for anything. */
function patternOf(title: string): string {
  return title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/%[sj]/g, '.*')
}

function runOf(copy: string, { test, title }: Pick<Mutation, 'test' | 'title'>): Promise<Run> {
  const vitest = join(copy, 'node_modules/vitest/vitest.mjs')
  const report = join(copy, 'report.json')
  const argv = [vitest, 'run', `test/${test}`, '-t', patternOf(title), '--reporter=json', `--outputFile=${report}`]
  const options = { cwd: copy, maxBuffer: 64 * 1024 * 1024, timeout: 300_000 }
  return new Promise(resolve => {
    rmSync(report, { force: true })
    execFile(process.execPath, argv, options, () => {
      if (!existsSync(report)) return resolve({ passed: 0, failed: 0 })
      const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
      resolve({ passed: numPassedTests, failed: numFailedTests })
    })
  })
}

/** Null: it turned red. Else why this mutation holds nothing. */
async function survives(copy: string, mutation: Mutation): Promise<string | null> {
  const path = join(copy, 'src', mutation.file)
  const text = readFileSync(path, 'utf8')
  if (text.split(mutation.from).length !== 2) return 'what is to be changed does not stand there once'
  const before = await runOf(copy, mutation)
  if (before.passed === 0 || before.failed > 0) return 'its test is not green without it'
  writeFileSync(
    path,
    text.replace(mutation.from, () => mutation.to),
  )
  try {
    const { failed, passed } = await runOf(copy, mutation)
    return failed > 0 ? null : passed > 0 ? 'its test stays green' : 'its test could not be run'
  } finally {
    writeFileSync(path, text)
  }
}

/** The rows of SECURITY.md that no mutation is about. */
function uncovered(): readonly string[] {
  const rows = readFileSync(join(root, 'SECURITY.md'), 'utf8')
    .split('\n')
    .filter(line => line.startsWith('| ') && line.includes('.test.ts`'))
  const isHeld = (row: string): boolean =>
    MUTATIONS.some(m => row.includes(`\`${m.test}\` "${m.title}"`)) ||
    ELSEWHERE.some(test => row.includes(`\`${test}\``))
  return rows.filter(row => !isHeld(row)).map(row => row.split(' | ')[0]?.slice(2) ?? row)
}

async function main(): Promise<void> {
  const [only] = process.argv.slice(2)
  const copy = mkdtempSync(join(tmpdir(), 'netheal-mutations-'))
  const problems = uncovered().map(claim => `no mutation is about: ${claim}`)
  try {
    for (const name of KEPT) cpSync(join(root, name), join(copy, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    writeFileSync(join(copy, 'vitest.config.ts'), CONFIG)
    for (const mutation of MUTATIONS.filter(m => only === undefined || m.file.includes(only))) {
      const why = await survives(copy, mutation)
      const what = `${mutation.file}: ${mutation.from.split('\n')[0]}`
      process.stdout.write(`${why === null ? 'red ' : 'HELD BY NOTHING '} ${what}${why === null ? '' : ` (${why})`}\n`)
      if (why !== null) problems.push(`${what}: ${why}`)
    }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exitCode = problems.length === 0 ? 0 : 1
}

await main()
