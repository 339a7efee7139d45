// The network part of the API, as far as netheal calls it.
import { connect, disconnect } from './attach.ts'
import { endpointWish } from './container-routes.ts'
import { Filters } from './filters.ts'
import { networkJson } from './network-json.ts'
import { type Answer, type Call, done, type Handler, ok } from './route-table.ts'

export const networkRoutes: Readonly<Record<string, Handler>> = {
  'GET /networks': list,
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
  return ok(shown.map(network => networkJson(call.engine, network)))
}
