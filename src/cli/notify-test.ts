// `netheal notify-test`: sends one test notification to each target, and a ping, and prints their answers. Nothing is queued
// or retried.
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { NethealError } from '../core/errors.ts'
import { sendPing } from '../notify/ping.ts'
import type { Answer } from '../notify/receiver.ts'
import { idOf } from '../notify/rules/incidents-now.ts'
import type { Notice } from '../notify/rules/notice.ts'
import { systemClock } from './clock.ts'
import type { CommonFlags } from './flags.ts'
import { JSON_VERSION, jsonText } from './json.ts'
import { receiversOf, urlFrom } from './observers/receivers.ts'
import type { ExitCode, ProcessIo } from './process-io.ts'
import { painter, safe } from './style.ts'

/** The name of the ping among the targets. */
const PING = 'heartbeat.pingUrl'

interface Tried {
  readonly target: string
  readonly format: string
  readonly answer: Answer
}

/** Exit code 0: all delivered. 3: one was not, or there is no target. Throws NethealError `config`, `usage`. */
export async function notifyTest(host: ProcessIo, names: readonly string[], flags: CommonFlags): Promise<ExitCode> {
  const { config } = await loadConfig({ flags, env: host.env })
  const known = [...config.notify.map(t => t.name), ...(config.heartbeat.pingUrl === null ? [] : [PING])]
  const unknown = names.find(name => !known.includes(name))
  if (unknown !== undefined) {
    throw new NethealError('usage', `notify-test ${unknown}: there is no such target in the config`, {
      hint: known.length === 0 ? HOW_TO_ADD : `targets: ${known.join(', ')}`,
    })
  }
  const wanted = names.length === 0 ? known : known.filter(name => names.includes(name))
  const tried = await tryAll(config, host, wanted)
  const good = tried.length > 0 && tried.every(t => t.answer.kind === 'delivered')
  if (flags.json) {
    const targets = tried.map(({ target, format, answer }) => ({
      target,
      format,
      delivered: answer.kind === 'delivered',
      answer: wordsOf(answer),
    }))
    host.out(jsonText({ version: JSON_VERSION, targets }))
  } else if (tried.length === 0) host.out(`no notification target is configured\n${HOW_TO_ADD}\n`)
  else host.out(render(tried, host))
  return good ? 0 : 3
}

const HOW_TO_ADD =
  'add one to the config: "notify": [{"format": "slack", "url": {"file": "/etc/netheal/slack-url"}}]; each format is in docs/notifications.md'

async function tryAll(config: Config, host: ProcessIo, wanted: readonly string[]): Promise<readonly Tried[]> {
  const clock = systemClock()
  const { stop } = host.signals
  const formats = new Map(config.notify.map(t => [t.name, t.format]))
  const notice = testNotice(clock.now())
  const receivers = receiversOf(config.notify, host.env, clock, { test: true }).filter(r => wanted.includes(r.name))
  const pingUrl = wanted.includes(PING) ? config.heartbeat.pingUrl : null
  return await Promise.all([
    ...receivers.map(async receiver => ({
      target: receiver.name,
      format: formats.get(receiver.name) ?? '',
      answer: await receiver.send(notice, stop),
    })),
    ...(pingUrl === null
      ? []
      : [
          sendPing(urlFrom(pingUrl, host.env), { kind: 'well', text: '' }, clock, stop).then(answer => ({
            target: PING,
            format: 'ping',
            answer,
          })),
        ]),
  ])
}

/** A closed incident: a pager that tracks open ones has nothing left to close. */
function testNotice(at: number): Notice {
  return {
    id: idOf('notify-test', at),
    kind: 'recovered',
    phase: 'closed',
    incident: 'failed',
    at,
    since: at,
    container: null,
    network: null,
    title: 'this is a test by netheal notify-test; nothing has happened',
    lines: ['a real notification names the container, the network, the reason and the time'],
    remedy: null,
    severity: 'info',
    target: null,
  }
}

function wordsOf(answer: Answer): string {
  return answer.kind === 'delivered' ? answer.detail : answer.why
}

function render(tried: readonly Tried[], host: ProcessIo): string {
  const paint = painter(host.stdout)
  const wide = Math.max(...tried.map(t => t.target.length))
  const lines = tried.map(({ target, format, answer }) => {
    const good = answer.kind === 'delivered'
    const word = paint(good ? 'good' : 'bad', good ? 'delivered    ' : 'not delivered')
    return `${target.padEnd(wide)}  ${format.padEnd(7)}  ${word}  ${safe(wordsOf(answer))}`
  })
  return `${lines.join('\n')}\n`
}
