// Serves `http.listen` from what the daemon knows: the page, the status, the health check, the metrics. Each is made on
// request, and the page in its own thread: no heal waits for it.
import { hostname } from 'node:os'
import type { Config } from '../../config/config.ts'
import { printable } from '../../core/printable.ts'
import type { LastPass } from '../../core/state.ts'
import type { PassDeps } from '../../heal/pass-deps.ts'
import type { Reply, Routes } from '../../http/answer.ts'
import type { Build } from '../build.ts'
import type { Status } from '../status/current-status.ts'
import type { Wired } from '../wire.ts'

export interface ServeOptions extends Pick<Wired, 'notices' | 'counts'> {
  readonly deps: Pick<PassDeps, 'notebook' | 'recorder' | 'clock' | 'journal'>
  readonly build: Build
}

/** Milliseconds. */
const PAGE_KEPT = 5_000
const STATUS_KEPT = 250

/** Seconds after which a page that is left open asks again. */
const REFRESH = 30

export interface Served extends AsyncDisposable {
  /** Null: nothing listens, or not now. */
  readonly port: number | null
}

/** Returns before the port is open; nothing is loaded where the config asks for none. */
export async function serve(config: Config, options: ServeOptions): Promise<Served> {
  const { listen, hosts } = config.http
  if (listen === null) return { port: null, async [Symbol.asyncDispose]() {} }
  const { openSite } = await import('../../http/server.ts')
  const { clock, journal, recorder } = options.deps
  const stop = new AbortController()
  const site = openSite({
    listen,
    hosts,
    routes: await routesFor(config, options, stop.signal),
    clock,
    journal,
    onProblem(problem) {
      recorder.note('http', problem)
      // So that `netheal status` says it too, and takes it back.
      void recorder.save(false)
    },
  })
  return {
    get port() {
      return site.address?.port ?? null
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await site[Symbol.asyncDispose]()
    },
  }
}

async function routesFor(
  config: Config,
  { deps, notices, counts, build }: ServeOptions,
  stop: AbortSignal,
): Promise<Routes> {
  const { clock, notebook, recorder } = deps
  const before = notebook.state.lastPass
  const [
    { plain },
    { kept },
    { jsonText },
    { pageInThread, USUAL_SPAN },
    { PAGE_POLICY },
    { statusOf },
    { statusJson },
  ] = await Promise.all([
    import('../../http/answer.ts'),
    import('../../http/kept.ts'),
    import('../json.ts'),
    import('../report/page-thread.ts'),
    import('../../page/policy.ts'),
    import('../status/current-status.ts'),
    import('../status/json.ts'),
  ])
  const status = kept(
    () => {
      // What the recorder knows now, where the state file may be as old as the disk is full.
      const state = { ...notebook.state, problems: recorder.problems }
      return statusOf(config, { stored: state, state, notices: notices.value, note: null }, clock.now())
    },
    clock,
    STATUS_KEPT,
  )
  const html = kept(
    async () => {
      const now = await status()
      const about = { program: build.version, host: hostname(), refresh: REFRESH }
      const job = { place: config.log.directory, status: now, since: now.now - USUAL_SPAN, about }
      return await pageInThread(job, stop)
    },
    clock,
    PAGE_KEPT,
  )
  const routes = new Map<string, () => Promise<Reply>>([
    [
      '/',
      async () => {
        try {
          return { status: 200, type: 'text/html; charset=utf-8', body: await html(), policy: PAGE_POLICY }
        } catch (error) {
          // Nobody waits for it any more.
          if (stop.aborted) return plain(503, 'netheal is stopping')
          throw error
        }
      },
    ],
    [
      '/status',
      async () => ({
        status: 200,
        type: 'application/json; charset=utf-8',
        body: jsonText(statusJson(await status())),
        policy: null,
      }),
    ],
    [
      '/healthz',
      async () => {
        const illness = illnessOf(await status(), before)
        return illness === null ? plain(200, 'ok') : plain(503, illness)
      },
    ],
    [
      '/metrics',
      async () => {
        const [{ metricsText }, { CONTENT_TYPE }] = await Promise.all([
          import('./metrics-text.ts'),
          import('../../metrics/exposition.ts'),
        ])
        const { state, pause, targets, now } = await status()
        const facts = { unwritten: recorder.unwritten.length, targets }
        const body = await metricsText(state, counts.value, { build, pausedUntil: pause.until, now, ...facts })
        return { status: 200, type: CONTENT_TYPE, body, policy: null }
      },
    ],
  ])
  return routes
}

/**
 * Null: the healer lives and sees. It is about the healer, not about what it heals: a loop or a detached container is for
 * `/status`, and restarting netheal would mend neither. `before`: the last pass when it began; only another one shows life.
 */
export function illnessOf({ healer, state, now }: Pick<Status, 'healer' | 'state' | 'now'>, before: LastPass | null) {
  const last = state.lastPass
  if (last === null || last === before) return 'starting: no pass has finished yet'
  if (!healer.alive) return `hanging: the last pass ended ${Math.round((now - last.at) / 1000)} s ago`
  return last.ok ? null : `blind: the last pass failed: ${printable(last.error ?? 'no reason given')}`
}
