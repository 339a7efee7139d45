// One full pass after another beside the engine's own answer, in a process of its own: the pass of netheal's sources, with
// its real records. `node bench/pass-process.ts CONFIG SOCKET PAIRS` prints JSON.
import { silentJournal } from '../src/cli/journal.ts'
import { wire } from '../src/cli/wire.ts'
import { loadConfig } from '../src/config/load.ts'
import { pass } from '../src/heal/pass.ts'
import { EngineCalls, readBoth } from './engine-calls.ts'
import { residentOf } from './process-figures.ts'

export interface Passes {
  /** Milliseconds of each pass, and of the engine's own answer right beside it. The first is that of a cold process. */
  readonly passes: readonly number[]
  readonly answers: readonly number[]
  readonly satisfied: number
  /** Calls that were none of the passes'. */
  readonly otherCalls: number
  /** MiB at the end. */
  readonly resident: number
}

const [file, socketPath = '', pairs] = process.argv.slice(2)
const { config } = await loadConfig({ flags: { config: file }, env: {} })
await using wired = await wire(config, { mode: 'daemon', pid: process.pid, journal: silentJournal() })
const { deps, settings } = wired
const { signal } = new AbortController()
const { apiVersion } = await deps.engine.greet(signal)
using calls = new EngineCalls(socketPath)

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const answer = () => timed(() => readBoth(calls, apiVersion))
let satisfied = 0
const onePass = () =>
  timed(async () => {
    const result = await pass(deps, settings, { kind: 'full' }, signal)
    if (result.kind === 'failed') throw result.error
    satisfied = result.plan.satisfied.length
  })

// What reads the answers is loaded: only its reading counts.
await calls.call('GET', '/_ping')
const passes: number[] = []
const answers: number[] = []
for (let i = 0; i < Number(pairs); i++) {
  if (i % 2 === 1) answers.push(await answer())
  passes.push(await onePass())
  if (i % 2 === 0) answers.push(await answer())
}
const otherCalls = 2 + 2 * answers.length
const told: Passes = { passes, answers, satisfied, otherCalls, resident: residentOf(process.pid) }
process.stdout.write(JSON.stringify(told))
