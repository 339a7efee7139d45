// Reads the action log back: all files of its directory, oldest first, line by line with bounded memory. What cannot be
// read is counted and named, never passed over in silence, and never the reason that the rest is not read.
import { constants } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { NethealError } from '../core/errors.ts'
import { codeOf, recordFault } from '../record/fault.ts'
import { type LogFile, logFilesIn } from './log-files.ts'
import { readLine } from './logged-line.ts'
import type { Logged } from './rules/entry-text.ts'

export interface ReadOptions {
  /** Nothing before it is wanted, milliseconds since the epoch. Null: from the beginning. */
  readonly since: number | null
  /** Nothing after it. Null: to the end. */
  readonly until: number | null
}

export interface ReadLog {
  /** In the order of the log; not sorted by time, since a clock may have been set back. */
  readonly entries: readonly Logged[]
  /** Older entries that were left out, because there are more than `MOST_ENTRIES`, or they are too long. */
  readonly dropped: number
  readonly unreadable: Unreadable
  /** False: nothing was ever written there. */
  readonly found: boolean
}

export interface Unreadable {
  /** Torn, garbage, or none of ours. */
  readonly lines: number
  /** Files that could not be read, or not to their end, and why. `vanished`: it rolled away, and is no part of the log now. */
  readonly files: readonly { readonly name: string; readonly why: string; readonly vanished: boolean }[]
}

/** Kept in memory: about 100 MiB. The default log holds a few hundred thousand lines. */
export const MOST_ENTRIES = 200_000

/** Beyond them, before the oldest are let go: each time the rest is copied. */
const SPARE_ENTRIES = 50_000

/** Characters of their lines, 200 for each: whoever writes the log makes lines of 8 KiB. */
const MOST_KEPT = 40_000_000

/** Bytes of one packed file. Two megabytes that were made for it unpack to two gigabytes. */
const MOST_UNPACKED = 256 * 1024 * 1024

/** Bytes. netheal writes none that is longer than a few thousand. */
export const LONGEST_LINE = 8 * 1024

/** A clock may have been set back while a file was written: its last change may lie that long before its last line. */
const SLACK = 24 * 3_600_000

/**
 * The log in a directory, as it is at the call, or one file of it. A file that rolls away meanwhile is named as such. Throws
 * NethealError `record` when the directory, or the file that was asked for, cannot be read at all.
 */
export async function readActionLog(place: string, options: ReadOptions): Promise<ReadLog> {
  const reading = new Reading(options)
  const single = await isFile(place)
  if (single === null) return reading.result(false)
  if (single) {
    await reading.file({ name: basename(place), path: place }, true)
    return reading.result(true)
  }
  const files = await listed(place)
  for (const file of files) await reading.file(file, false)
  return reading.result(files.length > 0)
}

/** Null: there is nothing. */
async function isFile(place: string): Promise<boolean | null> {
  try {
    return !(await stat(place)).isDirectory()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw unreadable(place, error)
  }
}

async function listed(directory: string): Promise<readonly LogFile[]> {
  try {
    return await logFilesIn(directory)
  } catch (error) {
    throw unreadable(directory, error)
  }
}

function unreadable(path: string, cause: unknown): NethealError {
  const { message } = recordFault('read the action log', path, 'log', cause)
  const denied = codeOf(cause) === 'EACCES' || codeOf(cause) === 'EPERM'
  const hint = denied ? 'use sudo, or a user in the group that owns the log' : 'check the path'
  return new NethealError('record', message, { hint, cause })
}

class Reading {
  readonly #since: number
  readonly #until: number
  #entries: Logged[] = []
  /** How long the line of each was, and all of them. */
  #lengths: number[] = []
  #kept = 0
  #dropped = 0
  #lines = 0
  readonly #files: { name: string; why: string; vanished: boolean }[] = []
  /** Device and inode of each: one file may have two names. */
  readonly #seen = new Set<string>()

  constructor({ since, until }: ReadOptions) {
    this.#since = since ?? Number.NEGATIVE_INFINITY
    this.#until = until ?? Number.POSITIVE_INFINITY
  }

  result(found: boolean): ReadLog {
    const late = Math.max(0, this.#entries.length - MOST_ENTRIES)
    const unreadable = { lines: this.#lines, files: this.#files }
    return { entries: this.#entries.slice(late), dropped: this.#dropped + late, unreadable, found }
  }

  /** `named`: somebody asked for this very file, so that it cannot be read is an error. */
  async file({ name, path }: LogFile, named: boolean): Promise<void> {
    try {
      // Never wait for the other end of a FIFO.
      await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
      const stat = await file.stat()
      if (!stat.isFile()) throw new Error('it is not a file')
      const id = `${stat.dev} ${stat.ino}`
      if (this.#seen.has(id)) return
      this.#seen.add(id)
      if (stat.mtimeMs + SLACK < this.#since) return
      const isPacked = name.endsWith('.gz')
      const lines = new LineSplitter(line => this.#line(line))
      const bytes = file.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })
      const sink = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
        let size = 0
        for await (const chunk of chunks) {
          size += chunk.length
          if (isPacked && size > MOST_UNPACKED)
            throw new Error('it unpacks to more than 256 MiB: the rest was not read')
          lines.push(chunk)
        }
      }
      try {
        await (isPacked ? pipeline(bytes, createGunzip(), sink) : pipeline(bytes, sink))
      } finally {
        lines.end()
      }
    } catch (error) {
      if (named) throw unreadable(path, error)
      this.#files.push({ name, why: reasonOf(error), vanished: codeOf(error) === 'ENOENT' })
    }
  }

  #line(line: string | null): void {
    const read = line === null ? { kind: 'unreadable' as const } : readLine(line)
    if (read.kind === 'unreadable') this.#lines += 1
    if (read.kind !== 'entry' || read.entry.at < this.#since || read.entry.at > this.#until) return
    this.#entries.push(read.entry)
    this.#lengths.push(line?.length ?? 0)
    this.#kept += line?.length ?? 0
    if (this.#entries.length >= MOST_ENTRIES + SPARE_ENTRIES) this.#drop(SPARE_ENTRIES)
    if (this.#kept > MOST_KEPT) this.#drop(Math.ceil(this.#entries.length / 4))
  }

  #drop(count: number): void {
    for (const length of this.#lengths.slice(0, count)) this.#kept -= length
    this.#entries = this.#entries.slice(count)
    this.#lengths = this.#lengths.slice(count)
    this.#dropped += count
  }
}

function reasonOf(error: unknown): string {
  const code = codeOf(error)
  if (code === 'ENOENT') return 'it has been removed'
  if (code === 'ENXIO') return 'it is not a file'
  if (code?.startsWith('Z_')) return 'it is not gzip, or incomplete'
  return error instanceof Error ? error.message : String(error)
}

const LINE_FEED = 10

/** Bytes in, lines out, without line feed and carriage return; null for one that is too long, or has no end. */
class LineSplitter {
  readonly #onLine: (line: string | null) => void
  #rest: Buffer[] = []
  #length = 0

  constructor(onLine: (line: string | null) => void) {
    this.#onLine = onLine
  }

  push(chunk: Buffer): void {
    let from = 0
    for (let to = chunk.indexOf(LINE_FEED); to !== -1; to = chunk.indexOf(LINE_FEED, from)) {
      if (this.#length === 0) this.#emit(to - from <= LONGEST_LINE ? chunk.toString('utf8', from, to) : null)
      else {
        this.#keep(chunk.subarray(from, to))
        this.#emit(this.#length <= LONGEST_LINE ? Buffer.concat(this.#rest).toString() : null)
      }
      from = to + 1
    }
    this.#keep(chunk.subarray(from))
  }

  /** A last line without its line feed is torn: it may look whole, and be cut within a name. */
  end(): void {
    if (this.#length > 0) this.#emit(null)
  }

  /** Of a line that goes on in the next chunk. */
  #keep(part: Buffer): void {
    this.#length += part.length
    if (part.length > 0 && this.#length <= LONGEST_LINE) this.#rest.push(part)
  }

  #emit(line: string | null): void {
    this.#rest = []
    this.#length = 0
    const text = line?.endsWith('\r') ? line.slice(0, -1) : line
    if (text !== '') this.#onLine(text)
  }
}
