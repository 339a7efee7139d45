// Which licences a package may have: one for what is shipped, and one for what only builds and tests.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What is read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string | { readonly type: string }
  /** How it was written until 2013; some still do. */
  readonly licenses?: readonly { readonly type: string }[]
  readonly author?: string | { readonly name?: string }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export interface Licensed {
  readonly name: string
  readonly version: string
  readonly licence: string | null
  /** Only to build and test with: handed to nobody. */
  readonly dev: boolean
}

/** They ask for a notice at most, and package-notices.mjs gives it. As whole expressions: a new one is looked at. */
const SHIPPED: ReadonlySet<string> = new Set(['0BSD', 'Apache-2.0', 'BSD-3-Clause', 'ISC', 'MIT', 'Unlicense'])

/** These as well for what is shipped to nobody, each for the packages that were looked at. */
const DEV_ONLY: readonly { readonly licence: string; readonly name: RegExp }[] = [
  { licence: 'MIT OR Apache-2.0', name: /^@biomejs\// },
  // Files that are changed stay under it; none is changed here, and none is shipped.
  { licence: 'MPL-2.0', name: /^(axe-core|lightningcss(-.+)?)$/ },
]

/** An SPDX expression; null where the manifest has none. */
export function licenceOf({ license, licenses }: Pick<Manifest, 'license' | 'licenses'>): string | null {
  if (typeof license === 'string') return license
  if (license !== undefined) return license.type
  if (licenses === undefined || licenses.length === 0) return null
  return licenses.map(({ type }) => type).join(' OR ')
}

/** What may not stay as it is, a line each; nothing where all is well. */
export function licenceProblems(packages: readonly Licensed[]): string[] {
  return packages.flatMap(({ name, version, licence, dev }) => {
    if (licence === null) return [`${name} ${version} names no licence`]
    if (SHIPPED.has(licence)) return []
    const known = DEV_ONLY.filter(other => other.licence === licence && other.name.test(name))
    if (known.length === 0) return [`${name} ${version} is under ${licence}, which nobody here has agreed to`]
    return dev ? [] : [`${name} ${version} is under ${licence}, which is agreed to for building and testing only`]
  })
}

/** Every package of package-lock.json, those for other machines too: what is installed speaks for itself. */
export function lockedPackages(root: string): Licensed[] {
  const { packages }: { packages: Record<string, LockEntry> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  )
  return Object.entries(packages).flatMap(([path, { version, license, dev }]) => {
    if (path === '') return []
    const name = path.replace(/^.*node_modules\//, '')
    const manifest = join(root, path, 'package.json')
    const said = existsSync(manifest) ? licenceOf(JSON.parse(readFileSync(manifest, 'utf8'))) : (license ?? null)
    return [{ name, version, licence: said, dev: dev === true }]
  })
}

/** What is read of an entry of package-lock.json. */
export interface LockEntry {
  readonly version: string
  readonly integrity?: string
  readonly resolved?: string
  readonly license?: string
  readonly dev?: boolean
  readonly link?: boolean
  readonly hasInstallScript?: boolean
}
