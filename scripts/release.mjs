// A release in one command: checks that version, changelog, README, packages, SBOM and checksums agree, and lays out in
// dist/release what is published. Publishes nothing itself.
//   npm run release -- --dry-run [--arch x64,arm64] [--out DIR] [--fast]
// --dry-run also makes it where something is still to be done before a release, and says what. --fast is for tests.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { sectionOf, stillToDo, wrongIn } from './release-facts.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    arch: { type: 'string', default: 'x64,arm64' },
    out: { type: 'string', default: join(root, 'dist/release') },
    fast: { type: 'boolean', default: false },
  },
})
const out = resolve(values.out)
const read = path => readFileSync(join(root, path), 'utf8')
const say = line => process.stderr.write(`netheal: ${line}\n`)
const pkg = JSON.parse(read('package.json'))
const { version } = pkg

function git(...args) {
  try {
    return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return null
  }
}

const texts = {
  changelog: read('CHANGELOG.md'),
  documents: ['README.md', 'docs/install.md'].map(path => ({ path, text: read(path) })),
}
const lock = JSON.parse(read('package-lock.json'))
const todo = stillToDo({
  pkg,
  ...texts,
  isClean: git('status', '--porcelain') === '',
  tags: (git('tag', '--points-at', 'HEAD') ?? '').split('\n'),
})
const wrong = [...wrongIn({ pkg, lock, ...texts })]
if (!values['dry-run']) wrong.push(...todo)
stopIf(wrong)

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const flags = ['--arch', values.arch, '--out', out, ...(values.fast ? ['--fast'] : [])]
execFileSync(process.execPath, [join(root, 'scripts/package.mjs'), ...flags], { stdio: ['ignore', 2, 2] })
for (const arch of values.arch.split(',')) check(arch)
npmPackage()
writeFileSync(join(out, 'RELEASE_NOTES.md'), `# netheal ${version}\n\n${sectionOf(texts.changelog, version).text}\n`)
stopIf(wrong)
const files = readdirSync(out).filter(name => name !== 'SHA256SUMS')
writeFileSync(join(out, 'SHA256SUMS'), files.map(name => `${sha256(join(out, name))}  ${name}\n`).join(''))

for (const name of [...files, 'SHA256SUMS']) console.log(join(out, name))
for (const line of todo) console.log(`before the release: ${line}`)
if (todo.length === 0)
  console.log(
    `everything agrees. To publish: git push origin v${version}, upload these files, npm publish ${join(out, `netheal-${version}.tgz`)}`,
  )

/** The packages of an architecture say the same version, and their SBOM beside them is the one inside. */
function check(arch) {
  const folder = `netheal-${version}-linux-${arch}`
  const inside = path =>
    execFileSync('tar', ['-xzOf', join(out, `${folder}.tar.gz`), `${folder}/${path}`], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    })
  const sbom = inside('sbom.cdx.json')
  const said = JSON.parse(sbom).metadata.component.version
  if (said !== version) wrong.push(`the SBOM for ${arch} is of ${said}, and package.json of ${version}`)
  if (inside('CHANGELOG.md') !== texts.changelog)
    wrong.push(`the CHANGELOG.md in the package for ${arch} is another one`)
  writeFileSync(join(out, `${folder}.sbom.cdx.json`), sbom)
  for (const name of readdirSync(out).filter(it => it.endsWith('.deb'))) {
    const field = execFileSync('dpkg-deb', ['-f', join(out, name), 'Version'], { encoding: 'utf8' }).trim()
    if (field !== version.replace('-', '~'))
      wrong.push(`${name} is of version ${field}, and package.json of ${version}`)
  }
}

/** The bundle needs no package, so what is published asks for none: npx has it at once, and builds nothing. */
function npmPackage() {
  const work = mkdtempSync(join(tmpdir(), 'netheal-npm-'))
  try {
    const { name, description, license, author, type, bin, engines } = pkg
    execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), '--out', join(work, 'dist/netheal.js')], {
      stdio: ['ignore', 2, 2],
    })
    rmSync(join(work, 'dist/netheal.js.map'), { force: true })
    for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE', 'config.example.json', 'config.schema.json', 'systemd'])
      cpSync(join(root, file), join(work, file), { recursive: true })
    const manifest = {
      name,
      version,
      description,
      license,
      ...(author ? { author } : {}),
      type,
      bin,
      engines,
      files: ['dist', 'config.*', 'systemd', 'CHANGELOG.md'],
    }
    writeFileSync(join(work, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    execFileSync('npm', ['pack', '--silent', '--offline', '--pack-destination', out], {
      cwd: work,
      stdio: ['ignore', 'ignore', 2],
    })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

function stopIf(problems) {
  if (problems.length === 0) return
  for (const problem of problems) say(problem)
  process.exit(1)
}
