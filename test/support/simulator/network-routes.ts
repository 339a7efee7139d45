// The routes of networks that netheal never calls, and that who drives an engine does.
import type { Engine } from '../../../src/simulator/engine.ts'
import type { SimNetwork } from '../../../src/simulator/network.ts'
import { networkJson } from '../../../src/simulator/network-json.ts'
import { noSuchNetwork, Refusal } from '../../../src/simulator/refusal.ts'
import { type Answer, type Call, created, done, type Handler, ok } from '../../../src/simulator/route-table.ts'
import { pruneNetworks, removeNetwork } from './changes.ts'

export const networkRoutes: Readonly<Record<string, Handler>> = {
  'POST /networks/create': create,
  'POST /networks/prune': call => {
    const names = pruneNetworks(call.engine)
    return ok({ NetworksDeleted: names.length === 0 ? null : names })
  },
  'GET /networks/{id}': call => {
    const network = theOne(call.engine, call.id)
    return ok({ ...networkJson(call.engine, network), Containers: members(call.engine, network) })
  },
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
