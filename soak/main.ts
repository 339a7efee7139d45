/**
 * `npm run soak -- --minutes N [--seed S] [--steps N]`: operators do at random what operators do, to a real engine with
 * the built daemon on it, and a model says after each step what must be true. A failure prints its seed and its steps,
 * and the same seed makes the same steps again. Ends with 0, with 1 at the first step that does not hold, or with 130 when it
 * was stopped, after the step in hand.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { preparePrivateEngines } from '../test/support/engine-packages.ts'
import { Model } from './model.ts'
import { anyOperator } from './operators.ts'
import { randomFrom } from './random.ts'
import { openStage, type Stage } from './stage.ts'
import { openTimings } from './timings.ts'

const usage = `usage: npm run soak -- [--minutes N] [--seed S] [--steps N]
  --minutes N  how long it goes on, 10 by default
  --seed S     the steps of an earlier run, which printed its seed
  --steps N    no more steps than that
`

interface Wanted {
  readonly minutes: number
  readonly seed: number
  readonly steps: number
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

function wantedOf(argv: readonly string[]): Wanted | string {
  const text = { type: 'string' } as const
  const options = { minutes: text, seed: text, steps: text, help: { type: 'boolean' } } as const
  try {
    const { values } = parseArgs({ args: [...argv], options })
    if (values.help === true) return ''
    const number = (name: 'minutes' | 'seed' | 'steps', absent: number): number => {
      const given = values[name] === undefined ? absent : Number(values[name])
      if (!(given >= 0)) throw new Error(`--${name} ${values[name]} is no number`)
      return given
    }
    const seed = number('seed', Math.floor(Math.random() * 1e9))
    return { minutes: number('minutes', 10), seed, steps: number('steps', Number.POSITIVE_INFINITY) }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** The exit code: 0, everything held; 1, something did not; 130, it was stopped, and has taken away what it made. */
async function soak({ minutes, seed, steps }: Wanted, stop: AbortSignal): Promise<0 | 1 | 130> {
  const random = randomFrom(seed)
  const timings = openTimings()
  const done: string[] = []
  say(`soak: ${minutes} min, seed ${seed}; starting an engine`)
  await using stage = await openStage()
  const model = new Model(stage)
  const start = performance.now()
  let now = 'the first look'
  try {
    await model.holds([])
    for (let step = 1; step <= steps && performance.now() - start < minutes * 60_000 && !stop.aborted; step++) {
      const operator = anyOperator(random)
      const notes: string[] = []
      now = operator.name
      const losses = await inTime(operator.run({ stage, model, random, timings, step, note: what => notes.push(what) }))
      now = [operator.name, ...notes].join(': ')
      await model.holds(losses)
      done.push(operator.name)
      const at = Math.round((performance.now() - start) / 1000)
      say(`${String(step).padStart(5)}  ${String(at).padStart(5)} s  ${now}`)
    }
  } catch (error) {
    // A Ctrl-C at the terminal reaches the daemon as well, in the middle of the step.
    if (stop.aborted) return stopped(done)
    await explain(stage, error, `step ${done.length + 1} (${now})`)
    say(`replay: npm run soak -- --seed ${seed} --steps ${done.length + 1} --minutes ${Math.ceil(minutes)}`)
    return 1
  }
  if (stop.aborted) return stopped(done)
  // Also cleanly at the end.
  const code = await stage.daemon.stop()
  if (code !== 0) say(`soak: netheal ended with ${code} on SIGTERM: ${stage.daemon.stderr}`)
  summarise(done, timings.summary(), model, { seed, seconds: (performance.now() - start) / 1000 })
  return code === 0 ? 0 : 1
}

/** Throws where an operator's command has hung, as the engine has then. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const done = new AbortController()
  const hung = pause(300_000, undefined, { signal: done.signal }).then(() => {
    throw new Error('it has not ended within five minutes')
  })
  try {
    return await Promise.race([work, hung])
  } finally {
    done.abort()
    hung.catch(() => undefined)
  }
}

function stopped(done: readonly string[]): 130 {
  say(`soak: stopped after ${done.length} steps, which held`)
  return 130
}

async function explain({ netheal, daemon, engine }: Stage, error: unknown, step: string): Promise<void> {
  say(`soak: FAILED at ${step}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  say('--- the daemon said last')
  for (const line of daemon.lines.slice(-15)) say(JSON.stringify(line))
  say('--- the action log ends with')
  for (const line of (await netheal.actionLog()).slice(-15)) say(line)
  say('--- the engine wrote last')
  say(await engine.log())
}

function summarise(
  done: readonly string[],
  heals: ReturnType<ReturnType<typeof openTimings>['summary']>,
  model: Model,
  { seed, seconds }: { readonly seed: number; readonly seconds: number },
): void {
  const counts = [...Map.groupBy(done, name => name)].map(([name, all]) => ({ name, count: all.length }))
  for (const { name, count } of counts.sort((a, b) => b.count - a.count)) say(`${String(count).padStart(7)}  ${name}`)
  const ratio = (of: number): string => `${of.toFixed(2)}x`
  say(
    `soak: ${done.length} steps in ${Math.round(seconds)} s, seed ${seed}: all held. ` +
      (heals === null
        ? 'No heal was timed. '
        : `${heals.heals} heals timed: p50 ${ratio(heals.p50)}, p99 ${ratio(heals.p99)} the engine's own connect (${heals.own.toFixed(1)} ms). `) +
      `Daemon at most ${Math.round(model.peak)} MiB; ${model.lines} log lines, all read back; no restart by netheal.`,
  )
}

const wanted = wantedOf(process.argv.slice(2))
if (typeof wanted === 'string') {
  if (wanted !== '') process.stderr.write(`soak: ${wanted}\n`)
  process.stdout.write(usage)
  process.exit(wanted === '' ? 0 : 2)
}
const absence = await preparePrivateEngines(line => void process.stderr.write(`${line}\n`))
if (absence !== null) {
  process.stderr.write(`soak: a private engine ${absence}\n`)
  process.exit(4)
}
const stop = new AbortController()
// It ends with the step in hand; a second one ends it as it is.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort())
process.exitCode = await soak(wanted, stop.signal)
