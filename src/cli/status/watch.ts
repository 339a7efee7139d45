// `netheal status --watch`: redraws the status every two seconds, and at once when the state changes. The previous screen comes
// back, whatever ends it. With `--json` one line per change, for scripts.
import { type FSWatcher, watch } from 'node:fs'
import { exitCodeOf, NethealError } from '../../core/errors.ts'
import { printableJson } from '../../core/printable.ts'
import { stampOf } from '../../core/stamp.ts'
import type { Clock } from '../../heal/ports.ts'
import { systemClock } from '../clock.ts'
import { JSON_VERSION } from '../json.ts'
import type { ExitCode, ProcessIo } from '../process-io.ts'
import { painter, safe } from '../style.ts'
import { type Status, statusExitCode } from './current-status.ts'
import { statusJson } from './json.ts'
import { renderStatus } from './view.ts'

/** Milliseconds between two looks, and at least between two that changes ask for. */
const INTERVAL = 2_000
const LEAST = 100

const ESC = '\u001b'
/** Another screen, without a cursor. */
const ENTER = `${ESC}[?1049h${ESC}[?25l`
const LEAVE = `${ESC}[?25h${ESC}[?1049l`
const HOME = `${ESC}[H`
const REST_OF_LINE = `${ESC}[K`
const REST_OF_SCREEN = `${ESC}[J`

/** A status, or why there is none this time. */
type Seen = { readonly status: Status } | { readonly error: NethealError }

/** Until SIGINT or SIGTERM. Throws NethealError `usage` without a terminal, unless it is for a script. */
export async function watchStatus(
  host: ProcessIo,
  json: boolean,
  directory: string,
  look: (signal: AbortSignal) => Promise<Status>,
): Promise<ExitCode> {
  // Before anything else: from here on a signal leaves the terminal as it was.
  const { stop } = host.signals
  if (!json && !host.stdout.isTerminal) {
    throw new NethealError('usage', 'status --watch needs a terminal', {
      hint: 'for a script: netheal status --watch --json prints one line per change',
    })
  }
  const clock = systemClock()
  const view = json ? jsonLines(host) : screen(host, clock)
  using changes = changesIn(directory)
  let seen: Seen | null = null
  view.open()
  try {
    do {
      const changed = changes.next()
      const now = await attempt(() => look(stop))
      // A look that was given up shows nothing new.
      if (stop.aborted && seen !== null) break
      seen = now
      view.show(seen)
      await clock.sleep(LEAST, stop)
      await clock.sleep(INTERVAL - LEAST, AbortSignal.any([stop, changed]))
    } while (!stop.aborted)
  } finally {
    view.close()
  }
  if (!json) host.out(textOf(seen, host))
  return 'status' in seen ? statusExitCode(seen.status) : exitCodeOf(seen.error)
}

async function attempt(look: () => Promise<Status>): Promise<Seen> {
  try {
    return { status: await look() }
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    return { error }
  }
}

interface View {
  open(): void
  show(seen: Seen): void
  close(): void
}

function screen(host: ProcessIo, clock: Clock): View {
  return {
    open: () => host.out(ENTER),
    show(seen) {
      const foot = painter(host.stdout)('quiet', `${stampOf(clock.now())}, every 2 s; to quit: Ctrl-C`)
      // Over what was there, so that nothing flickers.
      const lines = `${textOf(seen, host)}${foot}`.split('\n').map(line => line + REST_OF_LINE)
      host.out(`${HOME}${lines.join('\r\n')}${REST_OF_SCREEN}`)
    },
    close: () => host.out(LEAVE),
  }
}

function textOf(seen: Seen, host: ProcessIo): string {
  if ('status' in seen) return renderStatus(seen.status, host.stdout)
  const { message, hint } = seen.error
  const paint = painter(host.stdout)
  return `${paint('bad', safe(message))}\n${hint === null ? '' : `  ${safe(hint)}\n`}`
}

/** Another pass without news is no change, nor is the same proof at another time. */
function jsonLines(host: ProcessIo): View {
  let last: string | null = null
  return {
    open: () => undefined,
    show(seen) {
      const value = 'status' in seen ? statusJson(seen.status) : errorJson(seen.error)
      const key = JSON.stringify(value, (name, part) =>
        name === 'lastPassAt' ? null : name === 'proof' ? (part?.rung ?? null) : part,
      )
      if (key === last) return
      last = key
      host.out(`${printableJson(JSON.stringify(value))}\n`)
    },
    close: () => undefined,
  }
}

function errorJson({ code, message, hint }: NethealError) {
  return { version: JSON_VERSION, error: { code, message, hint } }
}

interface Changes extends Disposable {
  /** Aborts at the next change after this call. */
  next(): AbortSignal
}

/** Of the files in a directory. One that cannot be watched only makes the next look wait for its time. */
function changesIn(directory: string): Changes {
  let next = new AbortController()
  let watcher: FSWatcher | null = null
  try {
    watcher = watch(directory, { persistent: false }, () => next.abort())
    watcher.on('error', () => watcher?.close())
  } catch {
    // Not there yet.
  }
  return {
    next() {
      next = new AbortController()
      return next.signal
    },
    [Symbol.dispose]: () => watcher?.close(),
  }
}
