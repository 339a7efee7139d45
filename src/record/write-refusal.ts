import { constants } from 'node:fs'
import { access, open } from 'node:fs/promises'
import { codeOf } from './fault.ts'

/** Linux' O_TMPFILE but for O_DIRECTORY, whose bit differs by processor; Node has no constant for it. */
const UNNAMED_FILE = 0o20000000 | constants.O_DIRECTORY

/**
 * The error code with which that directory takes no new file from us ("EROFS", "EACCES"); null where it takes one, and
 * where nothing tells. A file system that an error has turned read-only still says to access(2) that it may be written (an
 * ext4 from Linux 6.15 on): so a file without a name is opened, of which nothing stays.
 */
export async function writeRefusal(directory: string): Promise<string | null> {
  try {
    await access(directory, constants.W_OK)
  } catch (error) {
    return codeOf(error) ?? 'unknown'
  }
  try {
    const file = await open(directory, UNNAMED_FILE | constants.O_WRONLY)
    await file.close()
    return null
  } catch (error) {
    // Other file systems have no such files.
    return codeOf(error) === 'EROFS' ? 'EROFS' : null
  }
}
