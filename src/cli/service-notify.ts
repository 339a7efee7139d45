// Tells systemd how the daemon is (sd_notify(3)): ready, alive, one line of status, reloading, stopping. Node has no unix
// datagram sockets, so `systemd-notify` speaks for us: some 8 ms of CPU per message, 3 of them in this process. So messages
// are few, and sent a moment after a pass, never within one. Never ends the daemon: a failure is reported once.

import { spawn } from 'node:child_process'
import { serialQueue } from '../concurrency/serial-queue.ts'
import { printable } from '../core/printable.ts'
import type { Clock, Journal } from '../heal/ports.ts'

export interface ServiceNotify {
  /** A pass finished; `status` is a line about it. The first pass of a config makes the service ready. */
  passed(status: string): void
  /** Proofs ended beside the passes: the same line, as it is now. */
  proven(status: string): void
  /** A reload begins; until `restarted` or `kept` no pass makes the service ready. */
  reloading(): void
  /** The passes of the new config begin. */
  restarted(): void
  /** The reload failed: the old config stays in force. */
  kept(): void
  /** The daemon is stopping; no message follows. */
  stopping(): void
  /** Calls `wake` where no pass would feed the watchdog in time, until `signal` aborts: events may be rare, and `poll` off. */
  keepFed(wake: (reason: string) => void, signal: AbortSignal): void
}

export interface NotifyOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pid: number
  readonly clock: Clock
  readonly journal: Journal
  /** Default `systemd-notify`, looked up in PATH. */
  readonly command?: string
}

/** Milliseconds from a pass to its message: the next heal may follow at once, and must not wait for a fork. */
const MOMENT = 1_000
/** Maximum length of the status in characters; a host may have many attachments. */
const LONGEST = 300
/** Milliseconds until a systemd-notify that hangs is ended: it waits 5 s itself for a systemd that is busy. */
const DEADLINE = 10_000

/** Silent unless this process is a service of Type=notify (NOTIFY_SOCKET), and without a watchdog unless WATCHDOG_USEC is for it. */
export function serviceNotify({ env, pid, clock, journal, command }: NotifyOptions): ServiceNotify {
  const socket = env.NOTIFY_SOCKET
  if (socket === undefined || socket === '') return SILENT
  const watchdog = watchdogOf(env, pid)
  /** At least so long between two messages that say the same. */
  const interval = watchdog === null ? Number.POSITIVE_INFINITY : watchdog / 3
  const speak = speaker(command ?? 'systemd-notify', { NOTIFY_SOCKET: socket, PATH: env.PATH }, journal)
  const over = new AbortController()
  let state: 'starting' | 'ready' | 'reloading' = 'starting'
  let wanted = ''
  let said = ''
  let toldAt = clock.monotonic()
  let passedAt = clock.monotonic()
  let armed = false

  function tell(...lines: readonly string[]): void {
    said = wanted
    toldAt = clock.monotonic()
    speak.say(said === '' ? lines : [...lines, `STATUS=${said}`])
  }

  /** Later, and then the newest: whatever comes meanwhile is told along. */
  function soon(): void {
    if (armed) return
    armed = true
    void clock.sleep(Math.min(MOMENT, interval / 4), over.signal).then(() => {
      armed = false
      if (over.signal.aborted) return
      if (speak.busy) soon()
      else if (state === 'ready') tell('WATCHDOG=1')
    })
  }

  return {
    passed(status) {
      wanted = printable(status).slice(0, LONGEST)
      passedAt = clock.monotonic()
      if (over.signal.aborted) return
      if (state === 'starting') {
        state = 'ready'
        tell('READY=1', 'WATCHDOG=1')
      } else if (wanted !== said || passedAt - toldAt >= interval) soon()
    },
    proven(status) {
      wanted = printable(status).slice(0, LONGEST)
      if (!over.signal.aborted && state === 'ready' && wanted !== said) soon()
    },
    reloading() {
      state = 'reloading'
      // No MONOTONIC_USEC: only Type=notify-reload reads it, and this process has no way to the monotonic clock of the host.
      if (!over.signal.aborted) tell('RELOADING=1')
    },
    restarted() {
      state = 'starting'
    },
    kept() {
      state = 'ready'
      if (!over.signal.aborted) tell('READY=1')
    },
    stopping() {
      if (over.signal.aborted) return
      over.abort()
      speak.say(['STOPPING=1'])
    },
    keepFed(wake, signal) {
      if (watchdog !== null) void feed(wake, signal, interval)
    },
  }

  async function feed(wake: (reason: string) => void, signal: AbortSignal, every: number): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(Math.max(0, passedAt + every - clock.monotonic()), signal)
      if (signal.aborted || clock.monotonic() - passedAt < every) continue
      wake('watchdog')
      // A pass that hangs is not asked for again and again: the watchdog is for that.
      await clock.sleep(every, signal)
    }
  }
}

const nothing = (): void => undefined
const SILENT: ServiceNotify = {
  passed: nothing,
  proven: nothing,
  reloading: nothing,
  restarted: nothing,
  kept: nothing,
  stopping: nothing,
  keepFed: nothing,
}

/** Milliseconds after which systemd ends a service that says nothing; null for never. */
function watchdogOf(env: NotifyOptions['env'], pid: number): number | null {
  const milliseconds = Number(env.WATCHDOG_USEC) / 1_000
  const forUs = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === pid
  return forUs && milliseconds > 0 ? milliseconds : null
}

/** One child at a time, so that messages arrive in their order. */
function speaker(
  command: string,
  env: Record<string, string | undefined>,
  journal: Journal,
): { say(lines: readonly string[]): void; readonly busy: boolean } {
  const inTurn = serialQueue()
  let unsaid = 0
  let complained = false

  async function tell(lines: readonly string[]): Promise<void> {
    const error = await run(command, lines, env)
    unsaid -= 1
    if (error === null || complained) return
    complained = true
    journal.warn(
      {
        error,
        hint: `make sure that ${command} is in PATH, or set Type=exec and WatchdogSec=0 (systemctl edit netheal)`,
      },
      'cannot report to systemd; healing goes on',
    )
  }

  return {
    say(lines) {
      unsaid += 1
      void inTurn(() => tell(lines))
    },
    get busy() {
      return unsaid > 0
    },
  }
}

/** What went wrong, null for nothing. Never rejects. */
function run(
  command: string,
  args: readonly string[],
  env: Record<string, string | undefined>,
): Promise<string | null> {
  return new Promise(resolve => {
    const child = spawn(command, args, { env, stdio: 'ignore', timeout: DEADLINE })
    child.once('error', error => resolve(error.message))
    child.once('close', (code, signal) => resolve(code === 0 ? null : `${command} ended with ${code ?? signal}`))
  })
}
