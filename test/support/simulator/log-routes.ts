// GET /containers/{id}/logs: what is kept, framed, or bare from a terminal.
import { frame } from '../../../src/simulator/exec.ts'
import { isOlder } from '../../../src/simulator/generation.ts'
import { type Instant, parseTimestamp, rfc3339 } from '../../../src/simulator/instant.ts'
import { Refusal } from '../../../src/simulator/refusal.ts'
import type { Answer, Call, Handler } from '../../../src/simulator/route-table.ts'
import { logOf } from './log.ts'

export const logRoutes: Readonly<Record<string, Handler>> = { 'GET /containers/{id}/logs': logs }

function logs(call: Call): Answer {
  const flag = (key: string) => ['1', 'true', 'True'].includes(call.query.get(key) ?? '')
  if (!flag('stdout') && !flag('stderr')) throw new Refusal(400, 'Bad parameters: you must choose at least one stream')
  const since = sinceOf(call.query.get('since'))
  const container = call.engine.container(call.id)
  if (container.logDriver === 'none') throw new Refusal(501, 'configured logging driver does not support reading')
  const log = logOf(container)
  const tail = Number(call.query.get('tail') ?? 'all')
  // `tail` counts entries, of both streams and of all times; `since` is asked of what is left.
  const newest = Number.isNaN(tail) ? log : log.slice(Math.max(0, log.length - tail))
  const wanted = newest.filter(entry => entry.at >= since && flag(entry.stream))
  const type = container.tty ? 'application/vnd.docker.raw-stream' : 'application/vnd.docker.multiplexed-stream'
  const out = call.open(200, isOlder(call.api, '1.42') ? null : type)
  for (const entry of wanted) {
    const text = `${flag('timestamps') ? `${fixed(entry.at)} ` : ''}${entry.text}${entry.feed ? '\n' : ''}`
    out.write(container.tty ? text : frame(entry.stream === 'stdout' ? 1 : 2, text))
  }
  out.end()
  return { kind: 'streamed' }
}

function sinceOf(text: string | null): Instant {
  if (text === null || text === '') return 0n
  const instant = parseTimestamp(text)
  // moby cuts at the point before it reads the number.
  if (instant === null) throw new Refusal(500, `strconv.ParseInt: parsing "${text.split('.')[0]}": invalid syntax`)
  return instant
}

/** jsonlog.RFC3339NanoFixed: always nine digits, unlike the times of an inspect. */
function fixed(instant: Instant): string {
  const [seconds = '', fraction = ''] = rfc3339(instant).replace('Z', '').split('.')
  return `${seconds}.${fraction.padEnd(9, '0')}Z`
}
