// Row 3: `netheal once` on a healthy host against the cron script that it replaces: time, CPU, memory, in turns.

import { Box } from '../box.ts'
import { healthyCheck, noBudget } from '../budgets.ts'
import { alternate, type Command, peakMemory, run, type Taken } from '../command.ts'
import type { Row } from '../context.ts'
import { cronScript } from '../cron-script.ts'
import { Crowd } from '../crowd.ts'
import { install } from '../installed.ts'
import type { Line } from '../line.ts'
import { mean, median, pairRatios, spreadOf } from '../statistics.ts'

export const healthy: Row = {
  number: 3,
  name: 'once',
  title: '`once` on a healthy host against the cron script',
  async measure(context) {
    const { counts, signal, say } = context
    const script = await cronScript(context)
    const engine = await context.engine()
    await using box = new Box(engine)
    const stack = await box.network('stack')
    await box.container('db', { networks: [stack.name] })
    const lines: Line[] = []
    await using crowd = new Crowd(box, signal)
    for (const host of counts.hosts) {
      say(`${host.containers} containers: once and the script, ${host.pairs} times each`)
      await crowd.growTo(host.containers, 'healthy', [stack.name])
      const names = crowd.containers.map(it => it.name)
      await using netheal = await install(engine.socketPath, {
        attachments: [{ containers: names, network: stack.name }],
      })
      const once = netheal.command('once')
      const bash = await script.command(netheal.folder, names, stack.name)
      // Both write their line of the day at the first time.
      for (const command of [once, bash]) await mustBeQuiet(command, signal)
      const { first, second } = await alternate(host.pairs, once, bash, signal)
      const peaks = [await peakMemory(once, signal), await peakMemory(bash, signal)] as const
      lines.push(...linesOf(host.containers, first, second, peaks))
    }
    return {
      lines: [...lines, flat(lines)],
      notes: [`docker ${script.dockerVersion} in the script; what the engine spends is on nobody's account`],
    }
  },
}

async function mustBeQuiet(command: Command, signal: AbortSignal): Promise<void> {
  const { stdout } = await run(command, signal)
  if (stdout !== '') throw new Error(`the host is healthy, and ${command.argv.join(' ')} says: ${stdout}`)
}

function linesOf(
  containers: number,
  once: readonly Taken[],
  script: readonly Taken[],
  [oncePeak, scriptPeak]: readonly [number | null, number | null],
): Line[] {
  const wall = pairRatios(
    once.map(it => it.wall),
    script.map(it => it.wall),
  )
  const [onceCpu, scriptCpu] = [mean(once.map(it => it.cpu)), mean(script.map(it => it.cpu))]
  const lines: Line[] = [
    {
      what: `${containers} containers, time (p50)`,
      measured: { value: median(once.map(it => it.wall)), unit: 'ms' },
      against: { what: 'the script', figure: { value: median(script.map(it => it.wall)), unit: 'ms' } },
      ratio: wall,
      runs: once.length,
      verdict: healthyCheck(containers, wall.median),
    },
    {
      what: `${containers} containers, CPU (mean)`,
      measured: { value: onceCpu, unit: 'ms' },
      against: { what: 'the script', figure: { value: scriptCpu, unit: 'ms' } },
      ratio: spreadOf([onceCpu / scriptCpu]),
      runs: once.length,
      verdict: noBudget,
    },
  ]
  if (oncePeak === null || scriptPeak === null) return lines
  lines.push({
    what: `${containers} containers, memory of the largest process`,
    measured: { value: oncePeak, unit: 'MiB' },
    against: { what: 'the script', figure: { value: scriptPeak, unit: 'MiB' } },
    ratio: spreadOf([oncePeak / scriptPeak]),
    runs: 1,
    verdict: noBudget,
  })
  return lines
}

/** How the time of `once` grows with the host: the largest against the smallest. */
function flat(lines: readonly Line[]): Line {
  const times = lines.filter(line => line.what.endsWith('time (p50)'))
  const [smallest, largest] = [times[0], times.at(-1)]
  if (smallest === undefined || largest === undefined) throw new Error('nothing was measured')
  return {
    what: `once on ${largest.what.replace(', time (p50)', '')}`,
    measured: largest.measured,
    against: { what: `on ${smallest.what.replace(', time (p50)', '')}`, figure: smallest.measured },
    ratio: spreadOf([largest.measured.value / smallest.measured.value]),
    runs: largest.runs,
    verdict: noBudget,
  }
}
