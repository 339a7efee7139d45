// The licences of everything in a package that is not netheal's own: each npm package that has code in the bundle, by
// esbuild's metafile, and Node with what is linked into it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const rule = '='.repeat(80)

/**
 * @param {string} root of the checkout
 * @param {import('esbuild').Metafile} metafile of the bundle
 * @param {{ version: string, license: string }} runtime
 * @returns {string}
 */
export function notices(root, metafile, runtime) {
  const packages = packagesIn(metafile).map(folder => ({ folder, ...manifest(root, folder) }))
  const parts = packages.map(({ folder, name, version, license, author }) => ({
    title: `${name} ${version} (${license})`,
    text: licenseText(join(root, folder)) ?? `By ${author?.name ?? author ?? 'its authors'}; ${license}.`,
  }))
  const all = [...parts, { title: `Node.js ${runtime.version}`, text: runtime.license }]
  const intro = 'netheal comes with the following software, each under the licence that is below its name.\n'
  return intro + all.map(({ title, text }) => `\n${rule}\n${title}\n${rule}\n\n${text.trim()}\n`).join('')
}

/** Folders from the checkout's root, sorted; only what left a byte in the bundle. */
function packagesIn(metafile) {
  const [bundle] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint !== undefined)
  const inputs = Object.entries(bundle.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  const folders = inputs.map(([path]) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
  return [...new Set(folders.filter(folder => folder !== undefined))].sort()
}

function manifest(root, folder) {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
}

function licenseText(folder) {
  const names = readdirSync(folder).filter(name => /^(licen[cs]e|copying|notice)([.-]|$)/i.test(name))
  return names.length === 0
    ? null
    : names
        .sort()
        .map(name => readFileSync(join(folder, name), 'utf8').trim())
        .join('\n\n')
}
