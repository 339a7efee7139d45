// What the engine says of itself, and its event stream.
import { Filters } from './filters.ts'
import { type Instant, parseTimestamp, secondsOf } from './instant.ts'
import { Refusal } from './refusal.ts'
import { type Answer, type Call, type Handler, ok } from './route-table.ts'

export const systemRoutes: Readonly<Record<string, Handler>> = {
  'GET /_ping': () => ({ kind: 'text', status: 200, text: 'OK' }),
  'HEAD /_ping': () => ({ kind: 'text', status: 200, text: '' }),
  'GET /version': version,
  'GET /events': events,
}

function version(call: Call): Answer {
  const { traits } = call.engine
  const common = {
    ApiVersion: traits.apiVersion,
    MinAPIVersion: traits.minApiVersion,
    GitCommit: 'simulated',
    GoVersion: 'none',
    Os: 'linux',
    Arch: 'amd64',
    KernelVersion: '6.1.0',
    BuildTime: '2026-01-01T00:00:00.000000000+00:00',
  }
  return ok({
    Platform: { Name: 'netheal simulator' },
    Components: [{ Name: 'Engine', Version: traits.version, Details: common }],
    Version: traits.version,
    ...common,
  })
}

function events(call: Call): Answer {
  const since = momentOf(call.query.get('since'))
  const until = momentOf(call.query.get('until'))
  if (since !== null && until !== null && until < since) {
    throw new Refusal(400, `\`since\` time (${secondsOf(since)}) cannot be after \`until\` time (${secondsOf(until)})`)
  }
  const filters = Filters.parse(call.query.get('filters'), call.engine.traits.era === 1 ? 500 : 400)
  const now = BigInt(Math.floor(call.engine.clock.now())) * 1_000_000n
  const past = until !== null && until <= now
  const out = call.open(200, 'application/json')
  if (past) {
    call.streams.serve(out, filters, since, until, false)
    out.end()
    return { kind: 'streamed' }
  }
  // The 200 is out before the subscription is in place, as in Docker.
  setImmediate(() => {
    if (out.destroyed) return
    call.streams.serve(out, filters, since, until, true)
    if (until === null) return
    const cancel = call.engine.clock.after(Number((until - now) / 1_000_000n), () => out.end())
    out.on('close', cancel)
  })
  return { kind: 'streamed' }
}

function momentOf(text: string | null): Instant | null {
  if (text === null || text === '') return null
  const moment = parseTimestamp(text)
  if (moment === null) throw new Refusal(500, `strconv.ParseInt: parsing "${text}": invalid syntax`)
  return moment
}
