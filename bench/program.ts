// The programs that are measured: netheal as the package starts it, from its sources, and Node without it.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** The built command line: `npm run bench` makes it first. */
export const bundle = at('dist/netheal.js')
export const source = at('src/main.ts')

/** The flags that the package's launcher gives to Node: what is measured is what operators get. */
export const launcherFlags: readonly string[] = flagsOf(readFileSync(at('packaging/netheal'), 'utf8'))

/** Throws when the launcher starts the program in a way that this does not understand. */
export function flagsOf(launcher: string): readonly string[] {
  const [, flags] = /^exec \S+\/node((?: --\S+)*) \S+netheal\.mjs "\$@"$/m.exec(launcher) ?? []
  if (flags === undefined) throw new Error('packaging/netheal starts netheal in a way that the benchmarks do not know')
  return flags.split(' ').filter(flag => flag !== '')
}

/** The command of netheal with these arguments, as it is shipped. */
export function netheal(...args: readonly string[]): readonly string[] {
  if (!existsSync(bundle)) throw new Error(`${bundle} is not there: npm run build makes it`)
  return [process.execPath, ...launcherFlags, bundle, ...args]
}

/** The same from the sources, which Node strips of their types as it loads them. */
export function unbundled(...args: readonly string[]): readonly string[] {
  return [process.execPath, '--disable-warning=ExperimentalWarning', ...launcherFlags, source, ...args]
}
