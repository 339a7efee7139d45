/** netheal as a package installs and starts it, in a folder of its own that goes with `await using`. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installInto } from '../../bench/program.ts'

export interface InstalledProgram extends AsyncDisposable {
  /** The command. */
  readonly launcher: string
}

export async function installedProgram(): Promise<InstalledProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'netheal-installed-'))
  const dispose = () => rm(folder, { recursive: true, force: true })
  try {
    return { launcher: installInto(folder), [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}
