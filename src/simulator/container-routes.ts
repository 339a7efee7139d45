// The container part of the API, as far as netheal calls it: what each route takes from a call, and what it answers.
import type { EndpointWish, SimContainer, Status } from './container.ts'
import { inspected, listed, statistics } from './container-json.ts'
import type { Engine } from './engine.ts'
import type { Fields } from './fields.ts'
import { Filters } from './filters.ts'
import { start } from './lifecycle.ts'
import { Refusal } from './refusal.ts'
import { type Answer, type Call, done, type Handler, ok } from './route-table.ts'
import { restart } from './stopping.ts'

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
  'GET /containers/{id}/json': async call => {
    const container = call.engine.container(call.id)
    await call.engine.take('inspect')
    // A look waits for the container's lock, so it never shows a state in between.
    await container.lock.run(() => undefined)
    return ok(inspected(call.engine, call.engine.container(container.id), call.api))
  },
  'GET /containers/{id}/stats': async call => {
    const container = call.engine.container(call.id)
    await call.engine.take('inspect')
    return ok(statistics(call.engine, container))
  },
  'POST /containers/{id}/start': async call => {
    await start(call.engine, call.id)
    return done(204)
  },
  'POST /containers/{id}/restart': async call => {
    await restart(call.engine, call.id, graceOf(call))
    return done(204)
  },
}

export function isTrue(text: string | null): boolean {
  return text !== null && !['', '0', 'no', 'false', 'none'].includes(text.toLowerCase())
}

/** Seconds in the query, 10 s without; milliseconds out. Negative means for ever: an hour will do. */
export function graceOf(call: Call): number {
  const seconds = Number(call.query.get('t') ?? 10)
  return seconds < 0 ? 3_600_000 : seconds * 1000
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

export function isShown(status: Status): boolean {
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

/** Docker's EndpointSettings, as far as anybody asks for it. */
export function endpointWish(fields: Fields): EndpointWish {
  return {
    aliases: fields.texts('Aliases'),
    ipv4: fields.fields('IPAMConfig').text('IPv4Address') ?? null,
    gatewayPriority: fields.count('GwPriority'),
  }
}
