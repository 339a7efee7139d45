// The network part of the API, as far as netheal calls it.
import { connect, disconnect } from './attach.ts'
import { endpointWish } from './container-routes.ts'
import type { Engine } from './engine.ts'
import type { SimNetwork } from './network.ts'
import { networkJson } from './network-json.ts'
import { noSuchNetwork, Refusal } from './refusal.ts'
import { type Answer, type Call, done, type Handler, ok } from './route-table.ts'

export const networkRoutes: Readonly<Record<string, Handler>> = {
  'GET /networks': list,
  'GET /networks/{id}': async call => {
    const network = theOne(call.engine, call.id)
    await call.engine.take('inspect')
    return ok({ ...networkJson(call.engine, network), Containers: members(call.engine, network) })
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
}

async function list(call: Call): Promise<Answer> {
  await call.engine.take('list')
  return ok([...call.engine.networks.values()].map(network => networkJson(call.engine, network)))
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

function members(engine: Engine, network: SimNetwork): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const [id, endpoint] of network.endpoints) {
    found[id] = {
      Name: engine.containers.get(id)?.name ?? '',
      EndpointID: endpoint.endpointId,
      MacAddress: endpoint.mac,
      IPv4Address: endpoint.address === '' ? '' : `${endpoint.address}/${network.pool?.prefix ?? 0}`,
      IPv6Address: '',
    }
  }
  return found
}
