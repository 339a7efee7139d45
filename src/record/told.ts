// What was last said to cron of problems that stand, beside the lock: every line of a one-shot is a mail, and it comes every few
// minutes. Gone with a reboot; then it is said once more. Where it cannot be kept, it is said each time.
import { join } from 'node:path'
import * as z from 'zod/mini'
import { replaceFile } from './replace.ts'
import { readSmallFile } from './small-file.ts'

const shape = z.object({ standing: z.readonly(z.array(z.string())) })
const LONGEST = 256 * 1024

export interface ToldNews {
  readonly begun: readonly string[]
  readonly ended: readonly string[]
}

/**
 * What of `standing`, a text each, was not there the last time, and what of the last time is over. Never throws.
 * @param isAll false: of others nothing is known now; they last
 */
export async function newsSince(
  { directory }: { readonly directory: string },
  standing: readonly string[],
  isAll: boolean,
): Promise<ToldNews> {
  const path = join(directory, 'told.json')
  const known = await read(path)
  const begun = standing.filter(text => !known.includes(text))
  const others = known.filter(text => !standing.includes(text))
  const ended = isAll ? others : []
  if (begun.length === 0 && ended.length === 0) return { begun, ended }
  const kept = isAll ? standing : [...others, ...standing]
  try {
    await replaceFile(path, `${JSON.stringify({ standing: kept })}\n`, false)
  } catch {
    // It is said again.
  }
  return { begun, ended }
}

async function read(path: string): Promise<readonly string[]> {
  const file = await readSmallFile(path, LONGEST)
  if (file.kind !== 'read') return []
  try {
    return shape.safeParse(JSON.parse(file.bytes.toString())).data?.standing ?? []
  } catch {
    return []
  }
}
