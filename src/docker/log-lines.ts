// A container's log, as the engine streams it with `timestamps=1`, into lines: frames (or, of a terminal, bare text), cut
// anywhere into chunks; long lines that Docker keeps in pieces of 16 KiB; bytes that are no text. Memory is bounded by
// `longest`, whatever comes.
import type { LogLine } from '../diagnose/ports.ts'
import { plainText } from './plain-text.ts'

export interface LogLines {
  feed(chunk: Buffer): void
  /** Gives what has not ended with a line feed. */
  end(): void
  /** How many entries the engine has given at most: it counts the pieces of a long line one by one, and so does its `tail`. */
  readonly entries: number
}

/** Docker cuts a longer line into pieces of so many bytes, each an entry of its own with the time of the first. */
const PIECE = 16 * 1024
const FEED = 0x0a
/** `2026-11-24T10:17:40.094712248Z ` has 31; whatever comes without a blank is no time. */
const LONGEST_STAMP = 64

/** One line in the making: what of it is kept, and how much there was. */
interface Pending {
  readonly stamp: string
  readonly at: number
  parts: Buffer[]
  kept: number
  size: number
}

/** @param longest characters of a line that are kept */
export function logLines(longest: number, onLine: (line: LogLine) => void): LogLines {
  // A character (half of it, where it takes two) has three bytes at most.
  const room = longest * 3
  const timeOf = stampReader()
  let entries = 0
  let isFramed: boolean | null = null
  /** The first bytes, until they tell frames from text; later the header of a frame. */
  let head: Buffer = Buffer.alloc(0)
  let left = 0
  let stream = 1
  /** The beginning of an entry, until its time is whole. Null: the time is known, what follows is text. */
  let stamp: Buffer | null = Buffer.alloc(0)
  const pending = new Map<number, Pending>()

  function give(line: Pending): void {
    const text = Buffer.concat(line.parts).toString('utf8')
    // A terminal's log has no frames: there the pieces of a long line stand in it with their times.
    const whole = isFramed === true || line.size <= PIECE ? text : text.replaceAll(line.stamp, '')
    const clean = plainText(whole.endsWith('\r') ? whole.slice(0, -1) : whole)
    const cut = line.size > line.kept || clean.length > longest
    onLine({ at: line.at, text: cut ? shortened(clean, longest) : clean, cut })
  }

  function giveOf(which: number): void {
    const line = pending.get(which)
    if (line === undefined) return
    pending.delete(which)
    give(line)
  }

  /** The time of an entry is whole: it goes on with the line before it, or begins one. */
  function begin(text: string): void {
    const before = pending.get(stream)
    if (before !== undefined && before.stamp === text) return
    giveOf(stream)
    pending.set(stream, { stamp: text, at: timeOf(text), parts: [], kept: 0, size: 0 })
  }

  function add(bytes: Buffer): void {
    if (bytes.length === 0) return
    let line = pending.get(stream)
    // Text after a line feed in the middle of a frame: not Docker's way, but what else could it be.
    if (line === undefined) {
      line = { stamp: '', at: timeOf(''), parts: [], kept: 0, size: 0 }
      pending.set(stream, line)
    }
    const keep = Math.min(bytes.length, room - line.kept)
    if (keep > 0) line.parts.push(bytes.subarray(0, keep))
    line.kept += keep
    line.size += bytes.length
  }

  /** Reads the time at the beginning of an entry; answers where the text begins, or null while there is more to come. */
  function takeStamp(bytes: Buffer, isLast: boolean): number | null {
    const known = stamp ?? Buffer.alloc(0)
    const blank = bytes.indexOf(0x20)
    const feed = bytes.indexOf(FEED)
    const ends = blank !== -1 && (feed === -1 || blank < feed) ? blank + 1 : -1
    if (ends !== -1 && known.length + ends <= LONGEST_STAMP) {
      const text = Buffer.concat([known, bytes.subarray(0, ends)]).toString('latin1')
      if (isStamp(text)) {
        stamp = null
        begin(text)
        return ends
      }
    } else if (ends === -1 && feed === -1 && !isLast && known.length + bytes.length <= LONGEST_STAMP) {
      stamp = Buffer.concat([known, bytes])
      return null
    }
    // No time: it is all text.
    stamp = null
    giveOf(stream)
    add(known)
    return 0
  }

  /** A part of an entry, or of bare text; `isLast`: of its frame. */
  function text(bytes: Buffer, isLast: boolean): void {
    let at = 0
    while (at < bytes.length) {
      if (stamp !== null) {
        const from = takeStamp(bytes.subarray(at), isLast)
        if (from === null) return
        at += from
        continue
      }
      const feed = bytes.indexOf(FEED, at)
      if (feed === -1) {
        add(bytes.subarray(at))
        return
      }
      add(bytes.subarray(at, feed))
      endLine()
      at = feed + 1
      if (isFramed !== true) stamp = Buffer.alloc(0)
    }
  }

  function endLine(): void {
    const line = pending.get(stream)
    if (isFramed !== true) entries += 1 + Math.floor((line?.size ?? 0) / PIECE)
    // An empty line of a frame without a time.
    if (line === undefined) onLine({ at: timeOf(''), text: '', cut: false })
    else giveOf(stream)
  }

  function frames(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      if (left === 0) {
        const take = Math.min(8 - head.length, bytes.length - at)
        head = head.length === 0 ? bytes.subarray(at, at + take) : Buffer.concat([head, bytes.subarray(at, at + take)])
        at += take
        if (head.length < 8) {
          // It must not keep a whole chunk alive.
          head = Buffer.from(head)
          return
        }
        stream = head[0] ?? 1
        left = head.readUInt32BE(4)
        head = Buffer.alloc(0)
        stamp = Buffer.alloc(0)
        entries += 1
        continue
      }
      const take = Math.min(left, bytes.length - at)
      left -= take
      text(bytes.subarray(at, at + take), left === 0)
      at += take
    }
  }

  return {
    feed(chunk) {
      if (isFramed === true) {
        frames(chunk)
        return
      }
      if (isFramed === false) {
        text(chunk, false)
        return
      }
      head = Buffer.concat([head, chunk])
      if (head.length < 4) return
      const all = head
      head = Buffer.alloc(0)
      // A time begins with a digit, a frame with the number of its stream and three zeroes.
      isFramed = (all[0] ?? 255) <= 2 && all[1] === 0 && all[2] === 0 && all[3] === 0
      if (isFramed) frames(all)
      else text(all, false)
    },
    end() {
      if (isFramed === null) add(head)
      else if (stamp !== null && stamp.length > 0) add(stamp)
      for (const which of [...pending.keys()]) giveOf(which)
    },
    get entries() {
      return entries
    },
  }
}

function isStamp(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) $/.test(text)
}

/** Reads times, in milliseconds with a fraction; what is none is as late as the one before. The same second is read once. */
function stampReader(): (stamp: string) => number {
  let known = ''
  let second = 0
  let last = 0
  return stamp => {
    if (stamp === '') return last
    const zone = stamp.endsWith('Z ') ? 'Z' : stamp.slice(-7, -1)
    const text = stamp.slice(0, 19) + zone
    if (text !== known) {
      const parsed = Date.parse(text)
      if (Number.isNaN(parsed)) return last
      known = text
      second = parsed
    }
    const fraction = stamp[19] === '.' ? Number(`0${stamp.slice(19, -zone.length - 1)}`) * 1000 : 0
    last = second + fraction
    return last
  }
}

/** So many characters at most, and no half of one at the end. */
function shortened(text: string, longest: number): string {
  const cut = text.slice(0, longest)
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut
}
