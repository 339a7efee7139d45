// Whether the disk of the state takes another one, for those who only look: a state that cannot be saved cannot say so
// itself. Nothing that stays is written to find out.
import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { writeRefusal } from './write-refusal.ts'

/** What is wrong, in words; null for nothing, and where it cannot be told. Never throws. */
export async function diskSpaceProblem(options: { readonly directory: string }): Promise<string | null> {
  const { directory } = options
  try {
    const size = await stat(join(directory, 'state.json')).then(
      file => file.size,
      () => 0,
    )
    const { bavail, blocks, bsize } = await statfs(directory)
    // The old one is only replaced by a new one beside it. A file system without a size of its own has no blocks.
    const needed = size + bsize
    if (blocks > 0 && bavail * bsize < needed)
      return `no space left on the disk of ${directory} (${bavail * bsize} bytes, and saving the state takes ${needed}): what status says may be old`
    // Not EACCES: whoever asks need not be the user that runs netheal.
    if ((await writeRefusal(directory)) !== 'EROFS') return null
    return `the disk of ${directory} is read-only: what status says may be old`
  } catch {
    return null
  }
}
