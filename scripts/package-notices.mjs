// The licences of everything in a package that is not netheal's own: each npm package that has code in the bundle, by
// esbuild's metafile, and Node with what is linked into it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledPackages } from './package-bundled.ts'

const rule = '='.repeat(80)

/**
 * @param {string} root of the checkout
 * @param {import('esbuild').Metafile} metafile of the bundle
 * @param {{ version: string, license: string }} runtime
 * @returns {string}
 */
export function notices(root, metafile, runtime) {
  const parts = bundledPackages(root, metafile).map(({ folder, name, version, licence, author }) => ({
    title: `${name} ${version} (${licence})`,
    text: licenseText(join(root, folder)) ?? `By ${author ?? 'its authors'}; ${licence}.`,
  }))
  const all = [...parts, { title: `Node.js ${runtime.version}`, text: runtime.license }]
  const intro = 'netheal comes with the following software, each under the licence that is below its name.\n'
  return intro + all.map(({ title, text }) => `\n${rule}\n${title}\n${rule}\n\n${text.trim()}\n`).join('')
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
