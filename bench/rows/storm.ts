// Row 6: 10,000 events a second for a minute, and losses in their midst: how late each heal was, whether one was missed,
// and what it took. Against the same losses on a calm engine in the same run.
import { noBudget, stormLatest, stormMissed } from '../budgets.ts'
import type { Row } from '../context.ts'
import { install } from '../installed.ts'
import type { Line } from '../line.ts'
import { cpuOf, peakOf, residentOf } from '../process-figures.ts'
import { members, type Storm, simulatedEngine, stack } from '../simulated-engine.ts'
import { percentile, spreadOf } from '../statistics.ts'

const every = 200

export const storm: Row = {
  number: 6,
  name: 'storm',
  title: 'heals under 10,000 events a second (simulated engine)',
  async measure({ counts, signal, say }) {
    const { calm: calmSeconds, storm: stormSeconds, rate } = counts.storm
    await using simulator = await simulatedEngine({ containers: 500, members: 10 }, signal)
    await using netheal = await install(simulator.socketPath, {
      attachments: [{ containers: [members], network: stack }],
    })
    await using daemon = await netheal.running()
    say(`${calmSeconds} s of calm, then ${stormSeconds} s of ${rate.toLocaleString('en-US')} events a second`)
    const calm = await simulator.ask('storm', { seconds: calmSeconds, rate: 0, every })
    const before = { resident: residentOf(daemon.pid), cpu: cpuOf(daemon.pid) }
    const stormy = await simulator.ask('storm', { seconds: stormSeconds, rate, every })
    const cpu = (cpuOf(daemon.pid) - before.cpu) / 1000
    const peak = peakOf(daemon.pid)
    if ((await daemon.stop()) !== 0) throw new Error(`netheal run did not end well: ${daemon.stderr}`)
    const reached = Math.round(stormy.announced / stormy.seconds)
    return {
      lines: linesOf(calm, stormy, before.resident, peak),
      notes: [
        `${stormy.announced.toLocaleString('en-US')} events in ${stormy.seconds.toFixed(1)} s: ${reached.toLocaleString('en-US')} a second; all pass the engine's filter, one in a hundred is about a container under a rule`,
        `the engine lost ${stormy.lost} of them because they were not read in time`,
        `the daemon took ${cpu.toFixed(1)} s of CPU; the engine attaches at once here: a real one takes its connect in addition`,
        ...(reached < rate * 0.95
          ? [`This machine did not reach ${rate.toLocaleString('en-US')} events a second.`]
          : []),
        netheal.scheduled,
      ],
    }
  },
}

function linesOf(calm: Storm, stormy: Storm, before: number, peak: number): Line[] {
  const { heals, missed } = stormy
  if (heals.length === 0 || calm.heals.length === 0) throw new Error('nothing was healed')
  const late = (what: string, q: number, verdict: Line['verdict']): Line => {
    const [measured, against] = [percentile(heals, q), percentile(calm.heals, q)]
    return {
      what,
      measured: { value: measured, unit: 'ms' },
      against: { what: 'the same on a calm engine', figure: { value: against, unit: 'ms' } },
      ratio: spreadOf([measured / against]),
      runs: heals.length,
      verdict,
    }
  }
  return [
    late('detach to attached, p50', 0.5, noBudget),
    late('detach to attached, p99', 0.99, noBudget),
    late('detach to attached, the latest', 1, stormLatest(percentile(heals, 1))),
    {
      what: 'missed',
      measured: { value: missed, unit: 'heals' },
      against: { what: 'wanted', figure: { value: heals.length + missed, unit: 'heals' } },
      ratio: spreadOf([missed / (heals.length + missed)]),
      runs: heals.length + missed,
      verdict: stormMissed(missed),
    },
    {
      what: 'memory at its peak',
      measured: { value: peak, unit: 'MiB' },
      against: { what: 'before the storm', figure: { value: before, unit: 'MiB' } },
      ratio: spreadOf([peak / before]),
      runs: 1,
      verdict: noBudget,
    },
  ]
}
