// Reads the heartbeat file back: which days had their line, and whether all was well.
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, recordFault } from '../record/fault.ts'
import type { HeartbeatDay } from './rules/story.ts'

/** Bytes read from the end: years of usual lines. */
const TAIL = 1024 * 1024

/** Days that are answered, the newest: two years. */
export const KEPT_DAYS = 732

/** Characters of a day's text. */
const LONGEST_TEXT = 2000

const LINE = /^\[(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC\] (OK|DEGRADED): (?:Daily heartbeat - )?(.*)$/

/**
 * Oldest first, one a day (the last line of it); empty where there is no file. The old script's file reads the same.
 * What is no whole line of it is passed over. Throws NethealError `record` when the file cannot be read.
 */
export async function readHeartbeatDays(directory: string): Promise<readonly HeartbeatDay[]> {
  const path = join(directory, 'heartbeat.log')
  const days = new Map<string, HeartbeatDay>()
  for (const line of (await tailOf(path)).split('\n').slice(0, -1)) {
    const [, day, time, word, text] = LINE.exec(line.replace(/\r$/, '')) ?? []
    const at = Date.parse(`${day}T${time}Z`)
    if (day === undefined || !Number.isFinite(at)) continue
    days.set(day, { day, at, well: word === 'OK', text: (text ?? '').slice(0, LONGEST_TEXT) })
  }
  return [...days.values()].sort((a, b) => a.at - b.at).slice(-KEPT_DAYS)
}

async function tailOf(path: string): Promise<string> {
  try {
    // Never wait for the other end of a FIFO.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stat = await file.stat()
    if (!stat.isFile()) throw new Error('it is not a file')
    const buffer = Buffer.alloc(Math.min(stat.size, TAIL))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, stat.size - buffer.length)
    return buffer.toString('utf8', 0, bytesRead)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw recordFault('read', path, 'log', error)
  }
}
