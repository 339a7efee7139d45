// A container's log as Docker keeps it: an entry a line, a line of more than 16 KiB in pieces that share one time. And what
// the main process says at its start, read from its command: nothing is run.
import type { SimContainer } from '../../../src/simulator/container.ts'
import type { Engine } from '../../../src/simulator/engine.ts'
import type { Instant } from '../../../src/simulator/instant.ts'

/** A line of a log, or a piece of one. */
export interface LogEntry {
  readonly at: Instant
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
  /** False for a piece that another follows, and for what a process left without a line feed. */
  readonly feed: boolean
}

const logs = new WeakMap<SimContainer, LogEntry[]>()

/** What `docker logs` answers, oldest first. */
export function logOf(container: SimContainer): readonly LogEntry[] {
  return entriesOf(container)
}

function entriesOf(container: SimContainer): LogEntry[] {
  const kept = logs.get(container) ?? []
  logs.set(container, kept)
  return kept
}

/** moby daemon/logger/copier.go. */
const piece = 16 * 1024

/** Keeps what a process wrote at once on one of its streams. */
export function write(engine: Engine, container: SimContainer, stream: LogEntry['stream'], output: string): void {
  const lines = output.split('\n')
  const rest = lines.pop() ?? ''
  for (const line of lines) keep(engine, container, stream, line, true, engine.instants.next())
  if (rest !== '') keep(engine, container, stream, rest, false, engine.instants.next())
}

function keep(
  engine: Engine,
  container: SimContainer,
  stream: LogEntry['stream'],
  line: string,
  isWhole: boolean,
  at: Instant,
): void {
  let from = 0
  for (; line.length - from > piece; from += piece) {
    entriesOf(container).push({ at, stream, text: line.slice(from, from + piece), feed: false })
  }
  // The driver `local` of 20.10 forgets the line feed of a line that it keeps in pieces.
  const feed = isWhole && !(from > 0 && container.logDriver === 'local' && engine.traits.era === 1)
  entriesOf(container).push({ at, stream, text: line.slice(from), feed })
}

export interface Saying {
  readonly stream: LogEntry['stream']
  readonly output: string
}

const statement = /^\s*(?:echo(?: +(?:"([^"$`\\]*)"|'([^']*)'|([\w.:=-]+)))?|printf %(\d+)d 0)( >&2)?\s*(?:;|$)/

/**
 * What a `sh -c` script prints before anything else it does: `echo TEXT`, `printf %Nd 0` (a line without its end, of N
 * characters), each with ` >&2` or without. `rest` is the script from there on.
 */
export function sayingsOf(script: string): { readonly sayings: readonly Saying[]; readonly rest: string } {
  const sayings: Saying[] = []
  let rest = script
  for (let match = statement.exec(rest); match !== null && rest !== ''; match = statement.exec(rest)) {
    const [all, quoted, single, bare, width, other] = match
    const output = width === undefined ? `${quoted ?? single ?? bare ?? ''}\n` : '0'.padStart(Number(width))
    sayings.push({ stream: other === undefined ? 'stdout' : 'stderr', output })
    rest = rest.slice(all.length)
  }
  return { sayings, rest }
}

/** The process has started and says what its script begins with. */
export function say(engine: Engine, container: SimContainer, sayings: readonly Saying[]): void {
  const streams = container.tty ? (['stdout'] as const) : (['stdout', 'stderr'] as const)
  for (const stream of streams) {
    const mine = sayings.filter(saying => container.tty || saying.stream === stream)
    const output = mine.map(saying => saying.output).join('')
    write(engine, container, stream, container.tty ? output.replaceAll('\n', '\r\n') : output)
  }
}
