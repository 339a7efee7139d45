// The pause: no healing until a moment, in `pause.json` beside the state. A file of its own, so that `netheal pause` and a
// running daemon never overwrite each other's. A pause that cannot be read is none: a broken file must not stop healing.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { printable } from '../core/printable.ts'
import type { PauseFile } from '../heal/ports.ts'
import { asOwner } from './as-owner.ts'
import { codeOf, type FileNote, isDenied, recordFault } from './fault.ts'
import { replaceFile } from './replace.ts'
import { readSmallFile } from './small-file.ts'

/**
 * Milliseconds. A pause is for a migration or a teardown; one that ends later than this from now was set under a clock that
 * was wrong, or by a slip, and does not count. `netheal pause` must refuse a longer one, else it would begin days later.
 */
export const LONGEST_PAUSE: number = 7 * 86_400_000

export interface Pause {
  /** Milliseconds since the epoch; null when healing is not paused. */
  readonly until: number | null
  /** In one printable line; null when none was given. */
  readonly reason: string | null
  /** Why a file that is there does not count; null when all is as it should be. */
  readonly note: FileNote | null
}

export interface OpenPause extends PauseFile {
  /** Never throws. A clock that is set back lengthens a pause by as much, to at most `LONGEST_PAUSE`. */
  read(now: number): Promise<Pause>
  /** `until` in milliseconds since the epoch. Replaces an earlier pause. Throws NethealError `record`. */
  set(until: number, reason?: string): Promise<void>
  /** Nothing happens when there is none. Throws NethealError `record`. */
  clear(): Promise<void>
}

const shape = z.object({ until: z.number(), reason: z.nullable(z.string()) })

const LONGEST_REASON = 200

/** Opens nothing yet. */
export function openPause(options: { readonly directory: string }): OpenPause {
  const path = join(options.directory, 'pause.json')
  const read = async (now: number): Promise<Pause> => {
    const file = await readSmallFile(path, 64 * 1024)
    switch (file.kind) {
      case 'missing':
        return NOT_PAUSED
      case 'unreadable':
        return none(
          `${recordFault('read', path, 'state', file.error).message}; a pause in it does not count`,
          isDenied(file.error),
        )
      case 'broken':
        return none(`${path} does not count as a pause: ${file.why}`)
      case 'read': {
        const pause = parsed(file.bytes.toString())
        if (pause === null) return none(`${path} does not count as a pause: it is damaged, or not netheal's`)
        if (pause.until <= now) return NOT_PAUSED
        if (pause.until - now > LONGEST_PAUSE) {
          return none(
            `${path} does not count as a pause: it would last for more than 7 days; netheal resume removes it`,
          )
        }
        return { until: pause.until, reason: pause.reason, note: null }
      }
    }
  }
  return {
    read,
    until: async now => (await read(now)).until,
    async set(until, reason) {
      const text = JSON.stringify({ until, reason: reason?.slice(0, LONGEST_REASON) ?? null })
      try {
        // Flushed: somebody is about to do what must not be healed.
        await replaceFile(path, `${text}\n`, true)
      } catch (error) {
        throw recordFault('write', path, 'state', error)
      }
    },
    async clear() {
      try {
        asOwner(options.directory, () => rmSync(path))
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw recordFault('remove', path, 'state', error)
      }
    },
  }
}

const NOT_PAUSED: Pause = { until: null, reason: null, note: null }

function none(text: string, closed = false): Pause {
  return { ...NOT_PAUSED, note: { text, closed } }
}

function parsed(text: string): { readonly until: number; readonly reason: string | null } | null {
  try {
    const read = shape.safeParse(JSON.parse(text))
    if (!read.success) return null
    const { until, reason } = read.data
    return { until, reason: reason === null ? null : printable(reason.slice(0, LONGEST_REASON)) }
  } catch {
    return null
  }
}
