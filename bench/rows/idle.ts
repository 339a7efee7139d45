// Row 4: what a daemon costs that has nothing to do: CPU a day and resident memory against the script every two minutes;
// and its memory over many events that concern no rule.
import { setTimeout as pause } from 'node:timers/promises'
import { Box } from '../box.ts'
import { idleCpu, idleMemory, noBudget, noGrowth } from '../budgets.ts'
import { type Command, peakMemory, run } from '../command.ts'
import type { Context, Row } from '../context.ts'
import { cronScript } from '../cron-script.ts'
import { type Installed, install } from '../installed.ts'
import type { Line } from '../line.ts'
import { cpuOf, residentOf } from '../process-figures.ts'
import { members, simulatedEngine, stack as simulatedStack } from '../simulated-engine.ts'
import { mean, spreadOf } from '../statistics.ts'

const pollsADay = 720

export const idle: Row = {
  number: 4,
  name: 'idle',
  title: 'idle daemon, polling every two minutes',
  async measure(context) {
    const quiet = await besideTheScript(context)
    const events = await overEvents(context)
    const { warmUp, each } = context.counts.events
    const first = `events: ${(warmUp * each).toLocaleString('en-US')} came before those that are counted, until the heap had its size`
    return { lines: [...quiet.lines, ...events], notes: [...quiet.notes, first] }
  },
}

async function besideTheScript(context: Context): Promise<{ readonly lines: Line[]; readonly notes: string[] }> {
  const { counts, signal, say } = context
  const script = await cronScript(context)
  const engine = await context.engine()
  await using box = new Box(engine)
  const stack = await box.network('stack')
  const [one, two] = await Promise.all([0, 1, 2].map(() => box.container('idle', { networks: [stack.name] })))
  const names = [one, two].map(it => it?.name ?? '')
  const attachments = [{ containers: names, network: stack.name }]
  const schedule = counts.idle.kind === 'schedule' ? '*/2 * * * *' : '* * * * * *'
  await using netheal = await install(engine.socketPath, { attachments, watch: { poll: schedule } })

  say(
    counts.idle.kind === 'schedule' ? `watching a daemon for ${counts.idle.minutes + 5} minutes` : 'watching a daemon',
  )
  const { days, resident, polls, how } = await watched(netheal, context)
  const secondsADay = mean(days)
  say(`the script, ${counts.scripts} times`)
  const bash = await script.command(netheal.folder, names, stack.name)
  const cpu = await scriptCpu(bash, counts.scripts, signal)
  const scriptADay = (cpu * pollsADay) / 1000
  const peak = await peakMemory(bash, signal)
  const lines: Line[] = [
    {
      what: 'CPU a day',
      measured: { value: secondsADay, unit: 's a day' },
      against: { what: 'the script every two minutes', figure: { value: scriptADay, unit: 's a day' } },
      ratio: spreadOf(days.map(day => day / scriptADay)),
      runs: polls,
      verdict: idleCpu(secondsADay),
    },
  ]
  if (peak !== null) {
    lines.push({
      what: 'resident memory',
      measured: { value: resident, unit: 'MiB' },
      against: { what: 'the largest process of the script, while it runs', figure: { value: peak, unit: 'MiB' } },
      ratio: spreadOf([resident / peak]),
      runs: 1,
      verdict: idleMemory(resident),
    })
  }
  return { lines, notes: [...how, `the script: the mean of ${counts.scripts} runs, 720 times`] }
}

interface Watched {
  /** Seconds of CPU a day, reckoned from each slice of the time. */
  readonly days: readonly number[]
  readonly resident: number
  readonly polls: number
  readonly how: readonly string[]
}

/**
 * Without its start: that is once, and row 7. What is promised is about a daemon that has been there for a while: V8 compiles
 * what it has seen often, so the first polls of a process say little of the thousandth, neither of its CPU nor of its memory.
 */
async function watched(netheal: Installed, { counts: { idle }, signal, say }: Context): Promise<Watched> {
  await using daemon = await netheal.running()
  const used = async (slices: number, seconds: number) => {
    await netheal.onePass()
    await pause(2_000, undefined, { signal })
    const before = await netheal.passes()
    const cpu: number[] = []
    for (let n = 0; n < slices; n++) {
      const from = cpuOf(daemon.pid)
      await pause(seconds * 1000, undefined, { signal })
      cpu.push(cpuOf(daemon.pid) - from)
    }
    // Of two polls that find nothing new one is in the state; one that is asked for brings the other.
    await netheal.onePass()
    const polls = (await netheal.passes()) - before - 1
    if (polls === 0) throw new Error(`the daemon made no pass in ${slices * seconds} s`)
    const said = `${polls} polls in ${slices * seconds} s took ${(mean(cpu) * slices).toFixed(1)} ms of CPU`
    return { cpu, polls, said }
  }
  const begun = async (): Promise<string> => {
    // A quarter of a minute after its start everything that a start leaves to be done later is done.
    await pause(15_000, undefined, { signal })
    const { said } = await used(1, 240)
    return `the daemon, right after its start: ${said}; that is in no figure`
  }
  const first = idle.kind === 'schedule' ? [await begun()] : []
  say(`a daemon makes ${idle.passes} passes`)
  for (let n = 0; n < idle.passes; n++) await netheal.onePass()
  const [slices, seconds] = idle.kind === 'schedule' ? [idle.minutes / 2, 120] : [4, idle.seconds / 4]
  // What they leave to be collected is theirs.
  if (idle.kind === 'schedule') await pause(15_000, undefined, { signal })
  const { cpu, polls, said } = await used(slices, seconds)
  const resident = residentOf(daemon.pid)
  await daemon.stop()
  const how = `the daemon, after ${idle.passes} more passes: ${said}`
  if (idle.kind === 'schedule')
    return { days: cpu.map(ms => (ms / 1000) * (86_400 / seconds)), resident, polls, how: [...first, how] }
  const reckoned = `${how}; a day is reckoned as ${pollsADay} such polls, so what it does between polls is hardly in it`
  return { days: cpu.map(ms => (ms / 1000) * (pollsADay / (polls / slices))), resident, polls, how: [reckoned] }
}

/** Milliseconds of one run. */
async function scriptCpu(script: Command, times: number, signal: AbortSignal): Promise<number> {
  const taken: number[] = []
  for (let n = 0; n < times; n++) taken.push((await run(script, signal)).cpu)
  return mean(taken)
}

async function overEvents({ counts, signal, say }: Context): Promise<Line[]> {
  const { warmUp, blocks, each } = counts.events
  await using simulator = await simulatedEngine({ containers: 200, members: 10 }, signal)
  const attachments = [{ containers: [members], network: simulatedStack }]
  await using netheal = await install(simulator.socketPath, { attachments, watch: { poll: false } })
  await using daemon = await netheal.running()
  say(`a daemon over ${(blocks * each).toLocaleString('en-US')} events`)
  const flood = async (): Promise<number> => {
    const lost = await simulator.ask('announce', { events: each })
    if (lost > 0) throw new Error(`the simulated engine lost ${lost} events`)
    return residentOf(daemon.pid)
  }
  // Code and heap warm up with the first events, and the collector lets pages go slowly: growth is what comes after that.
  for (let n = 0; n < warmUp; n++) await flood()
  const before = await flood()
  const after: number[] = []
  for (let n = 0; n < blocks; n++) after.push(await flood())
  await daemon.stop()
  const end = after.at(-1) ?? before
  return [
    {
      what: `resident memory after ${(blocks * each).toLocaleString('en-US')} events`,
      measured: { value: end, unit: 'MiB' },
      against: { what: 'before them', figure: { value: before, unit: 'MiB' } },
      ratio: spreadOf(after.map(value => value / before)),
      runs: blocks,
      verdict: blocks * each >= 100_000 ? noGrowth(before, end) : noBudget,
    },
  ]
}
