// `netheal demo`: runs the real code, over dockerode, on the simulated engine. It exits 0 only if everything that it shows
// really happened: each claim is checked on the engine and in the files.
import { checkWith } from '../check.ts'
import type { CommonFlags } from '../flags.ts'
import { JSON_VERSION, jsonText } from '../json.ts'
import type { ExitCode, ProcessIo } from '../process-io.ts'
import { painter } from '../style.ts'
import { openEngineEarly } from '../wire.ts'
import { APP_NETWORK, BACKEND, DATABASE_NETWORK, redeployBackend, type Stage, setStage, WORKER } from './stage.ts'

const LONGEST = 15_000

interface Claim {
  readonly claim: string
  readonly holds: boolean
}

export interface DemoOptions {
  /** The demo is cut off after so many milliseconds. */
  readonly longest?: number
  /** Changes the stage before the demo starts: its test breaks the engine here. */
  readonly prepare?: (stage: Stage) => void
}

/** Exit code 0: every claim holds. 1: one does not, and it says which. */
export async function demo(host: ProcessIo, flags: CommonFlags, options: DemoOptions = {}): Promise<ExitCode> {
  const paint = painter(host.stdout)
  const out = (text: string): void => (flags.json ? undefined : host.out(text))
  const claims: Claim[] = []
  const lines: string[] = []
  const signal = AbortSignal.any([host.signals.stop, AbortSignal.timeout(options.longest ?? LONGEST)])
  const narrator: Narrator = {
    title: text => out(`\n${paint('strong', text)}\n`),
    say: text => out(`${text}\n`),
    claim(claim, holds) {
      claims.push({ claim, holds })
      out(`  ${holds ? paint('good', 'yes') : paint('bad', 'NO ')}  ${claim}\n`)
    },
    command: text => out(`  ${paint('quiet', '$')} ${text}\n`),
    indented: text => out(text.replace(/^(?=.)/gm, '    ')),
  }
  const onLine = (line: string): void => {
    lines.push(line)
    out(`  ${paint('quiet', 'log |')} ${line}\n`)
  }
  await using stage = await setStage(onLine, signal)
  options.prepare?.(stage)
  try {
    await tell(stage, narrator, host)
  } catch (error) {
    // The demo waited for something that did not happen; anything else is a bug.
    if (!signal.aborted) throw error
    narrator.claim('the demo finished in time', false)
  }
  const ok = claims.every(c => c.holds)
  if (flags.json) host.out(jsonText({ version: JSON_VERSION, ok, claims, log: lines }))
  out(
    ok
      ? `\n${paint('good', `All ${claims.length} claims hold.`)} Next: netheal init\n`
      : `\n${paint('bad', 'Some claims do not hold.')}\n`,
  )
  return ok ? 0 : 1
}

interface Narrator {
  title(text: string): void
  say(text: string): void
  command(text: string): void
  indented(text: string): void
  claim(claim: string, holds: boolean): void
}

async function tell(stage: Stage, narrator: Narrator, host: ProcessIo): Promise<void> {
  const { engine, entries } = stage
  const restarts = (): number => engine.calls.writesTo('POST /containers/{id}/restart').length
  const attached = (name: string): boolean => engine.isAttached(name, DATABASE_NETWORK)

  narrator.say(
    'The real netheal on a simulated Docker engine. It happens as you watch, and each "yes" has been checked.',
  )
  narrator.title('1. A host with Coolify, and two containers that have lost their database')
  narrator.say(
    `supabase-db is on ${DATABASE_NETWORK}; ${BACKEND} and ${WORKER} are on ${APP_NETWORK} only.\nThe config: ${stage.configText}`,
  )
  narrator.command('netheal check')
  let said = ''
  const code = await checkWith(
    stage.config,
    { ...host, out: text => (said += text), stdout: { ...host.stdout, color: false } },
    {},
    openEngineEarly(stage.config, host.signals.abort),
  )
  narrator.indented(said)
  narrator.claim(
    'check would attach both, and exits with 3',
    code === 3 && said.split('would be attached\n').length === 4,
  )
  narrator.claim('check changed nothing', engine.calls.writes.length === 0)

  narrator.title('2. netheal starts')
  narrator.command('netheal run')
  await stage.startHealer()
  for (const name of [BACKEND, WORKER])
    await stage.seen(0, e => e.kind === 'success' && e.verb === 'prove' && e.container === name)
  narrator.claim(`both are attached, and supabase-db resolves inside both`, attached(BACKEND) && attached(WORKER))

  narrator.title(`3. Coolify redeploys ${BACKEND}: the new container is not on the network`)
  let from = entries.length
  const milliseconds = await redeployBackend(engine)
  await stage.seen(from, e => e.kind === 'success' && e.verb === 'prove' && e.container === BACKEND)
  const when = milliseconds === null ? '' : ` (${Math.round(milliseconds)} ms after it was created)`
  narrator.claim(
    `the new container was on the network before its first process started${when}`,
    milliseconds !== null && attached(BACKEND),
  )
  narrator.claim(
    'the log names the cause: replaced',
    entries.slice(from).some(e => e.kind === 'fixing' && e.cause === 'replaced'),
  )

  narrator.title(`4. Somebody disconnects ${WORKER}, three times`)
  const started = engine.container(WORKER).startedAt
  from = entries.length
  for (let n = 1; n <= 3; n++) {
    const at = entries.length
    narrator.command(`docker network disconnect ${DATABASE_NETWORK} ${WORKER}`)
    await engine.disconnect(DATABASE_NETWORK, WORKER)
    const gone = performance.now()
    await engine.until(() => attached(WORKER), stage.signal)
    const milliseconds = Math.round(performance.now() - gone)
    await stage.seen(at, e => e.kind === 'success' && e.verb === 'connect' && e.container === WORKER)
    narrator.claim(`it was back after ${milliseconds} ms`, attached(WORKER))
    await stage.seen(at, e => e.kind === 'success' && e.verb === 'prove' && e.container === WORKER)
  }
  narrator.claim('no container was restarted', restarts() === 0 && engine.container(WORKER).startedAt === started)
  const loop = await stage.seen(from, e => e.kind === 'loop')
  narrator.claim(
    'the loop is reported once, with its source: outside-detach',
    loop.kind === 'loop' && loop.source === 'outside-detach' && entries.filter(e => e.kind === 'loop').length === 1,
  )

  narrator.title('5. What is on disk')
  await stage.stopHealer()
  const [log, heartbeat] = [await stage.file('current.log'), await stage.file('heartbeat.log')]
  narrator.command('cat /var/log/netheal/heartbeat.log')
  narrator.indented(heartbeat)
  narrator.claim(
    'one heartbeat line for today',
    heartbeat.trimEnd().split('\n').length === 1 && /^\[[^\]]+ UTC\] OK: Daily heartbeat - /.test(heartbeat),
  )
  narrator.claim(
    `all ${entries.length} lines shown above are in the action log, in this order`,
    linesOf(log) === entries.length && /\] LOOP: /.test(log),
  )
}

function linesOf(text: string): number {
  return text.split('\n').filter(line => line !== '').length
}
