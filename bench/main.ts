// `npm run bench`: every promise that has a figure, measured on this machine, each against something in the same run.
//   npm run bench -- --help says which rows and options there are; NETHEAL_TEST_DOCKER_HOST=unix://... names an engine
// Exit code 0, also where a budget is not met; 1 when a row broke, 2 for a mistake in the arguments, 130 when stopped.
import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generations } from '../test/support/engine-generations.ts'
import { type Arguments, argumentsOf, usage } from './arguments.ts'
import { CannotRun } from './cannot-run.ts'
import type { Context, Row } from './context.ts'
import { full, quick } from './counts.ts'
import { type BenchEngine, openEngine } from './engine.ts'
import { jsonText } from './json.ts'
import type { RowResult } from './line.ts'
import { thisMachine } from './machine.ts'
import { installProgram } from './program.ts'
import { detach } from './rows/detach.ts'
import { examine } from './rows/examine.ts'
import { fullPass } from './rows/full-pass.ts'
import { healthy } from './rows/healthy.ts'
import { idle } from './rows/idle.ts'
import { prove } from './rows/prove.ts'
import { replacement } from './rows/replacement.ts'
import { start } from './rows/start.ts'
import { storm } from './rows/storm.ts'
import { markdownTable, type Report, textTable } from './table.ts'

const rows: readonly Row[] = [detach, replacement, healthy, idle, fullPass, storm, start, examine, prove]

const engines = generations.map(it => it.name)

const texts = { text: textTable, json: jsonText, markdown: markdownTable }

const say = (line: string): void => void process.stderr.write(`bench: ${line}\n`)

async function measured(row: Row, context: Context): Promise<RowResult> {
  const { number, title } = row
  const name = { number, title }
  context.say(`row ${number}: ${title}`)
  const since = performance.now()
  try {
    const { lines, notes } = await row.measure(context)
    return { kind: 'measured', row: name, seconds: Math.round((performance.now() - since) / 1000), lines, notes }
  } catch (error) {
    if (context.signal.aborted) throw error
    if (error instanceof CannotRun) return { kind: 'not run', row: name, why: error.message }
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
    say(`row ${number} broke: ${why}`)
    return { kind: 'broken', row: name, why }
  }
}

/** Whatever ends it, nothing is left: containers, networks, processes and folders go in the reverse of their order. */
async function bench(
  { wanted, quick: few, compose, count, engine: named }: Arguments<Row>,
  signal: AbortSignal,
): Promise<Report> {
  const machine = thisMachine()
  const results: RowResult[] = []
  let opening: Promise<BenchEngine> | null = null
  const engine = (): Promise<BenchEngine> => {
    opening ??= openEngine(say, generations.find(it => it.name === named) ?? null)
    return opening
  }
  const counts = few ? quick : full
  const context: Context = {
    ...{ signal, say, engine, compose },
    counts: count === null ? counts : { ...counts, replacements: count },
  }
  try {
    for (const row of wanted) results.push(await measured(row, context))
  } catch (error) {
    if (!signal.aborted) throw error
  }
  const opened = await (opening as Promise<BenchEngine> | null)?.catch(() => null)
  await opened?.[Symbol.asyncDispose]()
  return { machine: { ...machine, engine: opened?.words ?? null }, quick: few, rows: results }
}

async function main(argv: readonly string[]): Promise<number> {
  let wanted: Arguments<Row>
  try {
    wanted = argumentsOf(argv, rows, engines)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    process.stderr.write(`bench: ${error.message}\n${usage(rows, engines)}`)
    return 2
  }
  if (wanted.help) {
    process.stdout.write(usage(rows, engines))
    return 0
  }
  // What points this shell at an engine or a config must not reach what is measured.
  for (const name of Object.keys(process.env))
    if (/^(DOCKER_|NETHEAL_(?!TEST_)|NODE_OPTIONS$)/.test(name)) delete process.env[name]
  // Everything that is written goes into one folder.
  const folder = mkdtempSync(join(tmpdir(), 'netheal-bench-'))
  process.env.TMPDIR = folder
  installProgram()
  const stop = new AbortController()
  setMaxListeners(0, stop.signal)
  const end = (why: unknown): void => {
    say(stop.signal.aborted ? 'still taking away what was made' : 'taking away what was made')
    stop.abort(why)
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => end(name))
  // A bug; but even that leaves nothing behind.
  for (const name of ['uncaughtException', 'unhandledRejection'] as const) process.on(name, error => end(error))
  try {
    const report = await bench(wanted, stop.signal)
    const text = texts[wanted.output](report)
    process.stdout.write(text)
    if (stop.signal.reason instanceof Error) throw stop.signal.reason
    if (stop.signal.aborted) return 130
    return report.rows.some(row => row.kind === 'broken') ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

process.exitCode = await main(process.argv.slice(2))
