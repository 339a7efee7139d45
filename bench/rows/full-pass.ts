// Row 5: a full pass over many containers, a tenth of them members, beside the engine's own answer to the same two calls.
import { fileURLToPath } from 'node:url'
import { fullPassCalls, fullPassTime, noBudget } from '../budgets.ts'
import { run } from '../command.ts'
import type { Context, Row } from '../context.ts'
import { EngineCalls, readBoth } from '../engine-calls.ts'
import { type Installed, install } from '../installed.ts'
import type { Line, Unit } from '../line.ts'
import type { Passes } from '../pass-process.ts'
import { daemonFlags } from '../program.ts'
import { members, type SimulatedEngine, simulatedEngine, stack } from '../simulated-engine.ts'
import { median, pairDifferences, pairRatios, spreadOf } from '../statistics.ts'

const script = fileURLToPath(new URL('../pass-process.ts', import.meta.url))

export const fullPass: Row = {
  number: 5,
  name: 'pass',
  title: 'a full pass, a tenth of the containers under a rule (simulated engine)',
  async measure(context) {
    const all: Seen[] = []
    for (const size of context.counts.passes) all.push(await seen(context, size))
    return {
      lines: [...all.flatMap(linesOf), ...growth(all)],
      notes: [
        'beside: what the pass takes longer than reading the same two answers and doing nothing with them; its records are in it',
        'the first pass is that of a cold process with a state file, as `once` and a starting daemon make it',
        'the very first is that of a new installation: each attachment that it has never seen is inspected once',
      ],
    }
  },
}

type Size = Context['counts']['passes'][number]

interface Seen {
  readonly containers: number
  /** The very first pass of a new installation, with nothing remembered. */
  readonly newcomer: Told
  /** Cold processes with a state file, of one pass each. */
  readonly colds: readonly Passes[]
  readonly told: Told
}

interface Told {
  readonly passes: Passes
  readonly callsPerPass: number
}

async function seen(context: Context, { containers, pairs, colds }: Size): Promise<Seen> {
  context.say(`${containers} containers, ${colds} cold passes and ${pairs} more`)
  const wanted = containers / 10
  await using simulator = await simulatedEngine({ containers, members: wanted }, context.signal)
  await using netheal = await install(simulator.socketPath, {
    attachments: [{ containers: [members], network: stack }],
  })
  const newcomer = await passesOf(context, simulator, netheal, 1)
  const first: Passes[] = []
  for (let i = 0; i < colds; i++) first.push((await passesOf(context, simulator, netheal, 1)).passes)
  const told = await passesOf(context, simulator, netheal, pairs)
  for (const passes of [newcomer.passes, ...first, told.passes])
    if (passes.satisfied !== wanted) throw new Error(`${passes.satisfied} of ${wanted} attachments were seen`)
  return { containers, newcomer, colds: first, told }
}

async function passesOf(
  { signal }: Context,
  simulator: SimulatedEngine,
  netheal: Installed,
  pairs: number,
): Promise<Told> {
  // The engine's code warms up, too: that is not netheal's to pay. From here: what is read would be garbage in a process that
  // is to be as cold as one that starts.
  using calls = new EngineCalls(simulator.socketPath)
  for (let i = 0; i < 3; i++) await readBoth(calls, '1.44')
  await simulator.ask('calls', null)
  const argv = [process.execPath, ...daemonFlags(), '--disable-warning=ExperimentalWarning', script]
  const { stdout } = await run(
    { argv: [...argv, netheal.configFile, simulator.socketPath, String(pairs)], env: netheal.env },
    signal,
  )
  const asked = await simulator.ask('calls', null)
  const passes = JSON.parse(stdout) as Passes
  return { passes, callsPerPass: (asked - passes.otherCalls) / pairs }
}

function linesOf({
  containers,
  newcomer,
  colds,
  told: {
    passes: { passes, answers },
    callsPerPass,
  },
}: Seen): Line[] {
  const extra = pairDifferences(passes, answers)
  const firstAnswers = colds.flatMap(it => it.answers)
  const firsts = pairDifferences(
    colds.flatMap(it => it.passes),
    firstAnswers,
  )
  const warm = extra.slice(1)
  const name = `${containers.toLocaleString('en-US')} containers`
  return [
    {
      what: `${name}: calls`,
      measured: { value: callsPerPass, unit: 'calls' },
      against: { what: 'two inspects a container under a rule', figure: { value: containers / 5, unit: 'calls' } },
      ratio: spreadOf([callsPerPass / (containers / 5)]),
      runs: passes.length,
      verdict: fullPassCalls(callsPerPass),
    },
    {
      what: `${name}: beside the engine's answer (p50)`,
      measured: { value: median(warm), unit: 'ms' },
      against: { what: "the engine's answer", figure: { value: median(answers.slice(1)), unit: 'ms' } },
      ratio: pairRatios(warm, answers.slice(1)),
      runs: warm.length,
      verdict: fullPassTime(containers, median(warm)),
    },
    {
      what: `${name}: the first pass, beside (p50)`,
      measured: { value: median(firsts), unit: 'ms' },
      against: { what: "the engine's answer", figure: { value: median(firstAnswers), unit: 'ms' } },
      ratio: pairRatios(firsts, firstAnswers),
      runs: firsts.length,
      verdict: fullPassTime(containers, median(firsts)),
    },
    {
      what: `${name}: calls of the very first`,
      measured: { value: newcomer.callsPerPass, unit: 'calls' },
      against: { what: 'a later one', figure: { value: callsPerPass, unit: 'calls' } },
      ratio: spreadOf([newcomer.callsPerPass / callsPerPass]),
      runs: 1,
      verdict: noBudget,
    },
  ]
}

/** From each size to the next, ten times as large. */
function growth(all: readonly Seen[]): Line[] {
  const time = ({ told: { passes } }: Seen): number => median(pairDifferences(passes.passes, passes.answers).slice(1))
  return all.slice(1).flatMap((larger, i) => {
    const smaller = all[i] ?? larger
    const line = (what: string, unit: Unit, figure: (seen: Seen) => number): Line => ({
      what: `${larger.containers.toLocaleString('en-US')} containers: growth of ${what}`,
      measured: { value: figure(larger), unit },
      against: {
        what: `${smaller.containers.toLocaleString('en-US')} containers`,
        figure: { value: figure(smaller), unit },
      },
      ratio: spreadOf([figure(larger) / figure(smaller)]),
      runs: larger.told.passes.passes.length - 1,
      verdict: noBudget,
    })
    return [line('the time beside', 'ms', time), line('the memory', 'MiB', seen => seen.told.passes.resident)]
  })
}
