// The network part of the API.
import { connect, disconnect } from './attach.ts'
import { endpointWish } from './container-routes.ts'
import type { Engine } from './engine.ts'
import { Filters } from './filters.ts'
import type { SimNetwork } from './network.ts'
import { networkJson } from './network-json.ts'
import { noSuchNetwork, Refusal } from './refusal.ts'
import { pruneNetworks, removeNetwork } from './removal.ts'
import { type Answer, type Call, created, done, type Handler, ok } from './route-table.ts'

export const networkRoutes: Readonly<Record<string, Handler>> = {
  'GET /networks': list,
  'POST /networks/create': create,
  'POST /networks/prune': call => {
    const names = pruneNetworks(call.engine)
    return ok({ NetworksDeleted: names.length === 0 ? null : names })
  },
  'POST /networks/{id}/connect': async call => {
    const container = call.body.text('Container') ?? ''
    await connect(call.engine, call.id, container, endpointWish(call.body.fields('EndpointConfig')))
    return done(200)
  },
  'POST /networks/{id}/disconnect': async call => {
    await disconnect(call.engine, call.id, call.body.text('Container') ?? '', call.body.flag('Force'))
    return done(200)
  },
  'GET /networks/{id}': call => ok(networkJson(call.engine, theOne(call.engine, call.id), true)),
  'DELETE /networks/{id}': call => {
    removeNetwork(call.engine, call.id)
    return done(204)
  },
}

function theOne(engine: Engine, reference: string): SimNetwork {
  const found = engine.findNetwork(reference)
  if (found.length > 1) {
    throw new Refusal(400, `${found.length} matches found based on name: network ${reference} is ambiguous`)
  }
  const [only] = found
  if (only === undefined) throw noSuchNetwork(reference)
  return only
}

async function list(call: Call): Promise<Answer> {
  const filters = Filters.parse(call.query.get('filters'))
  await call.engine.take('list')
  const shown = [...call.engine.networks.values()].filter(
    network =>
      filters.pattern('name', network.name) &&
      filters.pattern('id', network.id) &&
      filters.labels('label', network.labels) &&
      filters.exact('driver', network.driver) &&
      filters.exact('scope', network.scope),
  )
  return ok(shown.map(network => networkJson(call.engine, network, false)))
}

function create(call: Call): Answer {
  const { body } = call
  const name = body.text('Name')
  if (name === undefined) throw new Refusal(400, 'network name is required')
  const subnet = body.fields('IPAM').first('Config').text('Subnet')
  const driver = body.text('Driver')
  const { network, warning } = call.engine.createNetwork({
    name,
    internal: body.flag('Internal'),
    attachable: body.flag('Attachable'),
    labels: body.labels('Labels'),
    options: body.labels('Options'),
    checkDuplicate: body.flag('CheckDuplicate'),
    ...(driver === undefined ? {} : { driver, scope: driver === 'overlay' ? 'swarm' : 'local' }),
    ...(subnet === undefined ? {} : { subnet }),
  })
  return created({ Id: network.id, Warning: warning })
}
