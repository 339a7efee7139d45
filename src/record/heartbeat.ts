// The heartbeat file: one line a UTC day, exactly one, whatever runs and restarts, also with cron one-shots only. The file
// itself remembers: today has its line when its end shows one. So a clock that jumps, either way, writes none twice.

import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { printable } from '../core/printable.ts'
import { dayOf, isoOf, stampOf } from '../core/stamp.ts'
import type { HeartbeatFile } from '../heal/ports.ts'
import { makeDirectory } from './directory.ts'
import { codeOf, recordFault } from './fault.ts'
import { openToAppend } from './safe-open.ts'

export interface HeartbeatOptions {
  readonly directory: string
  /** `HH:MM` in UTC: the first call at or after it writes the line of its day. */
  readonly at: string
}

/** Bytes read from the end: years of usual lines, and more than 100 days of the longest. */
const TAIL = 256 * 1024

/** Characters of a line's text, so that the tail holds many days whatever is said. */
const LONGEST_TEXT = 2000

/**
 * Opens nothing yet. `beat` throws NethealError `record`, and then the next call of the day tries again.
 * A line without its line feed is torn (a crash, a full disk) and does not count: today's is cut off and written anew,
 * another day's is ended and left.
 */
export function openHeartbeat(options: HeartbeatOptions): HeartbeatFile {
  const path = join(options.directory, 'heartbeat.log')
  // Spares the look into the file at each pass; also keeps a day from a second line when the file is removed.
  let lastDay: string | null = null
  return {
    async beat(now, verdict) {
      const day = dayOf(now)
      if (day === lastDay || isoOf(now).slice(11, 16) < options.at) return false
      try {
        const tail = tailOf(path)
        const wrote = !hasLineOf(day, tail.text)
        if (wrote) append(options.directory, path, tail, day, lineOf(now, verdict))
        lastDay = day
        return wrote
      } catch (error) {
        throw recordFault('write', path, 'log', error)
      }
    },
  }
}

interface Tail {
  /** Bytes, the whole file. */
  readonly size: number
  /** One character a byte, so that lengths are lengths in the file. */
  readonly text: string
}

function lineOf(now: number, verdict: { readonly well: boolean; readonly text: string }): string {
  const text = printable(verdict.text)
  const shown = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT).toWellFormed()}...` : text
  return `[${stampOf(now)}] ${verdict.well ? 'OK' : 'DEGRADED'}: Daily heartbeat - ${shown}\n`
}

function hasLineOf(day: string, tail: string): boolean {
  // Behind the last line feed a line is torn.
  const lines = tail.split('\n').slice(0, -1)
  return lines.some(line => line.startsWith(`[${day} `) && /^.{12}\d\d:\d\d:\d\d UTC\] (?:OK|DEGRADED): /.test(line))
}

function append(directory: string, path: string, tail: Tail, day: string, line: string): void {
  makeDirectory(directory)
  const torn = tail.text.slice(tail.text.lastIndexOf('\n') + 1)
  const fd = openToAppend(path)
  try {
    const ended = torn === '' || (torn.startsWith(`[${day}`) && cut(fd, tail.size - torn.length))
    const { size } = fstatSync(fd)
    const bytes = Buffer.from(ended ? line : `\n${line}`)
    try {
      // Once, unless the disk fills up in the middle: then the second says so.
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
    } catch (error) {
      cut(fd, size)
      throw error
    }
  } finally {
    closeSync(fd)
  }
}

/** False where it may not be (an append-only file). */
function cut(fd: number, size: number): boolean {
  try {
    ftruncateSync(fd, size)
    return true
  } catch {
    return false
  }
}

function tailOf(path: string): Tail {
  let fd: number
  try {
    // Never wait for the other end of a FIFO, and do not look through a link: what is written must be what was read.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { size: 0, text: '' }
    throw error
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw new Error('it is not a file')
    const buffer = Buffer.alloc(Math.min(stat.size, TAIL))
    const read = readSync(fd, buffer, 0, buffer.length, stat.size - buffer.length)
    return { size: stat.size, text: buffer.toString('latin1', 0, read) }
  } finally {
    closeSync(fd)
  }
}
