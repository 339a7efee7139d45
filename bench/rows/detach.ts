// Row 1: an explicit detach until attached again, by the daemon, beside the engine's own connect call. Both are seen on the
// engine's event stream: from the answer of the disconnect to the event of the connect.
import type { SandboxContainer, SandboxNetwork } from '../../test/support/sandbox.ts'
import { Box } from '../box.ts'
import { explicitDetach, noBudget } from '../budgets.ts'
import type { Row } from '../context.ts'
import { Crowd } from '../crowd.ts'
import { EngineCalls } from '../engine-calls.ts'
import { EventTap } from '../event-tap.ts'
import { type Installed, install } from '../installed.ts'
import type { Line } from '../line.ts'
import { blockRatios, pairRatios, percentile } from '../statistics.ts'

export const detach: Row = {
  number: 1,
  name: 'detach',
  title: 'explicit detach to attached again, daemon',
  async measure(context) {
    const { counts, signal, say } = context
    const engine = await context.engine()
    await using box = new Box(engine)
    using calls = new EngineCalls(engine.socketPath)
    using tap = await EventTap.open(engine.socketPath, signal)
    const stage: Stage = {
      ...{ box, calls, tap, signal },
      home: await box.network('home'),
      stack: await box.network('stack'),
    }
    await listening(stage)
    const most = Math.max(1, ...counts.bursts.map(burst => burst.containers))
    say(`starting ${most + 1} containers`)
    await using crowd = new Crowd(box, signal)
    const networks = [stage.home.name, stage.stack.name]
    await crowd.growTo(most, 'heal', networks)
    const control = await box.container('control', { networks })
    const { containers } = crowd
    const rule = { containers: [`heal-${box.suffix}-*`], network: stage.stack.name }
    await using netheal = await install(engine.socketPath, { attachments: [rule], watch: { poll: false } })

    const lines = await oneByOne(stage, netheal, containers, control, counts.detaches)
    for (const burst of counts.bursts) {
      say(`detaching ${burst.containers} containers at once, ${burst.rounds} times with netheal and as often without`)
      lines.push(...(await atOnce(stage, netheal, containers.slice(0, burst.containers), burst.rounds)))
    }
    return {
      lines,
      notes: [
        'one at a time: the connect is that of another container on the same network, after each heal, sent as soon as it is detached',
        'at once: "ideal" is this program, which sends each connect the moment its disconnect is answered, with no healer running',
        netheal.scheduled,
      ],
    }
  },
}

interface Stage {
  readonly box: Box
  readonly calls: EngineCalls
  readonly tap: EventTap
  readonly signal: AbortSignal
  readonly home: SandboxNetwork
  readonly stack: SandboxNetwork
}

/** The tap hears: what happens now arrives. */
async function listening({ box, tap }: Stage): Promise<void> {
  for (;;) {
    const { id } = await box.network('probe')
    const heard = await Promise.race([
      tap.next(event => event.network === id, 'a new network').then(() => true),
      new Promise<false>(resolve => setTimeout(resolve, 500, false)),
    ])
    if (heard) return
  }
}

/** Milliseconds from the answer of the disconnect to the container being on the network again, whoever puts it there. */
async function backAfter(
  { calls, tap, stack }: Stage,
  { id }: SandboxContainer,
  heal: (() => Promise<void>) | null,
): Promise<{ readonly since: number; readonly back: number; readonly milliseconds: number }> {
  await calls.disconnect(stack.id, id)
  const since = performance.now()
  const [{ at }] = await Promise.all([tap.joined(id, stack.id), heal?.()])
  return { since, back: at, milliseconds: at - since }
}

async function oneByOne(
  stage: Stage,
  netheal: Installed,
  [healed]: readonly SandboxContainer[],
  control: SandboxContainer,
  detaches: number,
): Promise<Line[]> {
  if (healed === undefined) throw new Error('there is no container to heal')
  const { calls, stack, tap } = stage
  await using daemon = await netheal.running()
  const heals: number[] = []
  const connects: number[] = []
  const already = daemon.all('attached', healed.name).length
  for (let n = 1; n <= detaches; n++) {
    tap.mark()
    heals.push((await backAfter(stage, healed, null)).milliseconds)
    // Its second look and its records are behind it: they must not meet the call that it is measured beside.
    await daemon.said('attached', { container: healed.name, count: already + n })
    tap.mark()
    connects.push((await backAfter(stage, control, () => calls.connect(stack.id, control.id))).milliseconds)
  }
  if ((await daemon.stop()) !== 0) throw new Error(`netheal run did not end well: ${daemon.stderr}`)
  return [50, 95, 99].map(percent => {
    const [healed, connect] = [percentile(heals, percent / 100), percentile(connects, percent / 100)]
    return {
      what: `one at a time, p${percent}`,
      measured: { value: healed, unit: 'ms' },
      against: { what: "the engine's connect", figure: { value: connect, unit: 'ms' } },
      ratio: percent === 50 ? pairRatios(heals, connects) : blockRatios(heals, connects, percent / 100, 5),
      runs: detaches,
      verdict: percent === 95 ? noBudget : explicitDetach(percent === 50 ? 50 : 99, healed, connect),
    }
  })
}

/** All at once, by turns with a daemon and with none: the same containers, so that the engine has the same to do. */
async function atOnce(
  stage: Stage,
  netheal: Installed,
  containers: readonly SandboxContainer[],
  rounds: number,
): Promise<Line[]> {
  const rested = { healed: [] as number[], ideal: [] as number[] }
  const last = { healed: [] as number[], ideal: [] as number[] }
  const round = async (who: 'healed' | 'ideal'): Promise<void> => {
    stage.tap.mark()
    const start = performance.now()
    const connect = ({ id }: SandboxContainer) =>
      who === 'ideal' ? () => stage.calls.connect(stage.stack.id, id) : null
    const all = await Promise.all(containers.map(container => backAfter(stage, container, connect(container))))
    rested[who].push(
      percentile(
        all.map(it => it.milliseconds),
        0.5,
      ),
    )
    last[who].push(Math.max(...all.map(it => it.back)) - start)
  }
  for (let n = 0; n < rounds; n++) {
    stage.signal.throwIfAborted()
    const withNetheal = async (): Promise<void> => {
      await using daemon = await netheal.running()
      await round('healed')
      await daemon.stop()
    }
    if (n % 2 === 0) await withNetheal()
    await round('ideal')
    if (n % 2 === 1) await withNetheal()
  }
  const line = (what: string, healed: readonly number[], ideal: readonly number[]): Line => ({
    what: `${containers.length} at once, ${what}`,
    measured: { value: percentile(healed, 0.5), unit: 'ms' },
    against: { what: 'ideal', figure: { value: percentile(ideal, 0.5), unit: 'ms' } },
    ratio: pairRatios(healed, ideal),
    runs: rounds,
    verdict: noBudget,
  })
  return [
    line('the median one', rested.healed, rested.ideal),
    line('all, from the first detach', last.healed, last.ideal),
  ]
}
