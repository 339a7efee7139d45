// The container part of the API: what each route takes from a call, and what it answers.
import type { ContainerSpec, EndpointWish, RestartPolicyName, SimContainer, Status } from './container.ts'
import { inspected, listed } from './container-json.ts'
import type { Engine } from './engine.ts'
import { createContainer } from './existence.ts'
import type { Fields } from './fields.ts'
import { Filters } from './filters.ts'
import { isOlder } from './generation.ts'
import { start } from './lifecycle.ts'
import { pause, unpause } from './pausing.ts'
import { Refusal } from './refusal.ts'
import { remove, rename } from './removal.ts'
import { type Answer, type Call, created, done, type Handler, ok } from './route-table.ts'
import { kill, restart, stop } from './stopping.ts'

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
  'GET /containers/{id}/json': async call => {
    const container = call.engine.container(call.id)
    await call.engine.take('inspect')
    // A look waits for the container's lock, so it never shows a state in between.
    await container.lock.run(() => undefined)
    return ok(inspected(call.engine, call.engine.container(container.id), call.api))
  },
  'POST /containers/{id}/start': async call => {
    await start(call.engine, call.id)
    return done(204)
  },
  'POST /containers/{id}/stop': async call => {
    await stop(call.engine, call.id, graceOf(call))
    return done(204)
  },
  'POST /containers/{id}/restart': async call => {
    await restart(call.engine, call.id, graceOf(call))
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

function isTrue(text: string | null): boolean {
  return text !== null && !['', '0', 'no', 'false', 'none'].includes(text.toLowerCase())
}

/** Seconds in the query, 10 s without; milliseconds out. Negative means for ever: an hour will do. */
function graceOf(call: Call): number {
  const seconds = Number(call.query.get('t') ?? 10)
  return seconds < 0 ? 3_600_000 : seconds * 1000
}

function signalOf(text: string): number {
  const names: Readonly<Record<string, number>> = { HUP: 1, INT: 2, QUIT: 3, KILL: 9, USR1: 10, USR2: 12, TERM: 15 }
  const number = /^\d+$/.test(text) ? Number(text) : names[text.toUpperCase().replace(/^SIG/, '')]
  if (number === undefined) throw new Refusal(400, `Invalid signal: ${text}`)
  return number
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
  const shown = [...call.engine.containers.values()].filter(
    c => (all || isShown(c.status)) && included(call.engine, filters, c),
  )
  const limit = Number(call.query.get('limit') ?? 0)
  // Newest first, as Docker lists.
  const newest = shown.reverse()
  return ok((limit > 0 ? newest.slice(0, limit) : newest).map(container => listed(call.engine, container)))
}

function isShown(status: Status): boolean {
  return status === 'running' || status === 'paused' || status === 'restarting'
}

function included(engine: Engine, filters: Filters, container: SimContainer): boolean {
  return (
    filters.prefix('id', container.id) &&
    filters.get('name').length === filters.get('name').filter(name => name !== '').length &&
    (filters.pattern('name', container.name) || filters.pattern('name', `/${container.name}`)) &&
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

/** Docker's EndpointSettings, as far as anybody asks for it. */
export function endpointWish(fields: Fields): EndpointWish {
  return {
    aliases: fields.texts('Aliases'),
    ipv4: fields.fields('IPAMConfig').text('IPv4Address') ?? null,
    gatewayPriority: fields.count('GwPriority'),
  }
}

async function wait(call: Call): Promise<Answer> {
  const condition = call.query.get('condition') ?? 'not-running'
  // 20.10 takes any word for `not-running`.
  const known = ['', 'not-running', 'next-exit', 'removed'].includes(condition)
  if (!known && call.engine.traits.era !== 1) {
    throw new Refusal(400, `invalid condition: "${condition}"`)
  }
  const container = call.engine.container(call.id)
  const over = condition !== 'next-exit' && condition !== 'removed' && !isShown(container.status)
  const out = call.open(200, 'application/json')
  const tell = (exitCode: number) => out.end(`${JSON.stringify({ StatusCode: exitCode })}\n`)
  const waiters = condition === 'removed' ? container.removalWaiters : container.waiters
  if (over) tell(container.exitCode)
  else {
    waiters.add(tell)
    out.on('close', () => waiters.delete(tell))
  }
  return { kind: 'streamed' }
}
