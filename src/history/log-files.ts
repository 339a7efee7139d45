// Which files hold the action log, oldest first: what pino-roll numbers, and what an operator's logrotate makes of those.
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CURRENT } from '../record/rolling-file.ts'

export interface LogFile {
  readonly name: string
  readonly path: string
}

/** `actions.7.log`, and beside it `actions.7.log.1`, `actions.7.log-20251229.gz`: parts of it that were rotated away. */
const NUMBERED = /^actions\.(\d{1,9})\.log(?:[.-](\d{1,14}))?(\.gz)?$/

/** `current.log` made to a file by logrotate, and what netheal then moved out of its way (record/rolling-file.ts). */
const STRANGER = /^current\.log(?:[.-](old|\d{1,14}))?(\.gz)?$/

/** Throws what the file system says: ENOENT where nothing was ever written. */
export async function logFilesIn(directory: string): Promise<readonly LogFile[]> {
  const names = await readdir(directory)
  const numbered = names.flatMap(name => {
    const [, number, rotated] = NUMBERED.exec(name) ?? []
    return number === undefined ? [] : [{ name, number: Number(number), age: ageOf(rotated) }]
  })
  const strangers: { name: string; number: number; age: number }[] = []
  for (const name of names) {
    const [, rotated] = STRANGER.exec(name) ?? []
    if (!STRANGER.test(name) || (name === CURRENT && (await isLink(join(directory, name))))) continue
    strangers.push({ name, number: Number.POSITIVE_INFINITY, age: rotated === 'old' ? 0.5 : ageOf(rotated) })
  }
  return [...numbered, ...strangers]
    .sort((a, b) => (a.number === b.number ? b.age - a.age : a.number - b.number))
    .map(({ name }) => ({ name, path: join(directory, name) }))
}

/**
 * How long ago it was rotated away, in no unit: logrotate counts up what is old (`.2` is older than `.1`), or dates it
 * (`-20251229`: the higher, the younger). The one that is written comes last.
 */
function ageOf(rotated: string | undefined): number {
  if (rotated === undefined) return 0
  const number = Number(rotated)
  return rotated.length >= 8 ? 1 + 1 / number : 1 + number
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink()
  } catch {
    return true
  }
}
