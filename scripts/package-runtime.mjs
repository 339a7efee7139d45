// The pinned Node runtime of one architecture, without its symbols: this machine's from node_modules, another one's
// through npm, held against the checksum in package-lock.json. Keeps what it fetched in node_modules/.cache/netheal.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withoutSymbols } from './package-elf.mjs'

/**
 * @param {string} root of the checkout
 * @param {'x64' | 'arm64'} arch
 * @returns {{ version: string, program: Buffer, license: string } | { absence: string }} why it cannot be had
 */
export function runtimeFor(root, arch) {
  const name = `node-linux-${arch}`
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages[`node_modules/${name}`]
  if (locked === undefined) return { absence: `${name} is not in package-lock.json` }
  const installed = join(root, 'node_modules', name)
  // npm has checked it when it unpacked it, and scripts/setup.mjs that it is the one of package-lock.json.
  if (existsSync(join(installed, 'bin/node'))) {
    return made(locked.version, path => readFileSync(join(installed, path)))
  }
  const archive = fetched(join(root, 'node_modules/.cache/netheal'), name, locked)
  if (typeof archive !== 'string') return archive
  return made(locked.version, path =>
    execFileSync('tar', ['-xzOf', archive, `package/${path}`], { maxBuffer: 512 * 1024 * 1024 }),
  )
}

function made(version, read) {
  return { version, program: withoutSymbols(read('bin/node')), license: read('LICENSE').toString('utf8') }
}

/** The path of the package's archive, as npm packs it; its bytes are those that package-lock.json asks for. */
function fetched(folder, name, { version, integrity }) {
  const archive = join(folder, `${name}-${version}.tgz`)
  const whole = () =>
    existsSync(archive) && integrity === `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
  if (whole()) return archive
  mkdirSync(folder, { recursive: true })
  const { npm_execpath: npm, npm_node_execpath: node } = process.env
  const args = ['pack', `${name}@${version}`, '--pack-destination', folder, '--loglevel=error']
  const [command, ...rest] = npm !== undefined && node !== undefined ? [node, npm, ...args] : ['npm', ...args]
  const { status, error } = spawnSync(command, rest, { cwd: folder, stdio: ['ignore', 'ignore', 2] })
  if (status !== 0)
    return { absence: `npm pack ${name}@${version} failed${error === undefined ? '' : `: ${error.message}`}` }
  return whole()
    ? archive
    : { absence: `what npm packed as ${name}@${version} has not the checksum of package-lock.json` }
}
