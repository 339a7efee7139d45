// Walks the way of a heal before there is one, with an engine that is made up in this process (docker/made-up.ts) and records
// in a folder of their own, which it removes: no call is made. V8 compiles a function when it is first called and makes it fast
// later, and a new container is locked for its whole start a few milliseconds after it is created (docs/design.md, "New
// containers"). Cold, netheal's own part of the way from the event to the connect takes twice as long.
// V8's `--log-function-events` names what a heal still compiles: that belongs in here as well.
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Rule } from '../core/rule.ts'
import { EMPTY_STATE } from '../core/state.ts'
import { openEngine } from '../docker/engine.ts'
import { madeUpEngine } from '../docker/made-up.ts'
import { NO_WIRE } from '../heal/examine.ts'
import { openNotebook } from '../heal/notebook.ts'
import type { Passed } from '../heal/pass.ts'
import type { PassDeps, PassSettings } from '../heal/pass-deps.ts'
import type { Clock, StateStore } from '../heal/ports.ts'
import { NO_WATCH, reconcile } from '../heal/reconcile.ts'
import { openRecorder } from '../heal/recorder.ts'
import { openActionLog } from '../record/action-log.ts'
import type { LineFormat } from '../record/line.ts'
import { openPause } from '../record/pause.ts'
import { openState } from '../record/state.ts'
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
  try {
    return await rehearse(clock, directory, format)
  } finally {
    await rm(directory, { recursive: true, force: true }).catch(nothing)
  }
}

/**
 * A daemon on a made-up host, beside a database on the network that it keeps. Coolify deploys the application again and again:
 * stop first and rolling, in turns.
 */
async function rehearse(clock: Clock, directory: string, format: LineFormat): Promise<number> {
  const database = containerJson('db', 'db', 'running', ['stack'])
  let app = containerJson('app-0', 'app', 'running', ['home', 'stack'])
  const host = madeUpEngine((method, path) => {
    if (method === 'POST') app = containerJson(app.Id, 'app', 'created', ['home', 'stack'])
    if (path === '/version') return { ApiVersion: '1.51', MinAPIVersion: '1.24', Version: '28' }
    if (path === '/networks') return [networkJson('home'), networkJson('stack')]
    if (path.startsWith('/containers/json')) return [database, app].map(listed)
    return method === 'POST' ? {} : [database, app].find(({ Id }) => path === `/containers/${Id}/json`)
  })
  function* deploys(): Generator<void> {
    for (let round = 1; round <= ROUNDS; round++) {
      const old = app.Id
      app = containerJson(`app-${round}`, 'app', 'created', ['home'])
      const events = [eventJson('destroy', old), eventJson('create', app.Id)]
      for (const event of round % 2 === 0 ? events : events.reverse()) yield host.tell(event)
    }
  }
  const log = openActionLog({ directory, format, maxSize: 1_000_000, keep: 1 })
  using engine = openEngine({ host: 'made-up', tls: null, timeout: 10_000, connection: host.connection })
  const file = openState({ directory })
  const journal = { info: silent, warn: silent, error: silent }
  const notebook = openNotebook(EMPTY_STATE)
  const store: StateStore = { ...file, save: nothing, writeIntent: intent => file.writeIntent(intent, EMPTY) }
  const deps: PassDeps = {
    ...{ engine, wire: NO_WIRE, past: null, clock, journal, notebook },
    recorder: openRecorder(log, store, notebook, journal),
    counter: { finished: silent, failed: silent },
    heartbeat: { beat: async () => false },
    pause: openPause({ directory }),
    random: () => 0,
  }
  const ended = new AbortController()
  const signals = { stop: ended.signal, abort: ended.signal }
  const events = deploys()
  let attached = 0
  const onPass = ({ outcomes }: Passed): void => {
    attached += outcomes.filter(it => it.kind === 'verified').length
    if (events.next().done === true) ended.abort()
  }
  await reconcile(deps, settings, { ...NO_WATCH, events: true }, signals, { onPass, onFailedPass: () => ended.abort() })
  await log.close()
  return attached
}

const silent = (): void => undefined
const nothing = async (): Promise<void> => undefined

const rule: Rule = {
  containers: [{ coolify: 'app' }],
  network: 'stack',
  ...{ resolve: [], reach: [], aliases: null, ipv4: null, ipv6: null, gatewayPriority: -1 },
  ...{ repair: true, onLoop: 'heal', onDeploy: 'silent', onUnreachable: 'report', drift: 'report', leave: false },
  restart: { when: 'never', cooldown: 0, maxPerHour: 0, grace: 0 },
}

const settings: PassSettings = {
  rules: [rule],
  // Each deploy is a loss: none of them is to be told of as a loop.
  loop: { detaches: 2 * ROUNDS, within: 900_000, clearAfter: 3_600_000 },
  ...{ mode: 'daemon', pid: 0, seesStarts: true, prove: 600_000 },
}

/** As Coolify and compose set them. */
const LABELS = {
  'coolify.managed': 'true',
  'coolify.applicationId': '1',
  'coolify.resourceName': 'app',
  'coolify.pullRequestId': '0',
  'com.docker.compose.project': 'app',
  'com.docker.compose.service': 'web',
  'com.docker.compose.container-number': '1',
  'com.docker.compose.oneoff': 'False',
}

const networkJson = (name: string) => ({ Id: name, Name: name, Driver: 'bridge', Internal: false, Labels: {} })

const eventJson = (action: string, id: string) => ({
  ...{ Type: 'container', Action: action },
  Actor: { ID: id, Attributes: { ...LABELS, image: 'app', name: 'app' } },
})

/** As an inspect answers. */
function containerJson(id: string, name: string, status: 'created' | 'running', networks: readonly string[]) {
  const endpoint = status === 'running' ? id : ''
  const entry = (network: string) => ({ NetworkID: network, EndpointID: endpoint, Aliases: ['web'] })
  return {
    ...{ Id: id, Name: `/${name}`, Created: '2026-01-01T00:00:00Z', RestartCount: 0 },
    State: { Status: status, StartedAt: '2026-01-01T00:00:00Z', FinishedAt: null, ExitCode: 0, Error: '' },
    Config: { Image: name, Labels: name === 'app' ? LABELS : {} },
    HostConfig: { NetworkMode: networks[0] },
    NetworkSettings: { Networks: Object.fromEntries(networks.map(network => [network, entry(network)])) },
  }
}

/** As a list has it. */
function listed({ Id, Name, State, Config, HostConfig, NetworkSettings }: ReturnType<typeof containerJson>) {
  const { Image, Labels } = Config
  return { ...{ Id, Names: [Name], Image, Labels, Created: 1, State: State.Status }, HostConfig, NetworkSettings }
}
