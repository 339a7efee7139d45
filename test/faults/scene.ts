/**
 * The operators' host with a healer on it, before a fault: both applications attached, nothing lost. And what must hold
 * after one, whatever it was: it heals again at once, nothing was lost, nothing was restarted, no line of the log is torn.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { readLine } from '../../src/history/logged-line.ts'
import type { Daemon } from '../engine/daemon.ts'
import { configFor, detach, type Estate, estate, isAttached, startedAt } from '../engine/estate.ts'
import { type ConfigText, type Installation, install } from '../engine/installation.ts'
import { realEngine, sandbox } from '../support/real-engine.ts'
import type { SandboxContainer } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

/** A schedule that never comes: what is healed is healed because an event said so. */
export const EVENTS_ONLY = { poll: '0 0 29 2 *' } as const

/** A schedule that comes every other second, for what no event tells. */
export const EVERY_TWO_SECONDS = { poll: '*/2 * * * * *' } as const

/** Detaches are what these tests are made of: they are no loop here. */
const NO_LOOP = { detaches: 100 } as const

export interface Scene extends AsyncDisposable {
  readonly host: Estate
  readonly netheal: Installation
  /** The daemon that runs now. */
  daemon: Daemon
  /** When each application was started. */
  readonly starts: ReadonlyMap<string, string>
}

export interface SceneOptions {
  /** What netheal takes for the engine; the engine itself by default. */
  readonly through?: { readonly socketPath: string }
  readonly watch?: ConfigText['watch']
  readonly rule?: Readonly<Record<string, unknown>>
  /** The config and whatever else must be there before the daemon starts. */
  readonly prepare?: (netheal: Installation, host: Estate) => Promise<void>
}

/** Nothing to resolve by default: an exec is not what most faults are about, and takes the most time. */
export async function scene(options: SceneOptions = {}): Promise<Scene> {
  await using stack = new AsyncDisposableStack()
  const box = stack.use(sandbox())
  const host = await estate(box)
  const config = {
    ...configFor(host, { resolve: [], ...options.rule }),
    watch: options.watch ?? EVENTS_ONLY,
    loop: NO_LOOP,
  }
  const netheal = stack.use(await install(options.through ?? realEngine(), config))
  await options.prepare?.(netheal, host)
  const daemon = await netheal.running()
  for (const app of [host.backend, host.worker]) await attached(host, app)
  const starts = new Map<string, string>()
  for (const app of [host.backend, host.worker]) starts.set(app.id, await startedAt(app))
  const kept = stack.move()
  return { host, netheal, daemon, starts, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

export async function attached({ stack }: Estate, app: SandboxContainer): Promise<void> {
  await until(() => isAttached(stack, app), { what: `${app.name} to be attached`, deadline: 40_000 })
}

/** Takes both applications off and waits until both are back; then all that must hold after any fault. */
export async function endsHealed(scene: Scene): Promise<void> {
  const { host, netheal, daemon } = scene
  for (const app of [host.backend, host.worker]) {
    await detach(host.stack, app).catch(unlessOff)
    await attached(host, app)
  }
  expect(daemon.hasExited, daemon.stderr).toBe(false)
  expect(await daemon.stop()).toBe(0)
  for (const app of [host.backend, host.worker]) {
    const before = scene.starts.get(app.id)
    if (before !== undefined) expect(await startedAt(app), `${app.name} is as it was started`).toBe(before)
  }
  await nothingTorn(netheal)
  await stateIsReadable(netheal)
  const { code, answer } = await netheal.check()
  expect({ code, inSync: answer.inSync }).toEqual({ code: 0, inSync: true })
}

/** Each line of the action log says what it says to whoever reads it back. */
export async function nothingTorn(netheal: Installation): Promise<void> {
  const lines = await netheal.actionLog()
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.filter(line => readLine(line).kind !== 'entry')).toEqual([])
}

/** The state as any reader finds it: whole, at whatever moment. */
export async function stateIsReadable(netheal: Installation): Promise<void> {
  const text = await readFile(join(netheal.folder, 'state/state.json'), 'utf8')
  expect(JSON.parse(text)).toMatchObject({ version: 2 })
}

/** 403, 404 or 500 "is not connected": the fault itself, or the engine's restart, took it off already. */
function unlessOff(error: unknown): void {
  if (!/is not connected/.test(String(error))) throw error
}
