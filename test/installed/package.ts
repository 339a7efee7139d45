/**
 * netheal as its package installs it: the .deb, built from this checkout and unpacked into a folder of its own, with the
 * paths of that folder in the launcher (as install.sh puts those of its prefix there) and what its postinst runs. It needs
 * no root, touches nothing else of the machine, and goes with `await using`.
 */
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildPackages } from '../package/packages.ts'
import { findCommand } from '../support/engine-packages.ts'

const run = promisify(execFile)

export interface Installed extends AsyncDisposable {
  /** The command, as it stands in the PATH. */
  readonly command: string
  /** A file of the package: `usr/share/man/man1/netheal.1.gz`. */
  file(path: string): string
}

/** Why it cannot be installed here, which is said on stderr; null where it can. A failure with NETHEAL_TEST_REQUIRE_ENGINE=1. */
export async function installationAbsence(): Promise<string | null> {
  const absence = process.platform !== 'linux' ? 'the packages are for Linux' : await needsDpkg()
  if (absence === null) return null
  if (process.env.NETHEAL_TEST_REQUIRE_ENGINE === '1')
    throw new Error(`NETHEAL_TEST_REQUIRE_ENGINE=1, and the package cannot be installed: ${absence}`)
  process.stderr.write(`netheal tests: the installed package is not tested: ${absence}\n`)
  return absence
}

async function needsDpkg(): Promise<string | null> {
  return (await findCommand('dpkg-deb')) === null ? 'needs dpkg-deb' : null
}

/** Builds the package and unpacks it: some ten seconds. */
export async function installPackage(): Promise<Installed> {
  await using made = await buildPackages()
  const folder = await mkdtemp(join(tmpdir(), 'netheal-installed-'))
  const dispose = () => rm(folder, { recursive: true, force: true })
  const file = (path: string): string => join(folder, path)
  try {
    await run('dpkg-deb', ['-x', made.deb, folder])
    const command = file('usr/bin/netheal')
    const launcher = await readFile(command, 'utf8')
    const placed = launcher.replaceAll('/usr/lib/netheal', file('usr/lib/netheal'))
    if (placed === launcher) throw new Error('the launcher starts nothing in /usr/lib/netheal')
    await writeFile(command, placed)
    await chmod(command, 0o755)
    await run(file('usr/lib/netheal/node'), [file('usr/lib/netheal/compile.cjs')], { env: { PATH: process.env.PATH } })
    return { command, file, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}
