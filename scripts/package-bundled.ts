// Which npm packages have code in the bundle, by esbuild's metafile: what the notices and the SBOM are about.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { licenceOf, type Manifest } from './licences.ts'

export interface Bundled {
  /** From the checkout's root: `node_modules/pino-pretty/node_modules/sonic-boom`. */
  readonly folder: string
  readonly name: string
  readonly version: string
  /** As SPDX writes it; null where the package says none. */
  readonly licence: string | null
  readonly author: string | null
  /** The names of the packages that it needs, bundled or not. */
  readonly needs: readonly string[]
}

/** Sorted by folder; only what left a byte in the bundle. */
export function bundledPackages(root: string, metafile: Metafile): Bundled[] {
  const [bundle] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint !== undefined)
  const inputs = Object.entries(bundle?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  const folders = inputs.flatMap(([path]) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])
  return [...new Set(folders)].sort().map(folder => {
    const manifest: Manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const { name, version, author } = manifest
    const needs = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
    const by = typeof author === 'string' ? author : (author?.name ?? null)
    return { folder, name, version, licence: licenceOf(manifest), author: by, needs }
  })
}
