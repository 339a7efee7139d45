// The SBOM of a package, as CycloneDX JSON: each npm package that has code in the bundle, and the Node runtime, with
// versions, licences, and the checksums of package-lock.json. The same commit gives the same bytes: the time is the
// commit's, and there is no serial number, which would have to be another one each time.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Enums, Models, Serialize, SPDX, Spec } from '@cyclonedx/cyclonedx-library'
import type { Metafile } from 'esbuild'
import type { LockEntry } from './licences.ts'
import { type Bundled, bundledPackages } from './package-bundled.ts'

const { Component } = Models
const { ComponentType, HashAlgorithm, LifecyclePhase } = Enums

interface Parts {
  /** Of the checkout. */
  readonly root: string
  readonly metafile: Metafile
  /** What is shipped beside Node. */
  readonly program: readonly { readonly name: string; readonly data: string }[]
  /** Its `program` is what is shipped as node: without its symbols, so it has a checksum of its own. */
  readonly runtime: { readonly version: string; readonly program: Buffer }
  readonly arch: 'x64' | 'arm64'
  /** Of netheal. */
  readonly version: string
  /** Seconds. */
  readonly epoch: number
}

/** Throws where a bundled package is not in package-lock.json, or says no licence. */
export function sbom({ root, metafile, program, runtime, arch, version, epoch }: Parts): string {
  const lock: { packages: Record<string, LockEntry> } = read(root, 'package-lock.json')
  const packages = bundledPackages(root, metafile)
  const components = new Map(packages.map(it => [it.folder, library(it, lock.packages[it.folder])]))
  for (const { folder, needs } of packages) link(components, components.get(folder), folder, needs)

  const node = platform(`node-linux-${arch}`, runtime.version, lock.packages[`node_modules/node-linux-${arch}`])
  const netheal = application(version, [...program, { name: 'node', data: runtime.program }])
  const { dependencies }: { dependencies: Record<string, string> } = read(root, 'package.json')
  link(components, netheal, '', Object.keys(dependencies))
  netheal.dependencies.add(node.bomRef)

  const bom = new Models.Bom({
    metadata: new Models.Metadata({
      timestamp: new Date(epoch * 1000),
      lifecycles: new Models.LifecycleRepository([LifecyclePhase.Build]),
      component: netheal,
    }),
    components: new Models.ComponentRepository([...components.values(), node]),
  })
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6))
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`
}

function read<T>(root: string, path: string): T {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}

/** netheal itself, with the checksums of what is shipped: they say which files this SBOM is about. */
function application(version: string, files: readonly { name: string; data: string | Buffer }[]): Models.Component {
  return new Component(ComponentType.Application, 'netheal', {
    bomRef: `netheal@${version}`,
    version,
    licenses: licences('MIT'),
    components: new Models.ComponentRepository(
      files.map(({ name, data }) => {
        const sha256 = createHash('sha256').update(data).digest('hex')
        const hashes = new Models.HashDictionary([[HashAlgorithm['SHA-256'], sha256]])
        return new Component(ComponentType.File, name, { bomRef: `file:${name}`, hashes })
      }),
    ),
  })
}

function library({ folder, name, version, licence }: Bundled, locked: LockEntry | undefined): Models.Component {
  if (licence === null) throw new Error(`${folder} is in the bundle, and names no licence`)
  const [short, group] = name.split('/').reverse()
  const purl = purlOf(name, version)
  return new Component(ComponentType.Library, short ?? name, {
    ...(group === undefined ? {} : { group }),
    ...{ bomRef: purl, purl, version, hashes: hashes(folder, locked), licenses: licences(licence) },
  })
}

/** Node, as an npm package brings it. Advisories about Node, and what is linked into it, go by its CPE. */
function platform(name: string, version: string, locked: LockEntry | undefined): Models.Component {
  const purl = purlOf(name, version)
  return new Component(ComponentType.Platform, 'node', {
    ...{ bomRef: purl, purl, version, hashes: hashes(name, locked), licenses: licences('MIT') },
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
  })
}

function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

/** Of the archive that npm unpacked: package-lock.json has it in base64. */
function hashes(what: string, locked: LockEntry | undefined): Models.HashDictionary {
  const base64 = /^sha512-(.+)$/.exec(locked?.integrity ?? '')?.[1]
  if (base64 === undefined) throw new Error(`${what} has no SHA-512 checksum in package-lock.json`)
  const hex = Buffer.from(base64, 'base64').toString('hex')
  return new Models.HashDictionary([[HashAlgorithm['SHA-512'], hex]])
}

function licences(licence: string): Models.LicenseRepository {
  const known = SPDX.isSupportedSpdxId(licence)
  return new Models.LicenseRepository([known ? new Models.SpdxLicense(licence) : new Models.LicenseExpression(licence)])
}

/** Adds what `from` needs and the bundle has, found as Node finds it: in the nearest node_modules. */
function link(
  components: ReadonlyMap<string, Models.Component>,
  from: Models.Component | undefined,
  folder: string,
  needs: readonly string[],
): void {
  for (const name of needs) {
    const found = placesOf(folder, name).find(place => components.has(place))
    const needed = found === undefined ? undefined : components.get(found)
    if (needed !== undefined) from?.dependencies.add(needed.bomRef)
  }
}

function placesOf(folder: string, name: string): string[] {
  const above = folder.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, '')
  const here = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
  return folder === '' ? [here] : [here, ...placesOf(above, name)]
}
