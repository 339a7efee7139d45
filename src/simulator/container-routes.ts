// The container part of the API, as far as netheal calls it: what each route takes from a call, and what it answers.
import { type EndpointWish, isUp } from './container.ts'
import { inspected, listed, statistics } from './container-json.ts'
import type { Fields } from './fields.ts'
import { start } from './lifecycle.ts'
import { type Answer, type Call, done, type Handler, ok } from './route-table.ts'
import { restart } from './stopping.ts'

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

/** Newest first, as Docker lists. */
async function list(call: Call): Promise<Answer> {
  await call.engine.take('list')
  const all = isTrue(call.query.get('all'))
  const shown = [...call.engine.containers.values()].filter(container => all || isUp(container)).reverse()
  return ok(shown.map(container => listed(call.engine, container)))
}

/** Docker's EndpointSettings, as far as anybody asks for it. */
export function endpointWish(fields: Fields): EndpointWish {
  return {
    aliases: fields.texts('Aliases'),
    ipv4: fields.fields('IPAMConfig').text('IPv4Address') ?? null,
    gatewayPriority: fields.count('GwPriority'),
  }
}
