// One rolling log file. pino-roll names, numbers, rolls and removes the files. What pino-roll 4.0.0 does not do is done here:
//   - An error on its stream ends a process that does not listen, and leaves half a line in a buffer that a later write
//     would send. So we always listen, and after any error drop the stream and open another.
//   - A full disk takes a part of a line, a killed process leaves one. So we cut the part, or begin on a fresh line.
//   - It never looks at the path again. So before each write we see whether the path still leads to the open file: logrotate
//     and people move, cut and remove it.
//   - Its `symlink` removes the old link before it sets the new one; and where a file stands at `current.log` (logrotate's
//     `create` makes one) every open fails with EEXIST and leaks a file descriptor. So the link is ours.
//   - It opens what the name leads to, a link too, as whoever we are. So we open the files (safe-open.ts).

import { once } from 'node:events'
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import type { RollStream } from 'pino-roll'
import { greatest } from '../core/extremes.ts'
import { asOwner } from './as-owner.ts'
import { makeDirectory } from './directory.ts'
import { openToAppend } from './safe-open.ts'

export interface RollingOptions {
  readonly directory: string
  /** Bytes after which the next file is begun. */
  readonly maxSize: number
  /** Older files kept beside the one that is written. */
  readonly keep: number
}

/** The stable name, for `tail -F`: a link to the file that is written. */
export const CURRENT = 'current.log'

export class RollingFile {
  readonly #options: RollingOptions
  #stream: RollStream | null = null
  /** How long the open file was after the last line. */
  #size = 0
  /** The last error that the stream sent. */
  #error: unknown = null
  #linkError: unknown = null

  constructor(options: RollingOptions) {
    this.#options = options
  }

  /** Where the lines go now, for messages. */
  get path(): string {
    return this.#stream?.file ?? this.#options.directory
  }

  /**
   * Appends lines (each with its line feed): in the file when it resolves, and rolled where it is time. Throws what the file
   * system says: then no part of them is left in the file, or a fresh line is begun after it. What failed after they were
   * written (a new file could not be begun, the link could not be set) is the result, null for nothing.
   */
  async write(lines: string): Promise<unknown> {
    const stream = await this.#ready()
    const { file } = stream
    this.#error = null
    // pino-roll rolls in its own listener for `drain`, which comes after this one and in the same emission.
    const drained = new Promise<void>(resolve => stream.once('drain', resolve))
    stream.write(lines)
    if (this.#error !== null) this.#undo(stream, lines, this.#error)
    await drained
    // Without this the next line would go to the file that is full, or be lost with a stream that could not roll.
    if (this.#error === null && stream.file !== file) await this.#rolled(stream)
    const late = this.#error
    if (late === null) this.#size = fstatSync(stream.fd).size
    else this.#drop()
    return late ?? this.#linkError
  }

  /** So that there is a file under the stable name; nothing is loaded or kept open for it. Throws what the file system says. */
  begin(): void {
    const { directory } = this.#options
    if (statSync(join(directory, CURRENT), { throwIfNoEntry: false })?.isFile()) return
    makeDirectory(directory)
    const file = newestIn(directory)
    closeSync(openToAppend(file))
    this.#link(file)
    if (this.#linkError !== null) throw this.#linkError
  }

  /** So that the next line waits for its write alone. Throws what the file system says. */
  async open(): Promise<void> {
    await this.#ready()
  }

  async close(): Promise<void> {
    const stream = this.#stream
    if (stream === null) return
    const closed = once(stream, 'close')
    this.#drop()
    // Every line is in the file already: what closing says costs none.
    await closed.catch(() => {})
  }

  async #ready(): Promise<RollStream> {
    if (this.#stream !== null && this.#isStillThere(this.#stream)) {
      if (this.#linkError !== null) this.#link(this.#stream.file)
      return this.#stream
    }
    this.#drop()
    return await this.#open()
  }

  /** False when the file was removed, renamed, cut or written by another, or the link leads elsewhere: then look anew. */
  #isStillThere(stream: RollStream): boolean {
    try {
      const open = fstatSync(stream.fd)
      const there = statSync(stream.file)
      return (
        open.ino === there.ino &&
        open.dev === there.dev &&
        there.size === this.#size &&
        (this.#linkError !== null || readlinkSync(join(this.#options.directory, CURRENT)) === basename(stream.file))
      )
    } catch {
      return false
    }
  }

  async #open(): Promise<RollStream> {
    const { directory, maxSize, keep } = this.#options
    makeDirectory(directory)
    // Here and not above: date-fns, which it loads, costs more than a whole pass in which there is nothing to write.
    const { default: roll } = await import('pino-roll')
    const file = newestIn(directory)
    const stream = await roll({
      file: join(directory, 'actions.log'),
      fd: openToAppend(file),
      size: `${maxSize}b`,
      limit: { count: keep + 1, removeOtherLogFiles: true },
      // Without it a line would still be in our memory when the write is done.
      sync: true,
      // Else it would block this process, for ever, on a file system that answers EAGAIN or EBUSY.
      retryEAGAIN: () => false,
    })
    stream.file = file
    stream.reopen = next => {
      const last = stream.fd
      stream.fd = openToAppend(next)
      stream.file = next
      closeSync(last)
    }
    stream.on('error', error => {
      this.#error = error
    })
    this.#stream = stream
    try {
      const { size } = fstatSync(stream.fd)
      // A process killed, or a disk filled, in the middle of a line.
      if (size > 0 && lastByteOf(stream.file, size) !== LINE_FEED) writeSync(stream.fd, '\n')
      this.#size = fstatSync(stream.fd).size
    } catch (error) {
      this.#drop()
      throw error
    }
    this.#link(stream.file)
    return stream
  }

  /** A full disk takes a part of them: take it back, so that no line is there twice when they are written again. */
  #undo(stream: RollStream, lines: string, error: unknown): never {
    try {
      const over = fstatSync(stream.fd).size - this.#size
      // More than ours is not ours to cut.
      if (over > 0 && over <= Buffer.byteLength(lines)) ftruncateSync(stream.fd, this.#size)
    } catch {
      // Then #open begins on a fresh line.
    }
    this.#drop()
    throw error
  }

  /** pino-roll has just gone over to another file and removes old ones: two removals at once would trip over each other. */
  async #rolled(stream: RollStream): Promise<void> {
    this.#link(stream.file)
    // An error has been noted by then.
    await once(stream, 'cleanup-complete').catch(() => {})
  }

  /** Atomic: `tail -F` never finds it missing. A link that cannot be set costs no line. */
  #link(file: string): void {
    const link = join(this.#options.directory, CURRENT)
    const draft = join(this.#options.directory, '.current.tmp')
    this.#linkError = null
    try {
      const there = lstatSync(link, { throwIfNoEntry: false })
      if (there?.isSymbolicLink() && readlinkSync(link) === basename(file)) return
      // logrotate with `create` makes a file of it.
      asOwner(this.#options.directory, () => {
        if (there !== undefined && !there.isSymbolicLink()) renameSync(link, `${link}.old`)
        rmSync(draft, { force: true })
        symlinkSync(basename(file), draft)
        renameSync(draft, link)
      })
    } catch (error) {
      this.#linkError = error
    }
  }

  #drop(): void {
    this.#stream?.destroy()
    this.#stream = null
  }
}

/** The file that pino-roll 4.0.0 goes on with: its number is the highest that stands before `.log` in any name there. */
function newestIn(directory: string): string {
  const numbers = readdirSync(directory).map(name => Number(/(\d+)\.log$/.exec(name)?.[1] ?? 1))
  return join(directory, `actions.${greatest(numbers, 1)}.log`)
}

const LINE_FEED = 10

function lastByteOf(path: string, size: number): number {
  const fd = openSync(path, 'r')
  try {
    const byte = Buffer.alloc(1)
    readSync(fd, byte, 0, 1, size - 1)
    return byte[0] ?? LINE_FEED
  } finally {
    closeSync(fd)
  }
}
