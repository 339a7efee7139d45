/** A build of the packages for this machine's architecture, in a folder of its own that goes with `await using`. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const checkout = fileURLToPath(new URL('../../', import.meta.url))

export interface Packages extends AsyncDisposable {
  readonly folder: string
  readonly deb: string
  readonly tarball: string
  readonly sums: string
}

/** Takes some five seconds. `env` is laid over this process's; what is compressed is compressed little. */
export async function buildPackages(env: Readonly<Record<string, string>> = {}, umask = '022'): Promise<Packages> {
  const folder = await mkdtemp(join(tmpdir(), 'netheal-packages-'))
  const out = join(folder, 'out')
  const command = [process.execPath, join(checkout, 'scripts/package.mjs')]
  const args = ['--arch', process.arch, '--fast', '--out', out]
  const dispose = () => rm(folder, { recursive: true, force: true })
  try {
    await run('sh', ['-c', `umask ${umask}; exec "$@"`, 'sh', ...command, ...args], { env: { ...process.env, ...env } })
    const names = await readdir(out)
    const one = (ending: string) => join(out, names.find(name => name.endsWith(ending)) ?? `nothing.${ending}`)
    const sums = await readFile(join(out, 'SHA256SUMS'), 'utf8')
    return { folder: out, deb: one('.deb'), tarball: one('.tar.gz'), sums, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Output of a command on this machine. */
export async function output(command: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run(command, args, { maxBuffer: 16 * 1024 * 1024, env: { ...process.env, LC_ALL: 'C' } })
  return stdout
}
