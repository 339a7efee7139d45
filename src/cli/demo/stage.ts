// The demo's stage: a simulated engine with the runbook's host on it, and the real healer with its real files in a
// temporary directory. What the demo does to the host goes through here.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/load.ts'
import type { Entry } from '../../core/entry.ts'
import { type ReconcileSignals, reconcile } from '../../heal/reconcile.ts'
import { lineMaker } from '../../record/line.ts'
import { realisticLatency } from '../../simulator/engine.ts'
import { coolifyNetwork, pmsBackend, redeployStopFirst, runbookHost, supabaseNetwork } from '../../simulator/recipes.ts'
import { type Simulator, startSimulator } from '../../simulator/simulator.ts'
import { silentJournal } from '../journal.ts'
import { wire } from '../wire.ts'

export const DATABASE_NETWORK = supabaseNetwork
export const APP_NETWORK = coolifyNetwork
export const BACKEND = 'pms-backend'
export const WORKER = 'pms-worker-v2'

export interface Stage extends AsyncDisposable {
  readonly engine: Simulator
  readonly config: Config
  readonly configText: string
  /** What the healer has written down so far. */
  readonly entries: readonly Entry[]
  /** Aborts when the demo has to end. */
  readonly signal: AbortSignal
  /** Starts `netheal run`'s own daemon in this process. */
  startHealer(): Promise<void>
  stopHealer(): Promise<void>
  /** Resolves with the first entry, after `from` of them, that is like this; rejects when `signal` aborts. */
  seen(from: number, like: (entry: Entry) => boolean): Promise<Entry>
  file(name: 'current.log' | 'heartbeat.log'): Promise<string>
}

/** `onLine` gets each line of the action log as it is written. */
export async function setStage(onLine: (line: string) => void, signal: AbortSignal): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'netheal-demo-'))
  const engine = await startSimulator({
    socketPath: join(folder, 'docker.sock'),
    latency: realisticLatency,
  })
  await runbookHost(engine, { attached: false })
  const configFile = join(folder, 'config.json')
  const smallest = {
    attachments: [{ containers: [BACKEND, WORKER], network: DATABASE_NETWORK, resolve: ['supabase-db'] }],
  }
  const places = {
    log: { directory: join(folder, 'log') },
    state: { directory: join(folder, 'state') },
    lock: { directory: join(folder, 'lock') },
  }
  await writeFile(
    configFile,
    JSON.stringify({ ...smallest, ...places, docker: { host: `unix://${engine.socketPath}` } }),
  )
  const { config } = await loadConfig({ flags: { config: configFile }, env: {} })

  const entries: Entry[] = []
  const watchers = new Set<() => void>()
  const line = await lineMaker('text')
  let stop = new AbortController()
  let running: Promise<void> = Promise.resolve()

  return {
    engine,
    config,
    entries,
    signal,
    configText: JSON.stringify(smallest.attachments[0]),
    startHealer() {
      stop = new AbortController()
      // The end of the demo is the end of the healer, too.
      const signals = { stop: AbortSignal.any([stop.signal, signal]), abort: signal }
      const { promise: started, resolve } = Promise.withResolvers<void>()
      running = healer(config, signals, taken, resolve)
      return Promise.race([started, running])
    },
    async stopHealer() {
      stop.abort()
      await running
    },
    seen(from, like) {
      const { promise, resolve, reject } = Promise.withResolvers<Entry>()
      const look = (): void => {
        const found = entries.slice(from).find(like)
        if (found !== undefined) resolve(found)
        else if (signal.aborted) reject(new Error('the demo took too long'))
      }
      watchers.add(look)
      signal.addEventListener('abort', look, { once: true })
      look()
      return promise.finally(() => {
        watchers.delete(look)
        signal.removeEventListener('abort', look)
      })
    },
    file: name => readFile(join(config.log.directory, name), 'utf8'),
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
      await engine[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }

  function taken(some: readonly Entry[]): void {
    entries.push(...some)
    for (const entry of some) onLine(line(entry).trimEnd())
    for (const look of watchers) look()
  }
}

/**
 * Coolify redeploys the backend: the old container is stopped and removed, a new one is made from a compose file that knows
 * nothing of the extra network, and started.
 * Resolves with how many milliseconds after its creation the new container had the network; null: not before its start.
 */
export async function redeployBackend(engine: Simulator): Promise<number | null> {
  let milliseconds: number | null = null
  await redeployStopFirst(engine, pmsBackend, {
    async beforeStart({ id }) {
      const created = performance.now()
      const joined = (): boolean => engine.entry(id, DATABASE_NETWORK) !== undefined
      // On a real host 135 to 300 ms lie between the two; a machine that is busy with other things may take longer here.
      await engine.until(joined, AbortSignal.timeout(3_000)).catch(() => undefined)
      if (joined()) milliseconds = performance.now() - created
    },
  })
  return milliseconds
}

async function healer(
  config: Config,
  signals: ReconcileSignals,
  onEntries: (entries: readonly Entry[]) => void,
  started: () => void,
): Promise<void> {
  await using wired = await wire(config, { mode: 'daemon', pid: 1, journal: silentJournal(), onEntries })
  await reconcile(wired.deps, wired.settings, config.watch, signals, { onPass: started })
}
