// Row 7: a start: netheal as it is installed, its sources without a bundle, and Node with nothing to do. In turns.
import { noBudget } from '../budgets.ts'
import { type Command, peakMemory, run } from '../command.ts'
import type { Row } from '../context.ts'
import { install } from '../installed.ts'
import type { Line } from '../line.ts'
import { unbundled } from '../program.ts'
import { members, simulatedEngine, stack } from '../simulated-engine.ts'
import { median, pairRatios } from '../statistics.ts'

export const start: Row = {
  number: 7,
  name: 'start',
  title: 'a start: installed, unbundled, the bare runtime',
  async measure({ counts, signal, say }) {
    await using simulator = await simulatedEngine({ containers: 10, members: 2 }, signal)
    await using netheal = await install(simulator.socketPath, {
      attachments: [{ containers: [members], network: stack }],
    })
    const { env } = netheal
    const bare: Command = { argv: [process.execPath, '-e', '0'], env }
    const programs: readonly Program[] = [
      { name: 'the bare runtime', command: bare },
      { name: '--version, installed', command: netheal.command('--version') },
      { name: '--version, unbundled', command: { argv: unbundled('--version'), env } },
      { name: 'check, installed', command: netheal.command('check') },
      { name: 'check, unbundled', command: { argv: unbundled('check'), env } },
    ]
    say(`${programs.length} programs, ${counts.starts.timed} starts each`)
    const times = await inTurns(programs, counts.starts.timed, async ({ command }) => (await run(command, signal)).wall)
    const states = await inTurns(
      programs,
      counts.starts.watched,
      async ({ command }) => await peakMemory(command, signal),
    )
    return {
      lines: [
        ...linesOf('time', 'ms', programs, times),
        ...(states.flat().includes(null) ? [] : linesOf('memory', 'MiB', programs, states as number[][])),
      ],
      notes: [
        'check: config, one look at an engine with two containers that are where they must be, and what it prints',
        'unbundled: `node src/main.ts`, which also takes the types off',
      ],
    }
  },
}

interface Program {
  readonly name: string
  readonly command: Command
}

/** What each program was measured at, in the order of the programs; the first run of each is not counted. */
async function inTurns<T>(
  programs: readonly Program[],
  times: number,
  measure: (program: Program) => Promise<T>,
): Promise<T[][]> {
  const measured: T[][] = programs.map(() => [])
  for (let n = 0; n <= times; n++) {
    for (const [i, program] of programs.entries()) {
      const value = await measure(program)
      if (n > 0) measured[i]?.push(value)
    }
  }
  return measured
}

function linesOf(
  what: string,
  unit: 'ms' | 'MiB',
  programs: readonly Program[],
  measured: readonly (readonly number[])[],
): Line[] {
  const [bare = []] = measured
  return programs.map(({ name }, i) => {
    const values = measured[i] ?? []
    return {
      what: `${what}: ${name} (p50)`,
      measured: { value: median(values), unit },
      against: { what: 'the bare runtime', figure: { value: median(bare), unit } },
      ratio: pairRatios(values, bare),
      runs: values.length,
      verdict: noBudget,
    }
  })
}
