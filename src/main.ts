// argv -> command -> exit code; signals. The only file that touches `process` (but record/as-owner.ts, for its rights).

import { fstatSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import type { ProcessIo, Terminal } from './cli/process-io.ts'
import { runProgram } from './cli/program.ts'
import { runtimeFault } from './cli/runtime.ts'
import { PAGE_THREAD, SCAN_THREAD } from './cli/thread-argument.ts'
import { exitCodeOf, NethealError } from './core/errors.ts'
import { printable } from './core/printable.ts'

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
  return `netheal: this is a bug in netheal (${build.version}, ${build.commit}, ${build.runtime}). Please report it with the lines below:\n${stack}\n`
}

/** Whether this is what systemd has connected with the journal (JOURNAL_STREAM in systemd.exec(5)), and not a pipe or a file. */
function isJournal(fd: number): boolean {
  const stream = process.env.JOURNAL_STREAM
  if (stream === undefined) return false
  try {
    const { dev, ino } = fstatSync(fd)
    return stream === `${dev}:${ino}`
  } catch {
    return false
  }
}

/** Each line with its priority, for journald: `journalctl -p warning` finds it. */
function prioritised(text: string, priority: 3 | 4): string {
  return isJournal(2) ? text.replace(/^(?=.)/gm, `<${priority}>`) : text
}

/** Nothing runs on after an error that ends it; but whatever was printed is read first. */
function fail(error: unknown): void {
  process.exitCode = exitCodeOf(error)
  process.stderr.write(prioritised(explain(error), 3), () => process.stdout.write('', () => process.exit()))
}

const stop = new AbortController()
const abort = new AbortController()
let reload: (() => void) | null = null

/** What a shell says of a program that SIGPIPE ended, which is how most others end then. */
const UNREAD = 141
const UNWRITTEN = 3
let unsaid: typeof UNREAD | typeof UNWRITTEN | null = null

// Whoever read our output went away (`netheal check | head`): nothing is left to be said, and a command comes to its end.
// The daemon heals on: a journal that was restarted is no reason to stop.
// Nor is a disk that is full of our own words.
function onUnwritten(error: NodeJS.ErrnoException): void {
  if (reload !== null || unsaid !== null) return
  unsaid = error.code === 'EPIPE' ? UNREAD : UNWRITTEN
  process.exitCode = unsaid
  stop.abort()
  if (unsaid === UNWRITTEN) process.stderr.write(`netheal: cannot write the output: ${error.message}\n`)
}

/**
 * `ps` shows the command as it was typed, and `pgrep -x netheal` finds it: that compares the 15 characters in /proc/PID/comm,
 * for which Node takes the beginning of the whole title.
 */
function nameProcess(argv: readonly string[]): void {
  process.title = ['netheal', ...argv].join(' ')
  try {
    writeFileSync('/proc/self/comm', 'netheal')
  } catch {
    // No /proc, or not Linux's.
  }
}

async function main(): Promise<void> {
  // A thread of our own (cli/thread-argument.ts): it has neither flags nor signals, and ends here.
  const thread = process.argv[2]
  if ((thread === PAGE_THREAD || thread === SCAN_THREAD) && !(await import('node:worker_threads')).isMainThread) {
    if (thread === PAGE_THREAD) return await (await import('./cli/report/page-job.ts')).workHere()
    return await (await import('./cli/scan-job.ts')).workHere()
  }

  for (const output of [process.stdout, process.stderr]) output.on('error', onUnwritten)
  const fault = runtimeFault(process.versions.node, typeof __NETHEAL_ENGINES__ === 'string' ? __NETHEAL_ENGINES__ : '')
  if (fault !== null) {
    process.stderr.write(fault)
    process.exitCode = 2
    return
  }

  const argv = process.argv.slice(2)
  nameProcess(argv)
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  let isHeard = false
  const onStop = (signal: NodeJS.Signals): void => {
    // A command that never asks for `stop` has nothing to put in order, whatever it waits for: it ends as it would without us.
    if (!isHeard) process.exit(128 + constants.signals[signal])
    if (stop.signal.aborted) abort.abort()
    else stop.abort()
  }
  process.on('SIGTERM', onStop)
  process.on('SIGINT', onStop)
  process.on('SIGHUP', () => {
    // Without a daemon to reload, a hang-up means what it always meant.
    if (reload === null) onStop('SIGHUP')
    else reload()
  })

  const env = { ...process.env }
  // systemd's are for this process, not for its children, and so is how a package has its memory allocated.
  for (const name of Object.keys(process.env))
    if (/^(NOTIFY_SOCKET$|WATCHDOG_|MALLOC_)/.test(name)) delete process.env[name]

  const terminal = ({ isTTY, fd }: NodeJS.WriteStream & { readonly fd: number }): Terminal => ({
    isTerminal: isTTY,
    isJournal: isJournal(fd),
    color: isTTY && (env.NO_COLOR === undefined || env.NO_COLOR === '') && env.TERM !== 'dumb',
  })

  const signals: ProcessIo['signals'] = {
    get stop() {
      isHeard = true
      return stop.signal
    },
    abort: abort.signal,
    onReload(call) {
      isHeard = true
      reload = call
    },
  }
  const host: ProcessIo = {
    env,
    pid: process.pid,
    out: text => void process.stdout.write(text),
    err: text => void process.stderr.write(prioritised(text, 4)),
    stdout: terminal(process.stdout),
    stderr: terminal(process.stderr),
    signals,
  }

  // What a process ends with that finds nothing left to wait for, before its command has ended.
  process.exitCode = 1
  try {
    const code = await runProgram(argv, host, build)
    process.exitCode = unsaid ?? code
  } catch (error) {
    fail(error)
  }
  // No process.exit: what was printed into a slow pipe would be cut. Nothing that a command has opened is left to wait for.
}

// Not awaited here: a package holds this as CommonJS, which cannot (scripts/package-program.ts).
void main()
