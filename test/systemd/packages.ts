/**
 * The packages that these tests install: this checkout as it is, and the same as a later version. Made once for the same
 * content, by the project's own script with little compression, and kept in /var/tmp; a day later another run removes them.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { enginePath } from '../support/engine-packages.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const cache = '/var/tmp/netheal-test-package'

/** The version of the later one. */
export const laterVersion = '99.1.0'

/** Paths of .deb files on this machine. */
export interface Packages {
  readonly current: string
  readonly later: string
}

/** One answer for a whole test file, also where somebody edits the sources meanwhile. */
export function makePackages(): Promise<Packages> {
  made ??= make()
  return made
}

let made: Promise<Packages> | null = null

async function make(): Promise<Packages> {
  const folder = join(cache, await contentHash())
  const pack = (name: string, flags: string): string =>
    `"$NODE" scripts/package.mjs --arch ${process.arch} --fast --out "$1/new-${name}" ${flags} && mv "$1/new-${name}" "$1/${name}"`
  // Two test files may come here at the same time: the second one waits for what the first one makes.
  const script = `set -e
    exec 9>"${cache}/lock"
    flock 9
    if [ -e "$1/later" ]; then exit; fi
    find "${cache}" -mindepth 1 -maxdepth 1 -type d -mtime +0 -exec rm -rf {} +
    mkdir -p "$1"
    ${pack('current', '')}
    ${pack('later', `--version ${laterVersion}`)}`
  await promisify(execFile)('sh', ['-c', `mkdir -p ${cache}; ${script}`, 'sh', folder], {
    cwd: root,
    env: { ...process.env, NODE: process.execPath, PATH: enginePath },
  })
  return { current: await debIn(join(folder, 'current')), later: await debIn(join(folder, 'later')) }
}

async function debIn(folder: string): Promise<string> {
  const name = (await readdir(folder)).find(it => it.endsWith('.deb'))
  if (name === undefined) throw new Error(`npm run package made no .deb in ${folder}`)
  return join(folder, name)
}

/** Of all files that go into a package, or make it. */
async function contentHash(): Promise<string> {
  const hash = createHash('sha256')
  const folders = ['src', 'scripts', 'packaging', 'systemd']
  const inside = await Promise.all(
    folders.map(folder =>
      readdir(join(root, folder), { recursive: true }).then(all => all.sort().map(it => join(folder, it))),
    ),
  )
  const single = [
    ...['package-lock.json', 'package.json', 'install.sh', 'README.md', 'CHANGELOG.md', 'SECURITY.md'],
    'config.schema.json',
  ]
  for (const path of [...single, ...inside.flat()]) {
    const data = await readFile(join(root, path)).catch(() => '')
    hash.update(`${path}\0${data.length}\0`).update(data)
  }
  return hash.digest('hex').slice(0, 16)
}
