// Walks the way of a heal before there is one, with an engine that is made up in this process (docker/made-up.ts) and records
// in a folder of their own, which it removes: no call is made. V8 compiles a function when it is first called and makes it fast
// later, and a new container is locked for its whole start a few milliseconds after it is created (docs/design.md, "New
// containers"). Cold, netheal's own part of the way from the event to the connect takes twice as long.
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Rule } from '../core/rule.ts'
import { EMPTY_STATE } from '../core/state.ts'
import { openEngine } from '../docker/engine.ts'
import { madeUpConnection } from '../docker/made-up.ts'
import { openNotebook } from '../heal/notebook.ts'
import { pass } from '../heal/pass.ts'
import type { PassDeps, PassSettings } from '../heal/pass-deps.ts'
import type { ActionLog, Clock, Engine, StateStore } from '../heal/ports.ts'
import { openRecorder } from '../heal/recorder.ts'
import { relevanceFilter } from '../heal/relevance.ts'
import { openActionLog } from '../record/action-log.ts'
import type { LineFormat } from '../record/line.ts'
import { openState, type StateFile } from '../record/state.ts'
import { EMPTY } from '../record/state-shape.ts'

/** One more makes it no faster: V8 prepares what it has seen a few times for the calls that follow. */
const ROUNDS = 20

/**
 * Resolves when the healing path is warm, with how many of the made-up containers were attached: all of them. 0, and cold, where
 * no temporary folder can be made for the records.
 */
export async function warmUp(clock: Clock, format: LineFormat): Promise<number> {
  let directory: string
  try {
    directory = mkdtempSync(join(tmpdir(), 'netheal-warm-up-'))
  } catch {
    return 0
  }
  const log = openActionLog({ directory, format, maxSize: 1_000_000, keep: 1 })
  try {
    return await healMadeUp(clock, log, openState({ directory }))
  } finally {
    await log.close()
    await rm(directory, { recursive: true, force: true }).catch(nothing)
  }
}

async function healMadeUp(clock: Clock, log: ActionLog, file: StateFile): Promise<number> {
  const store: StateStore = { save: nothing, writeIntent: intent => file.writeIntent(intent, EMPTY) }
  /** The container that is there now. */
  let current = containerJson('0', true)
  using engine = openEngine({
    ...{ host: 'made-up', tls: null, timeout: 10_000 },
    connection: madeUpConnection((method, path) => {
      if (method === 'POST') current = containerJson(current.Id, true)
      if (path === '/version') return { ApiVersion: '1.51', MinAPIVersion: '1.24', Version: '28' }
      if (path === '/networks') return [networkJson('home'), networkJson('stack')]
      if (path.startsWith('/containers/json')) return [{ ...current, Names: ['/app'], State: 'running', Created: 1 }]
      return path === `/containers/${current.Id}/json` || method === 'POST' ? current : undefined
    }),
  })
  let attached = 0
  for (let round = 1; round <= ROUNDS; round++) {
    const before = current.Id
    const created = containerJson(String(round), false)
    attached += await rehearse(engine, clock, { log, store }, [before, created.Id], () => {
      current = created
    })
  }
  return attached
}

/** A container is replaced by another one, which is created and not on the network. Resolves with how many were attached. */
async function rehearse(
  engine: Engine,
  clock: Clock,
  { log, store }: { readonly log: ActionLog; readonly store: StateStore },
  [old, created]: readonly [string, string],
  replace: () => void,
): Promise<number> {
  const notebook = openNotebook(EMPTY_STATE)
  const journal = { info: silent, warn: silent, error: silent }
  const deps: PassDeps = {
    ...{ engine, clock, journal, notebook },
    recorder: openRecorder(log, store, notebook, journal),
    counter: { finished: silent, failed: silent },
    heartbeat: { beat: async () => false },
    pause: { until: async () => null },
    random: () => 0,
  }
  const { signal } = new AbortController()
  const filter = relevanceFilter(settings.rules)
  await pass(deps, settings, { kind: 'full' }, signal)
  replace()
  filter.of(
    { kind: 'container', action: 'create', id: created, name: 'app', image: 'app', labels: LABELS },
    notebook.world,
  )
  const result = await pass(deps, settings, { kind: 'containers', ids: new Set([old, created]) }, signal)
  return result.kind === 'passed' ? result.outcomes.filter(it => it.kind === 'verified').length : 0
}

const silent = (): void => undefined
const nothing = async (): Promise<void> => undefined

const rule: Rule = {
  containers: [{ coolify: 'app' }],
  network: 'stack',
  ...{ resolve: [], reach: [], aliases: null, ipv4: null, ipv6: null, macAddress: null, gatewayPriority: -1 },
  ...{ repair: true, onLoop: 'heal', onUnreachable: 'report', drift: 'report' },
  restart: { when: 'never', cooldown: 0, maxPerHour: 0, grace: 0 },
}

const settings: PassSettings = {
  rules: [rule],
  loop: { detaches: 3, within: 900_000, clearAfter: 3_600_000 },
  ...{ mode: 'daemon', pid: 0, seesStarts: true },
}

const LABELS = {
  'coolify.managed': 'true',
  'coolify.applicationId': '1',
  'coolify.resourceName': 'app',
  'coolify.pullRequestId': '0',
}

const networkJson = (name: string) => ({ Id: name, Name: name, Driver: 'bridge', Internal: false, Labels: {} })

/** As an inspect answers. */
function containerJson(id: string, isAttached: boolean) {
  const entry = (network: string) => ({ NetworkID: network, EndpointID: '', Aliases: null })
  return {
    ...{ Id: id, Name: '/app', Created: '2026-01-01T00:00:00Z', RestartCount: 0 },
    State: { Status: 'created', StartedAt: null, FinishedAt: null, ExitCode: 0, Error: '' },
    Config: { Image: 'app', Labels: LABELS },
    ...{ Labels: LABELS, Image: 'app', HostConfig: { NetworkMode: 'home' } },
    NetworkSettings: { Networks: { home: entry('home'), ...(isAttached ? { stack: entry('stack') } : {}) } },
  }
}
