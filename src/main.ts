// argv -> command -> exit code; signals. The only file that touches `process`.

import { isMainThread } from 'node:worker_threads'
import type { Host } from './cli/host.ts'
import { runProgram } from './cli/program.ts'
import { runtimeFault } from './cli/runtime.ts'
import { exitCodeOf, NethealError } from './core/errors.ts'
import { printable } from './record/printable.ts'

// Put in by the build; running from source there is none.
declare const __NETHEAL_VERSION__: string | undefined
declare const __NETHEAL_COMMIT__: string | undefined
declare const __NETHEAL_ENGINES__: string | undefined

const build = {
  version: typeof __NETHEAL_VERSION__ === 'string' ? __NETHEAL_VERSION__ : '0.0.0',
  commit: typeof __NETHEAL_COMMIT__ === 'string' ? __NETHEAL_COMMIT__ : 'source',
  runtime: `Node ${process.version}`,
}

/** What a path or an engine may hold must not reach a terminal as it is. */
function lines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** A mistake of the user's or a fault of the host's in words; a fault of ours with its stack. */
function explain(error: unknown): string {
  if (error instanceof NethealError) {
    const hint = error.hint === null ? '' : `  ${lines(error.hint)}\n`
    return `netheal: ${lines(error.message)}\n${hint}`
  }
  const stack = error instanceof Error ? (error.stack ?? String(error)) : String(error)
  return `netheal: this is a bug of ours (netheal ${build.version}, ${build.commit}, ${build.runtime}). Please report it with what follows:\n${stack}\n`
}

function fail(error: unknown): never {
  process.stderr.write(explain(error))
  process.exit(exitCodeOf(error))
}

// The thread of a report page (cli/page-thread.ts): it has neither arguments nor signals, and ends here.
if (!isMainThread) {
  await (await import('./cli/report/page-job.ts')).workHere()
  process.exit()
}

const fault = runtimeFault(process.versions.node, typeof __NETHEAL_ENGINES__ === 'string' ? __NETHEAL_ENGINES__ : '')
if (fault !== null) {
  process.stderr.write(fault)
  process.exit(2)
}

process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
const stop = new AbortController()
const abort = new AbortController()
let reload: (() => void) | null = null
const onStop = (): void => (stop.signal.aborted ? abort.abort() : stop.abort())
process.on('SIGTERM', onStop)
process.on('SIGINT', onStop)
process.on('SIGHUP', () => {
  // Without a daemon to reload, a hang-up means what it always meant.
  if (reload === null) onStop()
  else reload()
})

// Whoever read our output went away (`netheal check | head`): nothing is left to be said, and a command comes to its end.
// The daemon heals on: a journal that was restarted is no reason to stop.
// Nor is a disk that is full of our own words.
const onUnread = (error: NodeJS.ErrnoException): void => {
  if (reload !== null) return
  stop.abort()
  if (error.code === 'EPIPE') return
  process.stderr.write(`netheal: cannot write its output: ${error.message}\n`)
  process.exit(3)
}
process.stdout.on('error', onUnread)
process.stderr.on('error', onUnread)

const env = { ...process.env }
// dockerode would let the first ones override what it is told; the config has weighed them already. systemd's are for this
// process, not for its children.
for (const name of Object.keys(process.env))
  if (/^(DOCKER_|NOTIFY_SOCKET$|WATCHDOG_)/.test(name)) delete process.env[name]

const color = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY && (env.NO_COLOR === undefined || env.NO_COLOR === '') && env.TERM !== 'dumb'

const host: Host = {
  env,
  pid: process.pid,
  out: text => void process.stdout.write(text),
  err: text => void process.stderr.write(text),
  stdout: { isTerminal: process.stdout.isTTY, color: color(process.stdout) },
  stderr: { isTerminal: process.stderr.isTTY, color: color(process.stderr) },
  signals: {
    stop: stop.signal,
    abort: abort.signal,
    onReload(call) {
      reload = call
    },
  },
}

try {
  process.exitCode = await runProgram(process.argv.slice(2), host, build)
} catch (error) {
  process.stderr.write(explain(error))
  process.exitCode = exitCodeOf(error)
}
