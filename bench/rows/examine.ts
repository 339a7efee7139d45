// Row 8: what it costs to believe no entry: an examination (docs/design.md, "The ladder of evidence", rungs 1 to 3) of two
// containers on a real engine, beside a poll's pass, reckoned for a day of an idle daemon; and a poll's calls over a thousand
// attachments on ten networks.
import { fileURLToPath } from 'node:url'
import { Box } from '../box.ts'
import { examineCalls, examineCpu } from '../budgets.ts'
import { run } from '../command.ts'
import type { Context, Row } from '../context.ts'
import type { Examined } from '../examine-process.ts'
import { type Installed, install } from '../installed.ts'
import type { Line } from '../line.ts'
import { daemonFlags } from '../program.ts'
import { simulatedEngine } from '../simulated-engine.ts'
import { mean, spreadOf } from '../statistics.ts'

const script = fileURLToPath(new URL('../examine-process.ts', import.meta.url))
const pollsADay = 720
const many = { attachments: 1_000, networks: 10 }
/** Statistics of containers, at most. */
const statistics = 20

export const examine: Row = {
  number: 8,
  name: 'examine',
  title: 'what rungs 1 to 3 of the ladder of evidence add',
  async measure(context) {
    return {
      lines: [...(await cpuLines(context)), await callsLine(context)],
      notes: [
        `CPU: netheal's own, of what a poll does after its pass; a day is ${pollsADay} polls. On the engine's host (in its network namespace) the wire tells of the interfaces, elsewhere each container's statistics`,
      ],
    }
  },
}

interface Wanted {
  readonly warm: number
  readonly times: number
  /** Put in front of the command. */
  readonly through?: readonly string[]
}

async function examined(
  { signal }: Context,
  netheal: Installed,
  { warm, times, through = [] }: Wanted,
): Promise<Examined> {
  const argv = [...through, process.execPath, ...daemonFlags(), '--disable-warning=ExperimentalWarning', script]
  const { stdout } = await run(
    { argv: [...argv, netheal.configFile, String(warm), String(times)], env: netheal.env },
    signal,
  )
  return JSON.parse(stdout) as Examined
}

async function cpuLines(context: Context): Promise<readonly Line[]> {
  const { warm, times } = context.counts.examinations
  const engine = await context.engine()
  await using box = new Box(engine)
  const stack = await box.network('stack')
  const made = await Promise.all([0, 1].map(() => box.container('examined', { networks: [stack.name] })))
  const names = made.map(it => it.name)
  await using netheal = await install(engine.socketPath, {
    attachments: [{ containers: names, network: stack.name }],
  })
  context.say(`${warm} polls, and ${times} more that are measured`)
  const lines: Line[] = []
  for (const [where, through] of [
    ["on the engine's host", engine.inside],
    ['elsewhere', []],
  ] as const)
    lines.push(cpuLine(where, await examined(context, netheal, { warm, times, through }), names.length))
  return lines
}

function cpuLine(where: string, { cpu, joined }: Examined, containers: number): Line {
  if (joined !== containers) throw new Error(`${joined} of ${containers} containers were proven to have joined`)
  const aDay = (mean(cpu) * pollsADay) / 1000
  return {
    what: `CPU a day, two containers, ${where}`,
    measured: { value: aDay, unit: 's a day' },
    against: { what: 'the budget', figure: { value: 1, unit: 's a day' } },
    ratio: spreadOf(cpu.map(ms => (ms * pollsADay) / 1000)),
    runs: cpu.length,
    verdict: examineCpu(aDay),
  }
}

async function callsLine({ signal, say, ...context }: Context): Promise<Line> {
  say(`${many.attachments} attachments on ${many.networks} networks (simulated engine)`)
  await using simulator = await simulatedEngine({ containers: 1, members: 0 }, signal)
  await simulator.ask('furnishMany', many)
  await using netheal = await install(simulator.socketPath, {
    attachments: Array.from({ length: many.networks }, (_, n) => ({
      containers: [`many-${n}-*`],
      network: `many-net-${n}`,
    })),
  })
  const times = 5
  // The pass before the first one learns the host: its inspects are of a new installation.
  await examined({ signal, say, ...context }, netheal, { warm: 0, times: 0 })
  await simulator.ask('calls', null)
  await examined({ signal, say, ...context }, netheal, { warm: 0, times: 0 })
  const idle = await simulator.ask('calls', null)
  await examined({ signal, say, ...context }, netheal, { warm: 0, times })
  const calls = ((await simulator.ask('calls', null)) - idle) / times
  return {
    what: `calls a poll, ${many.attachments.toLocaleString('en-US')} attachments on ${many.networks} networks`,
    measured: { value: calls, unit: 'calls' },
    against: { what: 'one inspect a container', figure: { value: many.attachments, unit: 'calls' } },
    ratio: spreadOf([calls / many.attachments]),
    runs: times,
    verdict: examineCalls(calls, many.networks, statistics),
  }
}
