// The routes that netheal never calls, and that who drives an engine does: the contract, a deployment.
import {
  type ContainerSpec,
  type EndpointWish,
  isUp,
  type RestartPolicyName,
  type SimContainer,
} from '../../../src/simulator/container.ts'
import { listed } from '../../../src/simulator/container-json.ts'
import { endpointWish, graceOf, isTrue } from '../../../src/simulator/container-routes.ts'
import type { Engine } from '../../../src/simulator/engine.ts'
import { createContainer } from '../../../src/simulator/existence.ts'
import { Filters } from '../../../src/simulator/filters.ts'
import { isOlder } from '../../../src/simulator/generation.ts'
import { Refusal } from '../../../src/simulator/refusal.ts'
import { remove } from '../../../src/simulator/removal.ts'
import { type Answer, type Call, created, done, type Handler, ok } from '../../../src/simulator/route-table.ts'
import { kill, stop } from '../../../src/simulator/stopping.ts'
import { pause, rename, unpause } from './changes.ts'
import { pattern } from './pattern.ts'

const listFilters = [
  'id',
  'name',
  'label',
  'status',
  'network',
  'ancestor',
  'exited',
  'before',
  'since',
  'health',
  'volume',
]
const statuses = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']

export const containerRoutes: Readonly<Record<string, Handler>> = {
  'GET /containers/json': list,
  'POST /containers/create': create,
  'POST /containers/{id}/stop': async call => {
    await stop(call.engine, call.id, graceOf(call))
    return done(204)
  },
  'POST /containers/{id}/kill': async call => {
    await kill(call.engine, call.id, signalOf(call.query.get('signal') ?? 'KILL'))
    return done(204)
  },
  'POST /containers/{id}/pause': async call => {
    await pause(call.engine, call.id)
    return done(204)
  },
  'POST /containers/{id}/unpause': async call => {
    await unpause(call.engine, call.id)
    return done(204)
  },
  'POST /containers/{id}/rename': async call => {
    await rename(call.engine, call.id, call.query.get('name') ?? '')
    return done(204)
  },
  'POST /containers/{id}/wait': wait,
  'DELETE /containers/{id}': async call => {
    await remove(call.engine, call.id, isTrue(call.query.get('force')))
    return done(204)
  },
}

function signalOf(text: string): number {
  const names: Readonly<Record<string, number>> = { HUP: 1, INT: 2, QUIT: 3, KILL: 9, USR1: 10, USR2: 12, TERM: 15 }
  const number = /^\d+$/.test(text) ? Number(text) : names[text.toUpperCase().replace(/^SIG/, '')]
  if (number === undefined) throw new Refusal(400, `Invalid signal: ${text}`)
  return number
}

function create(call: Call): Answer {
  const { body, engine } = call
  const host = body.fields('HostConfig')
  const wishes: Record<string, EndpointWish> = {}
  const endpoints = body.fields('NetworkingConfig').fields('EndpointsConfig')
  for (const name of endpoints.keys) wishes[name] = endpointWish(endpoints.fields(name))
  if (endpoints.keys.length > 1 && isOlder(call.api, '1.44')) {
    throw new Refusal(400, `Container cannot be connected to network endpoints: ${endpoints.keys.join(', ')}`)
  }
  const command = [...body.texts('Entrypoint'), ...body.texts('Cmd')]
  const image = body.text('Image') ?? ''
  const name = call.query.get('name')
  const hostname = body.text('Hostname')
  const mode = host.text('NetworkMode')
  const logDriver = host.fields('LogConfig').text('Type')
  const spec: ContainerSpec = {
    image,
    command: command.length === 0 ? ['sleep', 'infinity'] : command,
    labels: body.labels('Labels'),
    environment: body.texts('Env'),
    networks: wishes,
    restart: restartName(host.fields('RestartPolicy').text('Name')),
    maximumRetries: host.fields('RestartPolicy').count('MaximumRetryCount'),
    autoRemove: host.flag('AutoRemove'),
    tty: body.flag('Tty'),
    ...(name === null || name === '' ? {} : { name }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(logDriver === undefined ? {} : { logDriver }),
    ...(mode === undefined ? {} : { networkMode: settledMode(engine, mode) }),
  }
  return created({ Id: createContainer(engine, spec).id, Warnings: [] })
}

/** A network may be given by its id: the entry is under its name. `container:NAME` becomes the id. */
function settledMode(engine: Engine, mode: string): string {
  if (mode.startsWith('container:')) return `container:${engine.container(mode.slice('container:'.length)).id}`
  return engine.networks.get(mode)?.name ?? mode
}

function restartName(text: string | undefined): RestartPolicyName {
  return text === 'always' || text === 'unless-stopped' || text === 'on-failure' ? text : 'no'
}

async function wait(call: Call): Promise<Answer> {
  const condition = call.query.get('condition') ?? 'not-running'
  // 20.10 takes any word for `not-running`.
  const known = ['', 'not-running', 'next-exit', 'removed'].includes(condition)
  if (!known && call.engine.traits.era !== 1) {
    throw new Refusal(400, `invalid condition: "${condition}"`)
  }
  const container = call.engine.container(call.id)
  const over = condition !== 'next-exit' && condition !== 'removed' && !isUp(container)
  const out = call.open(200, 'application/json')
  const tell = () => out.end(`${JSON.stringify({ StatusCode: container.exitCode })}\n`)
  if (over) tell()
  else {
    const awaited = condition === 'removed' ? 'destroy' : 'die'
    const { cancel } = call.engine.events.subscribe(Filters.parse(null), null, null, event => {
      if (event.id === container.id && event.action === awaited) tell()
    })
    out.on('close', cancel)
  }
  return { kind: 'streamed' }
}

async function list(call: Call): Promise<Answer> {
  const filters = Filters.parse(call.query.get('filters'), call.engine.traits.era === 1 ? 500 : 400)
  const invalid = call.engine.traits.capitals ? 'Invalid filter' : 'invalid filter'
  for (const key of filters.keys) if (!listFilters.includes(key)) throw new Refusal(400, `${invalid} '${key}'`)
  for (const status of filters.get('status')) {
    if (statuses.includes(status)) continue
    const why = `: invalid value for state (${status}): must be one of created, running, paused, restarting, removing, exited, dead`
    throw new Refusal(400, `${invalid} 'status=${status}'${call.engine.traits.era === 3 ? why : ''}`)
  }
  await call.engine.take('list')
  const all = isTrue(call.query.get('all')) || filters.has('status')
  const shown = [...call.engine.containers.values()].filter(c => (all || isUp(c)) && included(call.engine, filters, c))
  const limit = Number(call.query.get('limit') ?? 0)
  // Newest first, as Docker lists.
  const newest = shown.reverse()
  return ok((limit > 0 ? newest.slice(0, limit) : newest).map(container => listed(call.engine, container)))
}

function included(engine: Engine, filters: Filters, container: SimContainer): boolean {
  return (
    filters.prefix('id', container.id) &&
    filters.get('name').length === filters.get('name').filter(name => name !== '').length &&
    (pattern(filters, 'name', container.name) || pattern(filters, 'name', `/${container.name}`)) &&
    filters.labels('label', container.labels) &&
    filters.exact('status', container.status) &&
    filters.exact('ancestor', container.image) &&
    onNetwork(engine, filters, container)
  )
}

function onNetwork(engine: Engine, filters: Filters, container: SimContainer): boolean {
  if (!filters.has('network')) return true
  return filters.get('network').some(wanted => {
    const ids = engine.findNetwork(wanted).map(network => network.id)
    return [...container.entries].some(([name, entry]) => name === wanted || ids.includes(entry.networkId))
  })
}
