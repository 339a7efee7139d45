// Row 9: what a proof from inside (docs/design.md, "Proofs") costs the engine, with all that it starts for it: runc, and what is run.
import { openEngine } from '../../src/docker/engine.ts'
import { openWays } from '../../src/heal/inside.ts'
import type { Engine } from '../../src/heal/ports.ts'
import { type ProveDeps, prove as proveInside } from '../../src/heal/prove.ts'
import { Box } from '../box.ts'
import { noBudget } from '../budgets.ts'
import { CannotRun } from '../cannot-run.ts'
import type { Context, Row } from '../context.ts'
import type { Line } from '../line.ts'
import { cpuOfNamespace } from '../process-figures.ts'
import { mean, spreadOf } from '../statistics.ts'

/** With the default `watch.prove`. */
const proofsADay = 144

export const prove: Row = {
  number: 9,
  name: 'prove',
  title: 'what the engine spends on a proof from inside (rungs 4 and 5)',
  async measure(context) {
    const { pid, socketPath } = await context.engine()
    if (pid === null) throw new CannotRun('the CPU of an engine that somebody else runs cannot be told from other work')
    using engine = openEngine({ host: `unix://${socketPath}`, tls: null, timeout: 60_000 })
    const lines = await linesOn(engine, pid, context)
    return {
      lines,
      notes: [
        `CPU of every process of the engine, to 10 ms over ${context.counts.proofs.each} of them; a day has ${proofsADay} for each attachment ("prove": "10m")`,
      ],
    }
  },
}

async function linesOn(engine: Engine, pid: number, context: Context): Promise<Line[]> {
  const { counts, signal, say } = context
  const { slices, each } = counts.proofs
  await using box = new Box(await context.engine())
  const stack = await box.network('stack')
  const listening = ['sh', '-c', 'trap "exit 0" TERM; nc -ll -p 5432 -e true & wait']
  const database = await box.container('db', { networks: [stack.name], aliases: ['db'], cmd: listening })
  const app = await box.container('app', { networks: [stack.name] })
  const world = await engine.lookAll(signal)
  const network = world.networks.find(n => n.id === stack.id)
  if (network === undefined) throw new Error(`${stack.name} is not seen, nor ${database.name} on it`)
  const clock = { now: () => Date.now(), monotonic: () => performance.now(), sleep: async () => {}, schedule: () => {} }
  const deps: ProveDeps = { engine, clock, ways: openWays(), world }
  const proving = async (resolve: readonly string[], port: number | null): Promise<void> => {
    const targets = { resolve, reach: port === null ? [] : [{ host: 'db', port }] }
    const { judgement } = await proveInside(app.id, network, targets, deps, signal)
    if (judgement.kind !== 'proven') throw new Error(`the proof ended as ${JSON.stringify(judgement)}`)
  }
  const spent = async (what: string, work: () => Promise<unknown>): Promise<readonly number[]> => {
    say(`${what}, ${slices * each} times`)
    // The first one finds out what the image has.
    await work()
    const taken: number[] = []
    for (let slice = 0; slice < slices; slice++) {
      const before = cpuOfNamespace(pid)
      for (let n = 0; n < each; n++) await work()
      taken.push((cpuOfNamespace(pid) - before) / each)
    }
    return taken
  }
  const bare = mean(await spent('one exec', () => engine.exec(app.id, ['true'], signal)))
  const lineOf = (what: string, taken: readonly number[]): Line[] => [
    {
      what,
      measured: { value: mean(taken), unit: 'ms' },
      against: { what: 'one exec of `true`', figure: { value: bare, unit: 'ms' } },
      ratio: spreadOf(taken.map(ms => ms / bare)),
      runs: slices * each,
      verdict: noBudget,
    },
    {
      what: `${what}, a day`,
      measured: { value: (mean(taken) * proofsADay) / 1000, unit: 's a day' },
      against: { what: 'one exec of `true` as often', figure: { value: (bare * proofsADay) / 1000, unit: 's a day' } },
      ratio: spreadOf(taken.map(ms => ms / bare)),
      runs: slices * each,
      verdict: noBudget,
    },
  ]
  return [
    ...lineOf("engine's CPU, one name", await spent('one name', () => proving(['db'], null))),
    ...lineOf(
      "engine's CPU, one name and one target",
      await spent('one name and one target', () => proving(['db'], 5432)),
    ),
  ]
}
