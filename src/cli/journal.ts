// The daemon's own log: pino JSON on stdout for journald, readable on a terminal. Never environment values, never commands.
import type { Logger } from 'pino'
import type { Journal } from '../heal/ports.ts'
import type { ProcessIo } from './process-io.ts'
import { safe } from './style.ts'

/** What journald takes a line's priority from (sd-daemon(3)), by pino's number of the level: error, warning, info. */
function priorityOf(level: number): string {
  return level >= 50 ? '<3>' : level >= 40 ? '<4>' : '<6>'
}

/** pino, in this process: a worker could lose lines in a crash. `json`: on a terminal too. */
export async function openJournal(host: ProcessIo, json = false): Promise<Journal> {
  const { pino } = await import('pino')
  const options = {
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  if (json || !host.stdout.isTerminal) {
    // pino leaves the level of the line that it writes in `lastLevel`.
    const plain = { [Symbol.for('pino.metadata')]: true, lastLevel: 30, write: (line: string) => host.out(line) }
    const toJournald = { ...plain, write: (line: string) => host.out(`${priorityOf(toJournald.lastLevel)}${line}`) }
    return journalOf(pino(options, host.stdout.isJournal ? toJournald : plain))
  }
  const { prettyFactory } = await import('pino-pretty')
  const pretty = prettyFactory({ colorize: host.stdout.color, translateTime: 'SYS:HH:MM:ss', singleLine: true })
  return journalOf(pino(options, { write: line => host.out(pretty(JSON.parse(line))) }))
}

function journalOf(logger: Logger): Journal {
  return {
    info: (keys, message) => logger.info(keys, message),
    warn: (keys, message) => logger.warn(keys, message),
    error: (keys, message) => logger.error(keys, message),
  }
}

/** Says nothing: a one-shot prints what it did, and its problems go into its exit code and onto stderr. */
export function silentJournal(): Journal {
  return { info: () => undefined, warn: () => undefined, error: () => undefined }
}

/** For the observers of a one-shot: only failures, one line each on stderr. */
export function complaints(host: ProcessIo): Journal {
  const say = (keys: Record<string, unknown>, message: string): void => {
    const facts = Object.entries(keys).map(([key, value]) => `${key}: ${String(value)}`)
    host.err(`netheal: ${safe([message, ...facts].join('; '))}\n`)
  }
  return { info: () => undefined, warn: say, error: say }
}
