/**
 * Does each claim of SECURITY.md have a test that can say no? A copy of the code is changed in one way after another
 * (security-mutations-table.ts), and the test that the claim names must turn red for it. `npm run test:faults` has this in it; that
 * each claim is in the table, and each change still possible, is looked at by test/security-claims.test.ts.
 * Run it as root: some claims are about root.
 */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MUTATIONS, type Mutation } from './security-mutations-table.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** A test of a kind that takes this long by itself: one that stays green is given up after it. */
const PATIENCE = 300_000

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
  // A build of the package asks git for the time of the commit otherwise.
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1767225600' }
  const options = { cwd: copy, maxBuffer: 64 * 1024 * 1024, timeout: PATIENCE, env }
  return new Promise(resolve => {
    rmSync(report, { force: true })
    execFile(process.execPath, argv, options, () => {
      if (!existsSync(report)) return resolve({ passed: 0, failed: 0 })
      const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
      resolve({ passed: numPassedTests, failed: numFailedTests })
    })
  })
}

const greens = new Map<string, Promise<Run>>()

/** Without a mutation: asked once for all that name the same test. */
function greenOf(copy: string, { test, title }: Mutation): Promise<Run> {
  const key = `${test} ${title}`
  const run = greens.get(key) ?? runOf(copy, { test, title })
  greens.set(key, run)
  return run
}

/** Null: it turned red. Else why this mutation holds nothing. */
async function survives(copy: string, mutation: Mutation): Promise<string | null> {
  const path = join(copy, mutation.file)
  const text = readFileSync(path, 'utf8')
  const before = await greenOf(copy, mutation)
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

async function main(): Promise<void> {
  const [only] = process.argv.slice(2)
  const copy = mkdtempSync(join(tmpdir(), 'netheal-mutations-'))
  const problems: string[] = []
  try {
    for (const name of readdirSync(root).filter(it => it !== '.git'))
      cpSync(join(root, name), join(copy, name), { recursive: true, verbatimSymlinks: true })
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
