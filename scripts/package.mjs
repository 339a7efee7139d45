// Makes what an operator installs, in dist/package: a .deb and a .tar.gz for each architecture, which hold the pinned Node
// runtime, and their SHA256SUMS. The same commit and the same tools give the same bytes.
//   npm run package -- [--arch x64,arm64] [--out DIR] [--fast] [--version V]
// --fast compresses little, for tests; --version is the package's own, to test an upgrade.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { debContents, debVersion, tarballContents } from './package-contents.mjs'
import { notices } from './package-notices.mjs'
import { packagedProgram } from './package-program.ts'
import { runtimeFor } from './package-runtime.mjs'
import { sbom } from './package-sbom.ts'
import { stage } from './package-stage.mjs'
import { shippedTexts } from './shipped-texts.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: 'x64,arm64' },
    out: { type: 'string', default: join(root, 'dist/package') },
    fast: { type: 'boolean', default: false },
    version: { type: 'string', default: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version },
  },
})
const architectures = { x64: 'amd64', arm64: 'arm64' }
const wanted = values.arch.split(',')
for (const arch of wanted)
  if (!Object.hasOwn(architectures, arch)) throw new Error(`--arch ${arch}: it is x64 or arm64`)
const out = resolve(values.out)
const say = line => process.stderr.write(`netheal: ${line}\n`)

/** The time of every file, in seconds: that of the commit, so that it says something and is the same tomorrow. */
function epochOfCommit() {
  if (/^\d+$/.test(process.env.SOURCE_DATE_EPOCH ?? '')) return Number(process.env.SOURCE_DATE_EPOCH)
  return Number(execFileSync('git', ['-C', root, 'log', '-1', '--format=%ct'], { encoding: 'utf8' }))
}

/** Whom package.json names as its author, else who made the commit: whoever packs it answers for it, the same tomorrow. */
function maintainerOf() {
  const { author } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  if (typeof author === 'string' && author !== '') return author
  const { status, stdout } = spawnSync('git', ['-C', root, 'log', '-1', '--format=%an <%ae>'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : 'unknown <root@localhost>'
}

/** xz at dpkg's own level: Debian 11's dpkg cannot read zstd. 27 MB; level 1 would be 32 MB, in a fifth of the time. */
function deb(work, parts, architecture) {
  const path = join(out, `netheal_${debVersion(parts.version)}_${architecture}.deb`)
  const folder = join(work, architecture)
  stage(folder, debContents({ ...parts, architecture }), parts.epoch)
  const compression = values.fast ? ['-Zgzip', '-z1'] : ['-Zxz', '-z6']
  execFileSync('dpkg-deb', ['--root-owner-group', ...compression, '--build', folder, path], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(parts.epoch) },
    stdio: ['ignore', 'ignore', 2],
  })
  return path
}

/** gzip -9 would take three times as long, for half a per cent. */
function tarball(work, parts, arch) {
  const name = `netheal-${parts.version}-linux-${arch}`
  stage(join(work, name), tarballContents(parts), parts.epoch)
  const path = join(out, `${name}.tar.gz`)
  const order = [
    '--format=ustar',
    '--sort=name',
    `--mtime=@${parts.epoch}`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
  ]
  const tar = join(work, `${name}.tar`)
  execFileSync('tar', [...order, '-C', work, '-cf', tar, name])
  const zipped = execFileSync('gzip', ['-n', values.fast ? '-1' : '-6', '-c', tar], { maxBuffer: 512 * 1024 * 1024 })
  writeFileSync(path, zipped)
  return path
}

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const hasDpkg = spawnSync('dpkg-deb', ['--version']).status === 0
if (!hasDpkg) say('there is no dpkg-deb here (Debian, or the package dpkg): making the tarballs only')

const work = mkdtempSync(join(tmpdir(), 'netheal-package-'))
const made = []
try {
  const epoch = epochOfCommit()
  say('bundling the program')
  const { files: program, metafile } = packagedProgram(root)
  for (const arch of wanted) {
    const runtime = runtimeFor(root, arch)
    if ('absence' in runtime) {
      say(`no package for ${arch}: ${runtime.absence}`)
      continue
    }
    const shipped = shippedTexts(values.version, epoch * 1000)
    const of = { root, version: values.version, epoch, maintainer: maintainerOf() }
    const parts = { ...of, runtime: runtime.program, program, shipped }
    const whole = {
      ...parts,
      notices: notices(root, metafile, runtime),
      sbom: sbom({ ...parts, metafile, arch, runtime }),
    }
    const nth = `${wanted.indexOf(arch) + 1} of ${wanted.length}`
    if (hasDpkg) {
      say(`${arch} (${nth}): compressing the .deb, which takes a minute or two`)
      made.push(deb(work, whole, architectures[arch]))
    }
    say(`${arch} (${nth}): compressing the .tar.gz`)
    made.push(tarball(work, whole, arch))
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}

const sha256 = path => createHash('sha256').update(readFileSync(path)).digest('hex')
writeFileSync(join(out, 'SHA256SUMS'), made.map(path => `${sha256(path)}  ${basename(path)}\n`).join(''))
for (const path of made) console.log(`${(statSync(path).size / 1e6).toFixed(1).padStart(6)} MB  ${path}`)
if (made.length === 0) process.exitCode = 1
