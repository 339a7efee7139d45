// `netheal notify-test`: has one test notification sent to each target, and a ping, and prints their answers. The running daemon
// sends them where there is one, with the rights and within the limits that it has.
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { NethealError } from '../core/errors.ts'
import { readLock } from '../record/lock-holder.ts'
import { readState } from '../record/state.ts'
import { openTrial, type Tried } from '../record/trial.ts'
import { systemClock } from './clock.ts'
import type { CommonFlags } from './flags.ts'
import { JSON_VERSION, jsonText } from './json.ts'
import { PING, tryTargets } from './observers/trial.ts'
import type { ExitCode, ProcessIo } from './process-io.ts'
import { painter, safe } from './style.ts'

/** Who sent it, and what that does not prove; null where it proves all. */
interface Trial {
  readonly by: 'daemon' | 'this process'
  readonly tried: readonly Tried[]
  readonly caveat: string | null
}

/** Milliseconds: a command has 30 s, and the answer is a file. */
const ANSWER_WITHIN = 40_000
const LOOK_EVERY = 100

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
  const { by, tried, caveat } = await trialOf(config, host, wanted)
  const good = tried.length > 0 && tried.every(t => t.delivered)
  if (flags.json) host.out(jsonText({ version: JSON_VERSION, targets: tried, by, caveat }))
  else if (tried.length === 0) host.out(`no notification target is configured\n${HOW_TO_ADD}\n`)
  else host.out(render(tried, caveat, host))
  return good ? 0 : 3
}

const HOW_TO_ADD =
  'add one to the config: "notify": [{"format": "slack", "url": {"file": "/etc/netheal/slack-url"}}]; each format is in docs/notifications.md'

async function trialOf(config: Config, host: ProcessIo, wanted: readonly string[]): Promise<Trial> {
  if (wanted.length === 0) return { by: 'this process', tried: [], caveat: null }
  const lock = readLock(config.lock)
  const daemon = lock.kind === 'held' && lock.by.mode === 'daemon' ? lock.by : null
  const asked = daemon === null ? null : await askDaemon(config, host, wanted)
  if (asked !== null) return { by: 'daemon', tried: asked, caveat: null }
  const clock = systemClock()
  const { state } = await readState(config.state)
  const tried = await tryTargets(wanted, { config, env: host.env, clock, state }, host.signals.stop)
  const why = daemon === null ? 'no daemon runs here' : `the daemon (pid ${daemon.pid}) did not answer`
  const caveat = `${why}, so this command sent them itself: that proves what its user may send, not what the service may`
  return { by: 'this process', tried, caveat }
}

/** Null: it cannot be asked, or does not answer. */
async function askDaemon(config: Config, host: ProcessIo, wanted: readonly string[]): Promise<readonly Tried[] | null> {
  const clock = systemClock()
  const { stop } = host.signals
  const files = openTrial(config.state)
  const at = clock.now()
  const id = `${at}-${host.pid}`
  try {
    await files.ask({ id, at, targets: wanted })
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    return null
  }
  try {
    for (let waited = 0; waited < ANSWER_WITHIN && !stop.aborted; waited += LOOK_EVERY) {
      const tried = await files.answered(id)
      if (tried !== null) return [...tried, ...wanted.filter(w => !tried.some(t => t.target === w)).map(unloaded)]
      await clock.sleep(LOOK_EVERY, stop)
    }
    return null
  } finally {
    files.clear()
  }
}

function unloaded(target: string): Tried {
  const answer = 'the running daemon has no such target yet; to load the config: sudo systemctl reload netheal'
  return { target, format: '', delivered: false, answer }
}

function render(tried: readonly Tried[], caveat: string | null, host: ProcessIo): string {
  const paint = painter(host.stdout)
  const wide = Math.max(...tried.map(t => t.target.length))
  const lines = tried.map(({ target, format, delivered, answer }) => {
    const word = paint(delivered ? 'good' : 'bad', delivered ? 'delivered    ' : 'not delivered')
    return `${target.padEnd(wide)}  ${format.padEnd(7)}  ${word}  ${safe(answer)}`
  })
  return `${[...lines, ...(caveat === null ? [] : [caveat])].join('\n')}\n`
}
