// Polls of what the config names, in a process of its own: of netheal's sources. Each is a pass, as the daemon makes it, and the
// examination beside it, which is measured. `node bench/examine-process.ts CONFIG WARM TIMES` prints JSON.
import { setTimeout as pause } from 'node:timers/promises'
import { silentJournal } from '../src/cli/journal.ts'
import { wire } from '../src/cli/wire.ts'
import { loadConfig } from '../src/config/load.ts'
import { evidenceOf } from '../src/core/evidence.ts'
import { keyOf, pairsOf } from '../src/core/examined-pair.ts'
import type { Observation } from '../src/core/observation.ts'
import { openExaminations } from '../src/heal/examinations.ts'
import { pass } from '../src/heal/pass.ts'

export interface Examined {
  /** Milliseconds of CPU of each. */
  readonly cpu: readonly number[]
  /** Pairs that were proven to have joined, after the last one. */
  readonly joined: number
}

const [file, warm, times] = process.argv.slice(2)
const { config } = await loadConfig({ flags: { config: file }, env: {} })
await using wired = await wire(config, { mode: 'daemon', pid: process.pid, journal: silentJournal() })
const { deps, settings } = wired
const { signal } = new AbortController()
const nothing = (): void => undefined
const examinations = openExaminations(
  { ...deps, patience: 1_000, onFound: nothing, onProven: nothing, onQuiet: async () => undefined },
  signal,
)

async function poll(): Promise<Observation> {
  const result = await pass(deps, settings, { kind: 'full', routine: true }, signal)
  if (result.kind === 'failed') throw result.error
  return result.look
}

let look = await poll()

async function one(): Promise<number> {
  look = await poll()
  const from = process.cpuUsage()
  examinations.begin(look, null)
  await examinations.done()
  const { user, system } = process.cpuUsage(from)
  return (user + system) / 1000
}

for (let n = 0; n < Number(warm); n++) await one()
const cpu: number[] = []
for (let n = 0; n < Number(times); n++) {
  await pause(100)
  cpu.push(await one())
}
const joined = pairsOf(look).filter(p => {
  const known = deps.notebook.examined
  return known.pairs.has(keyOf(p)) && evidenceOf(p.container.id, p.entry, p.network, known).rung !== 'listed'
}).length
process.stdout.write(JSON.stringify({ cpu, joined } satisfies Examined))
