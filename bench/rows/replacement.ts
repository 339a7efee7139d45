// Row 2: a container is replaced, by `docker run` and by a real compose. Its first process says how many networks it
// found; the engine's events say how late the others were.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Daemon } from '../../test/engine/daemon.ts'
import { type SandboxContainer, type SandboxNetwork, sandboxLabel } from '../../test/support/sandbox.ts'
import { until } from '../../test/support/until.ts'
import { Box } from '../box.ts'
import { afterStart, beforeFirstProcess, noBudget } from '../budgets.ts'
import { CannotRun } from '../cannot-run.ts'
import { run } from '../command.ts'
import { type Compose, findCompose } from '../compose.ts'
import type { Context, Row } from '../context.ts'
import { commandFrom } from '../engine.ts'
import { EngineCalls } from '../engine-calls.ts'
import { EventTap, type TappedEvent } from '../event-tap.ts'
import { install } from '../installed.ts'
import type { Line } from '../line.ts'
import { median, pairRatios, spreadOf } from '../statistics.ts'

/** The first thing that it does is to count its networks; then it is as any container of the tests. */
const witness = 'set -- /sys/class/net/eth*; echo "found $#"; trap "exit 0" TERM; sleep 86400 & wait'

export const replacement: Row = {
  number: 2,
  title: 'replaced container to attached, daemon',
  async measure(context) {
    const { counts, signal, say } = context
    const engine = await context.engine()
    const docker = await commandFrom('docker', 'docker-cli', engine, say)
    const compose = await findCompose(context, docker).catch(error => {
      if (error instanceof CannotRun) return error.message
      throw error
    })
    await using box = new Box(engine)
    await using _rest = { [Symbol.asyncDispose]: () => removeLabelled(box) }
    using calls = new EngineCalls(engine.socketPath)
    using tap = await EventTap.open(engine.socketPath, signal)
    const env = { PATH: process.env.PATH ?? '', HOME: tmpdir(), DOCKER_HOST: `unix://${engine.socketPath}` }
    const stage = {
      ...{ context, box, calls, tap, env, docker },
      home: await box.network('home'),
      stack: await box.network('stack'),
      name: box.uniqueName('replaced'),
      control: await box.container('control'),
    }
    const rule = { containers: [stage.name], network: stage.stack.name }
    await using netheal = await install(engine.socketPath, { attachments: [rule], watch: { poll: false } })
    await using daemon = await netheal.running()

    const lines: Line[] = []
    say(`docker run, ${counts.replacements.run} times`)
    lines.push(...linesOf('docker run', await replaced(stage, daemon, counts.replacements.run, () => dockerRun(stage))))
    const notes = ['before its first process: that process itself says so, and the order of the events must agree']
    if (typeof compose === 'string') notes.push(`compose up --force-recreate was not run: ${compose}`)
    else {
      say(`compose ${compose.version} up --force-recreate, ${counts.replacements.compose} times`)
      await removeLabelled(box)
      lines.push(...linesOf('compose', await withCompose(stage, daemon, compose, counts.replacements.compose)))
      notes.push(`compose ${compose.version}`)
    }
    notes.push(netheal.scheduled)
    await daemon.stop()
    return { lines, notes }
  },
}

interface Stage {
  readonly context: Context
  readonly box: Box
  readonly calls: EngineCalls
  readonly tap: EventTap
  readonly env: Readonly<Record<string, string>>
  readonly docker: string
  readonly home: SandboxNetwork
  readonly stack: SandboxNetwork
  readonly name: string
  /** Another container: the engine's own connect is measured on it, beside each replacement. */
  readonly control: SandboxContainer
}

interface Replaced {
  readonly before: boolean
  /** Milliseconds from the `create` event until netheal was done, and until the `start` event: as they got here. */
  readonly attached: number
  readonly started: number
  /** Milliseconds from the `start` event to the `connect` event, by the engine's clock; negative when it was in time. */
  readonly late: number
  /** Milliseconds of the engine's own connect of a running container. */
  readonly connect: number
}

async function replaced(
  stage: Stage,
  daemon: Daemon,
  times: number,
  replace: () => Promise<unknown>,
): Promise<Replaced[]> {
  const { box, tap, stack, name, control, calls } = stage
  const all: Replaced[] = []
  // The first one is new, and replaces nothing.
  for (let n = 0; n <= times; n++) {
    tap.mark()
    const already = daemon.all('attached', name).length
    const said = daemon.said('attached', { container: name, count: already + 1 }).then(() => performance.now())
    said.catch(() => undefined)
    const of = (action: string) => (e: TappedEvent) =>
      e.kind === 'container' && e.action === action && e.name.endsWith(name)
    const [created, started] = await Promise.all([
      tap.next(of('create'), 'the new container'),
      tap.next(of('start'), 'its start'),
      replace(),
    ])
    const [joined, done] = await Promise.all([tap.joined(created.container, stack.id), said])
    const before = (await testimony(box, created.container)) === 2
    const late = joined.engineAt - started.engineAt
    if (before !== late < 0)
      throw new Error(`its first process says ${before ? 'in time' : 'late'}, the events ${late} ms`)
    tap.mark()
    await calls.connect(stack.id, control.id)
    await calls.disconnect(stack.id, control.id)
    tap.mark()
    const since = performance.now()
    await calls.connect(stack.id, control.id)
    const connect = performance.now() - since
    await calls.disconnect(stack.id, control.id)
    if (n === 0) continue
    const attached = (before ? done : joined.at) - created.at
    all.push({ before, attached, started: started.at - created.at, late, connect })
  }
  return all
}

/** How many networks its first process found. */
async function testimony(box: Box, id: string): Promise<number> {
  const said = async () => {
    const log = await box.docker.getContainer(id).logs({ stdout: true, follow: false })
    return /found (\d+)/.exec(log.toString())?.[1]
  }
  return Number(await until(said, { what: 'what its first process found', deadline: 60_000 }))
}

async function dockerRun({ box, home, name, docker, env, context }: Stage): Promise<void> {
  const { signal } = context
  await run({ argv: [docker, 'rm', '-f', name], env }, signal).catch(() => signal.throwIfAborted())
  const options = ['--name', name, '--network', home.name, '--label', `${sandboxLabel}=${box.suffix}`]
  await run({ argv: [docker, 'run', '-d', ...options, box.image, 'sh', '-c', witness], env }, signal)
}

async function withCompose(stage: Stage, daemon: Daemon, compose: Compose, times: number): Promise<Replaced[]> {
  const { box, home, name, env, context } = stage
  const folder = await mkdtemp(join(tmpdir(), 'netheal-compose-'))
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
  const file = join(folder, 'docker-compose.yml')
  const app = {
    ...{ image: box.image, container_name: name, networks: ['home'], stop_grace_period: '2s' },
    command: ['sh', '-c', witness.replaceAll('$', '$$$$')],
    labels: { [sandboxLabel]: box.suffix },
  }
  // JSON is YAML; every compose since 1.27 wants no version, and 1.29 is content with this one.
  const project = { version: '3.8', services: { app }, networks: { home: { external: true, name: home.name } } }
  await writeFile(file, JSON.stringify(project))
  const up = ['-f', file, '-p', `bench${box.suffix}`, 'up', '-d', '--force-recreate']
  return await replaced(stage, daemon, times, () => run({ argv: [...compose.argv, ...up], env }, context.signal))
}

/** Containers that a command made: whatever they are called by now, they have the label. */
async function removeLabelled({ docker, suffix }: Box): Promise<void> {
  const made = await docker.listContainers({ all: true, filters: { label: [`${sandboxLabel}=${suffix}`] } })
  const ours = made.filter(it => it.Names.some(name => name.includes('replaced-')))
  await Promise.all(ours.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })))
}

function linesOf(how: 'docker run' | 'compose', all: readonly Replaced[]): Line[] {
  const late = all.filter(it => !it.before)
  const share = (100 * (all.length - late.length)) / all.length
  const attached = all.map(it => it.attached)
  const started = all.map(it => it.started)
  const lines: Line[] = [
    {
      what: `${how}: attached before its first process`,
      measured: { value: share, unit: '%' },
      against: { what: 'all', figure: { value: 100, unit: '%' } },
      ratio: spreadOf([share / 100]),
      runs: all.length,
      verdict: beforeFirstProcess(how, share),
    },
    {
      what: `${how}: from its creation until netheal is done`,
      measured: { value: median(attached), unit: 'ms' },
      against: { what: 'from its creation to its start', figure: { value: median(started), unit: 'ms' } },
      ratio: pairRatios(attached, started),
      runs: all.length,
      verdict: noBudget,
    },
  ]
  if (late.length === 0) return lines
  const latest = Math.max(...late.map(it => it.late))
  const slowest = Math.max(...all.map(it => it.connect))
  lines.push({
    what: `${how}: the latest of those that were not, after its start`,
    measured: { value: latest, unit: 'ms' },
    against: { what: "the engine's slowest connect", figure: { value: slowest, unit: 'ms' } },
    ratio: pairRatios(
      late.map(it => it.late),
      late.map(it => it.connect),
    ),
    runs: late.length,
    verdict: afterStart(latest, slowest),
  })
  return lines
}
