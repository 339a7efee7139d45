// Walks the way of a heal before there is one, on a made-up world and without the engine, the disk or the journal. V8 compiles
// a function when it is first called and makes it fast later: the first heal of a process would take 4 ms from the engine's
// answer to the connect instead of 1, and a new container is locked for its whole start some 8 ms after it is created.
import type { Rule } from '../core/rule.ts'
import { EMPTY_STATE } from '../core/state.ts'
import type { Container, Network } from '../core/world.ts'
import { openNotebook } from './notebook.ts'
import { pass } from './pass.ts'
import type { PassDeps, PassSettings } from './pass-deps.ts'
import type { Clock, Engine } from './ports.ts'
import { openRecorder } from './recorder.ts'
import { relevanceFilter } from './relevance.ts'

/** One more makes it no faster: V8 prepares what it has seen a few times for the calls that follow. */
const ROUNDS = 20

/** Resolves when the healing path is warm, with how many of the made-up containers were attached: all of them. */
export async function warmUp(clock: Clock): Promise<number> {
  let attached = 0
  for (let round = 0; round < ROUNDS; round++) attached += await rehearse(round, clock)
  return attached
}

/** A container on its network is replaced by another one, which is created and not on it. Resolves with 1 for a heal. */
async function rehearse(round: number, clock: Clock): Promise<number> {
  const [old, created] = [containerOf(`a${round}`, 'running', true), containerOf(`b${round}`, 'created', false)]
  let current: Container = old
  const engine: Pick<Engine, 'lookAll' | 'lookAt' | 'connect'> = {
    lookAll: async () => ({ ...world, containers: [current] }),
    lookAt: async ids => ({
      containers: ids.includes(current.id) ? [current] : [],
      gone: ids.filter(id => id !== current.id),
      unseen: [],
      networks: world.networks,
    }),
    connect: async () => {
      current = containerOf(created.id, 'created', true)
    },
  }
  const notebook = openNotebook(EMPTY_STATE)
  const nothing = async (): Promise<void> => undefined
  const journal = { info: silent, warn: silent, error: silent }
  const store = { save: nothing, writeIntent: nothing }
  const deps: PassDeps = {
    engine: engine as Engine,
    ...{ clock, journal, notebook },
    recorder: openRecorder({ write: nothing }, store, notebook, journal),
    counter: { finished: silent, failed: silent },
    heartbeat: { beat: async () => false },
    pause: { until: async () => null },
    random: () => 0,
  }
  const settings: PassSettings = { ...rehearsed, mode: 'daemon', pid: 0, seesStarts: true }
  const { signal } = new AbortController()
  const filter = relevanceFilter(settings.rules)
  await pass(deps, settings, { kind: 'full' }, signal)
  current = created
  const { id, name, image, labels } = created
  filter.of({ kind: 'container', action: 'create', id, name, image, labels }, notebook.world)
  const result = await pass(deps, settings, { kind: 'containers', ids: new Set([old.id, id]) }, signal)
  return result.kind === 'passed' ? result.outcomes.filter(it => it.kind === 'verified').length : 0
}

const silent = (): void => undefined

const home: Network = { id: 'home', name: 'home', driver: 'bridge', internal: false, labels: {} }
const stack: Network = { ...home, id: 'stack', name: 'stack' }
const world = { networks: [home, stack], gatewayPriority: true, newestTakesRoute: false }

const rule: Rule = {
  containers: [{ coolify: 'app' }],
  network: 'stack',
  ...{ resolve: [], aliases: null, ipv4: null, gatewayPriority: -1, repair: true, onLoop: 'heal' },
  restart: { when: 'never', cooldown: 0, maxPerHour: 0, grace: 0 },
}
const rehearsed = { rules: [rule], loop: { detaches: 3, within: 900_000, clearAfter: 3_600_000 } }

function containerOf(id: string, status: 'created' | 'running', isAttached: boolean): Container {
  const endpoint = (network: Network) => ({
    ...{ network: network.name, networkId: network.id, aliases: [] },
    endpointId: status === 'running' ? id : '',
  })
  return {
    ...{ id, name: 'app', image: 'app', status, networkMode: home.name, createdAt: 0 },
    labels: {
      'coolify.managed': 'true',
      'coolify.applicationId': '1',
      'coolify.resourceName': 'app',
      'coolify.pullRequestId': '0',
    },
    endpoints: isAttached ? [endpoint(home), endpoint(stack)] : [endpoint(home)],
    run: { startedAt: null, finishedAt: null, restartCount: 0, exitCode: 0, error: '', missingNetwork: null },
  }
}
