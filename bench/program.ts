// The programs that are measured: netheal as the package installs and starts it, from its sources, and Node without it.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packagedProgram } from '../scripts/package-program.ts'

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

const source = at('src/main.ts')

/** The package's own launcher, with its paths changed to those of a folder in here: what is measured is what operators get. */
export const launcher: string = at('dist/installed/netheal')

/** Once, before anything is measured. */
export function installProgram(): void {
  const folder = at('dist/installed')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  installInto(folder)
}

/** Lays out the files of a package in an empty folder, and does what its installation does. Returns the launcher's path. */
function installInto(folder: string): string {
  symlinkSync(process.execPath, join(folder, 'node'))
  for (const { name, data } of packagedProgram(at('.')).files) writeFileSync(join(folder, name), data)
  const path = join(folder, 'netheal')
  writeFileSync(path, launcherFor(readFileSync(at('packaging/netheal'), 'utf8'), folder))
  chmodSync(path, 0o755)
  execFileSync(join(folder, 'node'), [join(folder, 'compile.cjs')], { stdio: ['ignore', 2, 2] })
  return path
}

/** Node's options for the daemon, as the package's launcher gives them. Throws where it gives none. */
export function daemonFlags(): readonly string[] {
  const [, flags] = /^ *\*' run '\*\)[^;]*\bflags='([^']+)'/m.exec(readFileSync(at('packaging/netheal'), 'utf8')) ?? []
  if (flags === undefined)
    throw new Error('packaging/netheal gives the daemon no options in a way that the benchmarks know')
  return flags.split(' ')
}

/** The unit's CPUWeight, where other services have 100. Throws where it has none. */
export function unitsCpuWeight(): number {
  const [, weight] = /^CPUWeight=(\d+)$/m.exec(readFileSync(at('systemd/netheal.service'), 'utf8')) ?? []
  if (weight === undefined)
    throw new Error('systemd/netheal.service gives netheal no share of the CPU in a way that the benchmarks know')
  return Number(weight)
}

/** As install.sh changes it. Throws when it starts nothing in the package's folder. */
export function launcherFor(text: string, folder: string): string {
  const changed = text.replaceAll('/usr/lib/netheal/', `${folder}/`)
  if (changed === text) throw new Error('packaging/netheal starts netheal in a way that the benchmarks do not know')
  return changed
}

/** The command of netheal with these arguments, as it is shipped. */
export function netheal(...args: readonly string[]): readonly string[] {
  return [launcher, ...args]
}

/** The same from the sources, which Node strips of their types as it loads them. */
export function unbundled(...args: readonly string[]): readonly string[] {
  return [process.execPath, '--disable-warning=ExperimentalWarning', source, ...args]
}
