// One examination after another of what the config names, a second apart as far as the figures are concerned, in a process of its
// own: of netheal's sources. `node bench/examine-process.ts CONFIG WARM TIMES` prints JSON.
import { setTimeout as pause } from 'node:timers/promises'
import { silentJournal } from '../src/cli/journal.ts'
import { wire } from '../src/cli/wire.ts'
import { loadConfig } from '../src/config/load.ts'
import { evidenceOf } from '../src/core/evidence.ts'
import { keyOf, pairsOf } from '../src/core/examined-pair.ts'
import { examine } from '../src/heal/examine.ts'
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
const result = await pass(deps, settings, { kind: 'full' }, signal)
if (result.kind === 'failed') throw result.error
const { look } = result

async function one(): Promise<number> {
  const from = process.cpuUsage()
  deps.notebook.examined = await examine(
    look,
    deps,
    { known: deps.notebook.examined, only: null, patience: 1_000 },
    signal,
  )
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
