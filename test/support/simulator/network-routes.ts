// The routes of networks that netheal never calls, and that who drives an engine does.
import { Filters } from '../../../src/simulator/filters.ts'
import { networkJson } from '../../../src/simulator/network-json.ts'
import { Refusal } from '../../../src/simulator/refusal.ts'
import { type Answer, type Call, created, done, type Handler, ok } from '../../../src/simulator/route-table.ts'
import { pruneNetworks, removeNetwork } from './changes.ts'
import { pattern } from './pattern.ts'

export const networkRoutes: Readonly<Record<string, Handler>> = {
  'GET /networks': list,
  'POST /networks/create': create,
  'POST /networks/prune': call => {
    const names = pruneNetworks(call.engine)
    return ok({ NetworksDeleted: names.length === 0 ? null : names })
  },
  'DELETE /networks/{id}': call => {
    removeNetwork(call.engine, call.id)
    return done(204)
  },
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

async function list(call: Call): Promise<Answer> {
  const filters = Filters.parse(call.query.get('filters'))
  await call.engine.take('list')
  const shown = [...call.engine.networks.values()].filter(
    network => pattern(filters, 'name', network.name) && filters.labels('label', network.labels),
  )
  return ok(shown.map(network => networkJson(call.engine, network)))
}
