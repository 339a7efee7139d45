/**
 * What must be true after each step, whatever it was: every wanted application is attached, each loss is in the state with
 * its cause and nothing else is, netheal restarted nothing and touched nobody else's, its log can be read to the last
 * line, and its daemon has not grown.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readLine } from '../src/history/logged-line.ts'
import type { DetachRecord } from '../test/engine/answers.ts'
import { until } from '../test/support/until.ts'
import { type App, isOn, type Stage, startOf } from './stage.ts'

/** A loss that the step has caused. */
export interface Loss {
  /** Of the container that was found without its network: the new one, where it was replaced. */
  readonly id: string
  readonly cause: 'explicit' | 'replaced' | 'network-recreated'
}

/** Milliseconds until what does not come is a failure. */
const PATIENCE = 60_000

/** The budget of an idle daemon is 60 MiB resident; this one never rests. */
const MOST_MEMORY = 128

interface State {
  readonly lastPass: { readonly ok: boolean; readonly pid: number } | null
  readonly attachments: Readonly<Record<string, Remembered>>
  readonly detaches: readonly DetachRecord[]
}

interface Remembered {
  readonly wanted: boolean
  readonly state: string
  /** By container id. `unreachable` says what it cannot reach. `unproven` is null once its names resolve inside it, or none were asked for. */
  readonly seen: Readonly<
    Record<string, { readonly unproven: number | null; readonly unreachable: { readonly reason: string } | null }>
  >
}

export class Model {
  readonly #stage: Stage
  /** Losses that earlier steps account for. */
  readonly #known = new Set<string>()
  /** Lines of the action log that have been read. */
  #lines = 0
  /** MiB, the most of all daemons. */
  peak = 0

  constructor(stage: Stage) {
    this.#stage = stage
  }

  get lines(): number {
    return this.#lines
  }

  /** Waits until it has come true, and throws what did not. */
  async holds(losses: readonly Loss[]): Promise<void> {
    const { apps, network } = this.#stage
    for (const app of Object.values(apps)) if (app.wanted) await this.#isOn(app, `${app.title} to be attached`)
    const news = await this.#accounted(losses)
    for (const loss of news) this.#known.add(keyOf(loss))
    for (const app of Object.values(apps)) {
      const startedAt = await startOf(app.container)
      if (startedAt !== app.startedAt)
        fail(`${app.title} was restarted: started ${app.startedAt}, and now ${startedAt}`)
      if (app.wanted && !(await isOn(network, app.container))) fail(`${app.title} was attached, and is not any more`)
    }
    await this.#reach()
    await this.#others()
    await this.#readable()
    await this.#daemon()
  }

  /** Waits until all that reach nothing now are said to, for one of these reasons. */
  async unreachable(reasons: readonly string[]): Promise<void> {
    const { apps } = this.#stage
    // The spare one has no names and no targets: only what is wrong with the network itself is said of it.
    const about = Object.values(apps).filter(
      a => a.wanted && (a.title !== 'spare' || reasons.includes('bridge-missing')),
    )
    let seen = ''
    const said = async (): Promise<boolean> => {
      const { attachments } = await this.#state()
      const found = about.map(({ container }) => {
        const attachment = Object.values(attachments).find(a => a.wanted && container.id in a.seen)
        return { state: attachment?.state, reason: attachment?.seen[container.id]?.unreachable?.reason }
      })
      seen = JSON.stringify(found)
      return found.every(f => f.state === 'unreachable' && reasons.includes(f.reason ?? ''))
    }
    await until(said, { what: 'it to be said', deadline: PATIENCE, every: 100 }).catch(error => {
      throw new Error(`the state does not say that they are unreachable (${reasons.join(', ')}): ${seen}`, {
        cause: error,
      })
    })
  }

  /** Waits until the loss is noticed: what comes next would else be one with it. */
  async noticed(losses: readonly Loss[]): Promise<void> {
    const wanted = losses.map(l => l.id).sort()
    await until(async () => isDeepStrictEqual((await this.#news()).map(d => d.evidence.containerId).sort(), wanted), {
      ...{ what: 'netheal to notice what is lost', deadline: PATIENCE, every: 25 },
    })
  }

  async #isOn(app: App, what: string): Promise<void> {
    await until(() => isOn(this.#stage.network, app.container), { what, deadline: PATIENCE })
  }

  async #state(): Promise<State> {
    const text = await readFile(join(this.#stage.netheal.folder, 'state/state.json'), 'utf8')
    return (JSON.parse(text) as { state: State }).state
  }

  async #news(): Promise<readonly DetachRecord[]> {
    return (await this.#state()).detaches.filter(d => !this.#known.has(keyOf(d)))
  }

  /** The state of the daemon that runs now: all is attached, its names resolve, and exactly these losses are new. */
  async #accounted(losses: readonly Loss[]): Promise<readonly DetachRecord[]> {
    const wanted = losses.map(l => `${l.id.slice(0, 12)} ${l.cause}`).sort()
    let seen = 'no state yet'
    const accounted = async (): Promise<readonly DetachRecord[] | null> => {
      const { lastPass, attachments, detaches } = await this.#state()
      const news = detaches.filter(d => !this.#known.has(keyOf(d)))
      const found = news.map(d => `${d.evidence.containerId.slice(0, 12)} ${d.cause}`).sort()
      const unwell = Object.values(attachments).filter(a => a.wanted && !isWell(a))
      seen = JSON.stringify({ lastPass, unwell, losses: found })
      const isOurs = lastPass?.ok === true && lastPass.pid === this.#stage.daemon.pid
      return isOurs && unwell.length === 0 && isDeepStrictEqual(found, wanted) ? news : null
    }
    return await until(accounted, { what: 'the state', deadline: PATIENCE, every: 50 }).catch(error => {
      throw new Error(`the state does not say what happened: expected ${JSON.stringify(wanted)}, found ${seen}`, {
        cause: error,
      })
    })
  }

  /** By packets, and not by what anybody says. */
  async #reach(): Promise<void> {
    const { apps, box, database, network } = this.#stage
    const address = (await database.handle.inspect()).NetworkSettings.Networks[network.name]?.IPAddress ?? ''
    for (const app of Object.values(apps).filter(a => a.wanted)) {
      const { exitCode } = await box.exec(app.container.id, ['ping', '-c', '1', '-W', '5', address])
      if (exitCode !== 0) fail(`${app.title} is said to be well, and does not reach the database at ${address}`)
    }
  }

  /** Nobody else's container, and what no rule asks for, is as its operator left it. */
  async #others(): Promise<void> {
    const { box, bystander, coolify } = this.#stage
    const on = await box.networksOf(bystander.id)
    if (!isDeepStrictEqual(on, [coolify.name])) fail(`the bystander is on ${on.join(', ')}`)
  }

  async #readable(): Promise<void> {
    const { netheal } = this.#stage
    const lines = await netheal.actionLog()
    const news = lines.slice(this.#lines)
    this.#lines = lines.length
    for (const line of news)
      if (readLine(line).kind !== 'entry') fail(`a line of the action log cannot be read: ${line}`)
    const restarts = news.filter(line => /\] ACTION: (Restarting|Starting) /.test(line))
    if (restarts.length > 0) fail(`netheal restarts, and no rule says so: ${restarts.join('; ')}`)
  }

  async #daemon(): Promise<void> {
    const { daemon } = this.#stage
    if (daemon.hasExited) fail(`the daemon has ended: ${daemon.stderr}`)
    if (daemon.stderr !== '') fail(`the daemon complains: ${daemon.stderr}`)
    const status = await readFile(`/proc/${daemon.pid}/status`, 'utf8')
    const mebibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
    this.peak = Math.max(this.peak, mebibytes)
    if (!(mebibytes < MOST_MEMORY)) fail(`the daemon has grown to ${Math.round(mebibytes)} MiB`)
  }
}

/** Attached, and no proof is pending. */
function isWell({ state, seen }: Remembered): boolean {
  return state === 'attached' && Object.values(seen).every(s => s.unproven === null)
}

/** An amended cause leaves it the same loss. */
function keyOf({ at, evidence }: DetachRecord): string {
  return `${at} ${evidence.containerId}`
}

function fail(words: string): never {
  throw new Error(words)
}
