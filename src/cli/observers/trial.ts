// The trial of the notifications: one test message to each target, and a ping. By the daemon, where one runs and is asked for it:
// it alone shows what the service may do.
import { watch } from 'node:fs'
import type { Config } from '../../config/config.ts'
import { NethealError } from '../../core/errors.ts'
import type { State } from '../../core/state.ts'
import { healthOf } from '../../core/verdict.ts'
import type { Clock, Journal } from '../../heal/ports.ts'
import { sendPing } from '../../notify/ping.ts'
import type { Answer } from '../../notify/receiver.ts'
import { idOf } from '../../notify/rules/incidents-now.ts'
import type { Notice } from '../../notify/rules/notice.ts'
import { openTrial, QUESTION, type Tried } from '../../record/trial.ts'
import type { ProcessIo } from '../process-io.ts'
import { receiversOf, urlFrom } from './receivers.ts'

/** The name of the ping among the targets. */
export const PING = 'heartbeat.pingUrl'

/** A question that is older was for somebody who waits no more. Milliseconds. */
const LONGEST_WAIT = 60_000

interface TrialOptions {
  readonly config: Pick<Config, 'notify' | 'heartbeat'> & { readonly http: Pick<Config['http'], 'url'> }
  readonly env: ProcessIo['env']
  readonly clock: Clock
  /** What netheal knows: the ping says that all is well only where it is. */
  readonly state: State
}

/** Sends to those of `wanted` that the config has. Nothing is queued or retried. */
export async function tryTargets(
  wanted: readonly string[],
  { config, env, clock, state }: TrialOptions,
  stop: AbortSignal,
): Promise<readonly Tried[]> {
  const notice = testNotice(clock.now())
  const formats = new Map<string, string>(config.notify.map(t => [t.name, t.format]))
  const receivers = receiversOf(config.notify, env, clock, { page: config.http.url, test: true }).filter(r =>
    wanted.includes(r.name),
  )
  const pingUrl = wanted.includes(PING) ? config.heartbeat.pingUrl : null
  const isWell = state.lastPass?.ok === true && healthOf(state, null).well && state.problems.length === 0
  const ping = { kind: isWell ? 'well' : 'log', text: isWell ? '' : 'a test by netheal notify-test' } as const
  return await Promise.all([
    ...receivers.map(async r => triedOf(r.name, formats.get(r.name) ?? '', await r.send(notice, stop))),
    ...(pingUrl === null
      ? []
      : [sendPing(urlFrom(pingUrl, env), ping, clock, stop).then(answer => triedOf(PING, 'ping', answer))]),
  ])
}

function triedOf(target: string, format: string, answer: Answer): Tried {
  const delivered = answer.kind === 'delivered'
  return { target, format, delivered, answer: delivered ? answer.detail : answer.why }
}

interface WatchOptions extends Omit<TrialOptions, 'state'> {
  readonly directory: string
  readonly journal: Journal
  readonly state: () => State
  /** It got through to this target. */
  readonly onReached: (target: string) => void
}

/** Answers what a `netheal notify-test` asks, until `stop`. Where the directory cannot be watched, nobody is answered. */
export function watchTrials(options: WatchOptions, stop: AbortSignal): void {
  const { directory, journal, clock, onReached } = options
  const files = openTrial({ directory })
  let last: string | null = null
  async function look(): Promise<void> {
    const question = await files.asked()
    if (question === null || question.id === last || Math.abs(clock.now() - question.at) > LONGEST_WAIT) return
    last = question.id
    const tried = await tryTargets(question.targets, { ...options, state: options.state() }, stop)
    for (const { target, delivered } of tried) if (delivered && target !== PING) onReached(target)
    try {
      await files.answer(question.id, tried)
    } catch (error) {
      if (!(error instanceof NethealError)) throw error
      journal.warn({ error: error.message, hint: error.hint }, 'notify-test not answered')
    }
  }
  try {
    const watcher = watch(directory, { signal: stop, persistent: false }, (_event, name) => {
      if (name === QUESTION) void look()
    })
    watcher.on('error', () => watcher.close())
    // Asked while the daemon was starting.
    void look()
  } catch {
    // No such directory: whoever asks is told that there was no answer.
  }
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
    thread: '',
  }
}
