// Row 2: a container is replaced, by Coolify's own commands and by others. Its first process says how many networks it found;
// the engine's events say how late the others were. Nothing is dropped: the first replacement that a daemon sees counts.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SandboxNetwork } from '../../test/support/sandbox.ts'
import { Box } from '../box.ts'
import { afterStart, beforeFirstProcess, noBudget } from '../budgets.ts'
import { Busy } from '../busy.ts'
import { CannotRun } from '../cannot-run.ts'
import { findCompose } from '../compose.ts'
import type { Context, Row } from '../context.ts'
import { commandFrom } from '../engine.ts'
import { EngineCalls } from '../engine-calls.ts'
import { EventTap } from '../event-tap.ts'
import { install } from '../installed.ts'
import type { Line } from '../line.ts'
import { App, type AppOptions, type Form } from '../redeploy.ts'
import { type Replaced, replaced, type Watching } from '../replaced.ts'
import { median, pairRatios, spreadOf } from '../statistics.ts'

interface Group {
  readonly form: Form
  /** Cold: a daemon for each replacement, which has seen none. Warm: one that runs on. */
  readonly daemon: 'cold' | 'warm'
  readonly host: 'quiet' | 'busy'
  /** To how many networks netheal attaches it. */
  readonly networks: number
}

const groups: readonly Group[] = [
  { form: 'stop first', daemon: 'cold', host: 'quiet', networks: 1 },
  { form: 'stop first', daemon: 'warm', host: 'quiet', networks: 1 },
  { form: 'rolling', daemon: 'cold', host: 'quiet', networks: 1 },
  { form: 'rolling', daemon: 'warm', host: 'quiet', networks: 1 },
  { form: 'stop first', daemon: 'cold', host: 'quiet', networks: 3 },
  { form: 'in place', daemon: 'cold', host: 'quiet', networks: 1 },
  { form: 'docker run', daemon: 'warm', host: 'quiet', networks: 1 },
  { form: 'stop first', daemon: 'cold', host: 'busy', networks: 1 },
  { form: 'stop first', daemon: 'warm', host: 'busy', networks: 1 },
  { form: 'rolling', daemon: 'cold', host: 'busy', networks: 1 },
  { form: 'rolling', daemon: 'warm', host: 'busy', networks: 1 },
]

export const replacement: Row = {
  number: 2,
  name: 'replacement',
  title: 'replaced container to attached, daemon',
  async measure(context) {
    const { counts, signal, say } = context
    const engine = await context.engine()
    const docker = await commandFrom('docker', 'docker-cli', engine, say)
    const compose = await findCompose(context, docker)
    if (compose.version.startsWith('1.'))
      throw new CannotRun(`Coolify does not deploy with compose ${compose.version}: --engine 28 brings its own`)
    await using box = new Box(engine)
    const folder = await mkdtemp(join(tmpdir(), 'netheal-compose-'))
    await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
    using calls = new EngineCalls(engine.socketPath)
    using tap = await EventTap.open(engine.socketPath, signal)
    const stacks: SandboxNetwork[] = []
    for (let i = 0; i < 3; i++) stacks.push(await box.network('stack'))
    const home = (await box.network('home')).name
    const env = { PATH: process.env.PATH ?? '', HOME: folder, DOCKER_HOST: `unix://${engine.socketPath}` }
    const options = { box, docker, compose: compose.argv, env, folder, home, signal }
    const watching = { tap, calls, stacks, control: await box.container('control') }

    const lines: Line[] = []
    const scheduled = new Set<string>()
    for (const group of groups) {
      say(`${titleOf(group)}, ${counts.replacements} times`)
      await using _load = group.host === 'busy' ? new Busy() : null
      const measured = await measure(
        group,
        options,
        { ...watching, stacks: stacks.slice(0, group.networks) },
        engine.socketPath,
        context,
      )
      lines.push(...linesOf(group, measured.all))
      scheduled.add(measured.scheduled)
    }
    return {
      lines,
      notes: [
        'stop first: `docker rm -f`, then `compose up --build -d`; rolling: the same under a new name, and the old container removed afterwards; in place: `compose up --force-recreate -d`',
        'cold: a daemon for each replacement, which has seen none before; warm: one that runs on',
        'beside a load: of five processes on two cores that compute without end',
        `compose ${compose.version}`,
        ...scheduled,
      ],
    }
  },
}

async function measure(
  { form, daemon: temperature }: Group,
  options: AppOptions,
  watching: Watching,
  socketPath: string,
  { counts, signal }: Context,
): Promise<{ readonly all: readonly Replaced[]; readonly scheduled: string }> {
  await using app = new App(form, options)
  const attachments = watching.stacks.map(({ name }) => ({ containers: [{ coolify: app.resource }], network: name }))
  await using netheal = await install(socketPath, { attachments, watch: { poll: false } })
  await app.deploy()
  const all: Replaced[] = []
  while (all.length < counts.replacements) {
    await using daemon = await netheal.running()
    do {
      signal.throwIfAborted()
      all.push(await replaced(app, daemon, watching))
    } while (temperature === 'warm' && all.length < counts.replacements)
    await daemon.stop()
  }
  return { all, scheduled: netheal.scheduled }
}

function titleOf({ form, daemon, host, networks }: Group): string {
  const how = form === 'stop first' || form === 'rolling' ? `Coolify, ${form}` : form
  return [
    `${how}, ${daemon}`,
    ...(networks === 1 ? [] : [`${networks} networks`]),
    ...(host === 'quiet' ? [] : ['beside a load']),
  ].join(', ')
}

function linesOf(group: Group, all: readonly Replaced[]): Line[] {
  const late = all.filter(it => it.inTime < group.networks)
  const share = (100 * (all.length - late.length)) / all.length
  const title = titleOf(group)
  const healed = all.map(it => it.healed)
  const started = all.map(it => it.started)
  const lines: Line[] = [
    {
      what: `${title}: before its first process`,
      measured: { value: share, unit: '%' },
      against: { what: 'all', figure: { value: 100, unit: '%' } },
      ratio: spreadOf([share / 100]),
      runs: all.length,
      verdict: verdictOf(group, share),
    },
    {
      what: `${title}: from its creation until netheal is done`,
      measured: { value: median(healed), unit: 'ms' },
      against: { what: 'from its creation to its start', figure: { value: median(started), unit: 'ms' } },
      ratio: pairRatios(healed, started),
      runs: all.length,
      verdict: noBudget,
    },
  ]
  if (late.length === 0) return lines
  const latest = Math.max(...late.map(it => it.late))
  const slowest = Math.max(...all.map(it => it.connect))
  lines.push({
    what: `${title}: the latest of the rest, after its start`,
    measured: { value: latest, unit: 'ms' },
    against: { what: slowestConnectOf(group), figure: { value: slowest, unit: 'ms' } },
    ratio: pairRatios(
      late.map(it => it.late),
      late.map(it => it.connect),
    ),
    runs: late.length,
    verdict: afterStart(latest, slowest),
  })
  return lines
}

/** The engine connects a container to one network after the other. */
function slowestConnectOf({ networks }: Group): string {
  return networks === 1 ? "the engine's slowest connect" : `the engine's slowest connect to ${networks}`
}

function verdictOf({ form, host }: Group, share: number) {
  if (host === 'busy' || form === 'docker run') return noBudget
  return beforeFirstProcess(form === 'in place' ? 'in place' : 'Coolify', share)
}
