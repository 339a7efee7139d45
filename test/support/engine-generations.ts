/**
 * Docker Engines of three generations, as Debian packages of three suites: fetched by apt-get into a cache folder of the
 * tests' own, unpacked, never installed. This machine's sources, lists and packages stay as they are; its mirror is
 * used, and its keyring: apt takes nothing from here that no key in it has signed.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { aptInstall, enginePath, findCommand, lastLine } from './engine-packages.ts'

const run = promisify(execFile)

export interface Generation {
  /** What it is called while its suite still has it: `20.10`, `26`. */
  readonly name: string
  readonly suite: string
  readonly packages: readonly string[]
}

export const generations: readonly Generation[] = [
  // Its docker.io has the client in it, and its docker-compose is a Python program with thirty packages: left out.
  { name: '20.10', suite: 'bookworm', packages: ['docker.io', 'containerd', 'runc'] },
  { name: '26', suite: 'trixie', packages: ['docker.io', 'docker-cli', 'containerd', 'runc', 'docker-compose'] },
  { name: '28', suite: 'sid', packages: ['docker.io', 'docker-cli', 'containerd', 'runc', 'docker-compose'] },
]

/** An engine that is there to be started: `root` goes to `preparePrivateEngines` and `startPrivateEngine`. */
export interface Unpacked {
  readonly root: string
  /** `docker.io 28.5.2+dfsg4-5, containerd 2.1.9+ds1-5`: what it was made of. */
  readonly packages: string
  /** Which runc its containers run with, and why where it is not the suite's own. */
  readonly runc: string
}

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const MIRROR = 'http://deb.debian.org/debian'
const WEEK = 7 * 24 * 3600 * 1000

/** Throws, with the reason in words, when the packages cannot be had or not be trusted. */
export async function bringGeneration(generation: Generation, say: (line: string) => void): Promise<Unpacked> {
  const folder = join(cacheFolder(), generation.suite)
  await mkdir(join(folder, 'lists/partial'), { recursive: true })
  await mkdir(join(folder, 'archives/partial'), { recursive: true })
  await haveKeyring(say)
  const { options, files } = await readIndex(generation, folder)
  const key = createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 12)
  const root = join(folder, `root-${key}`)
  const there = await access(root).then(
    () => true,
    () => false,
  )
  if (!there) {
    say(`netheal tests: fetching ${generation.packages.join(', ')} of Debian ${generation.suite}, to unpack them`)
    await unpack(generation, options, root)
  }
  await utimes(root, new Date(), new Date())
  await removeOldRoots(folder)
  return { root, packages: files.map(inWords).join(', '), runc: await runcOf(root, generation.suite) }
}

function cacheFolder(): string {
  const { XDG_CACHE_HOME: named } = process.env
  return join(named?.startsWith('/') ? named : join(homedir(), '.cache'), 'netheal-test-engines')
}

/** The keys of Debian, on a machine that is none (Ubuntu has the package, too). */
async function haveKeyring(say: (line: string) => void): Promise<void> {
  const isThere = (): Promise<boolean> =>
    access(KEYRING).then(
      () => true,
      () => false,
    )
  if (await isThere()) return
  say('netheal tests: installing debian-archive-keyring with apt-get, to check what is fetched')
  await aptInstall(['debian-archive-keyring'])
  if (!(await isThere())) throw new Error(`there are no keys of Debian at ${KEYRING} (debian-archive-keyring)`)
}

interface Index {
  /** For apt-get. */
  readonly options: readonly string[]
  /** `docker.io_28.5.2+dfsg4-5_amd64.deb SHA256:...`, as the signed index has them. */
  readonly files: readonly string[]
}

/** From this machine's own mirror, or from Debian's where that one does not have the suite. */
async function readIndex({ suite, packages }: Generation, folder: string): Promise<Index> {
  const mirrors = [...new Set([...(await mirrorsHere()), MIRROR])]
  const failures: string[] = []
  for (const mirror of mirrors) {
    const source = `Types: deb\nURIs: ${mirror}\nSuites: ${suite}\nComponents: main\nSigned-By: ${KEYRING}\n`
    await writeFile(join(folder, 'netheal.sources'), source)
    const options = [
      ...['-qq', '-oAcquire::Retries=3', '-oAPT::Sandbox::User=root', '-oAcquire::AllowInsecureRepositories=false'],
      `-oDir::Etc::sourcelist=${join(folder, 'netheal.sources')}`,
      `-oDir::State::lists=${join(folder, 'lists')}`,
      `-oDir::Cache::archives=${join(folder, 'archives')}`,
      // Neither what is installed here, nor what is pinned here, decides which version is taken.
      ...[
        '-oDir::State::status=/dev/null',
        '-oDir::Etc::preferences=/dev/null',
        '-oDir::Etc::preferencesparts=/dev/null',
      ],
      ...['-oDir::Etc::sourceparts=/dev/null', '-oDir::Cache::pkgcache=', '-oDir::Cache::srcpkgcache='],
    ]
    try {
      await apt([...options, 'update'], folder)
      const { stdout } = await apt([...options, 'download', '--print-uris', ...packages], folder)
      const files = [...stdout.matchAll(/^'[^']*' (\S+) \d+ (\S+)$/gm)].map(([, name, hash]) => `${name} ${hash}`)
      if (files.length < packages.length) throw new Error(`it has only ${files.join(', ') || 'none of them'}`)
      return { options, files }
    } catch (error) {
      failures.push(`${mirror}: ${lastLine(error)}`)
    }
  }
  throw new Error(
    `apt-get could not read Debian ${suite} (${failures.join('; ')}). Where it says "not signed", the keys of this machine ` +
      'are too old: apt-get install debian-archive-keyring',
  )
}

/** What this machine's own sources name as Debian's archive: `http://deb.debian.org/debian`, or a mirror of it. */
async function mirrorsHere(): Promise<string[]> {
  const parts = '/etc/apt/sources.list.d'
  const names = await readdir(parts).catch(() => [])
  const paths = ['/etc/apt/sources.list', ...names.filter(n => /\.(list|sources)$/.test(n)).map(n => join(parts, n))]
  const texts = await Promise.all(paths.map(path => readFile(path, 'utf8').catch(() => '')))
  const lines = texts.join('\n').split('\n')
  return lines
    .flatMap(
      line => /^URIs:\s*(.*)$/.exec(line)?.[1]?.split(/\s+/) ?? /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/.exec(line)?.[1] ?? [],
    )
    .filter(uri => /^https?:\/\/.*\/debian\/?$/.test(uri))
    .map(uri => uri.replace(/\/$/, ''))
}

async function unpack({ packages }: Generation, options: readonly string[], root: string): Promise<void> {
  const making = await mkdtemp(`${root}.`)
  try {
    const debs = join(making, 'debs')
    const into = join(making, 'root')
    await mkdir(debs)
    // apt-get holds each file against the checksum in the signed index.
    await apt([...options, 'download', ...packages], debs)
    for (const deb of await readdir(debs)) await run('dpkg-deb', ['-x', join(debs, deb), into], { env: environment() })
    await rename(into, root).catch(async error => {
      // Another run was faster.
      await access(root).catch(() => Promise.reject(error))
    })
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

/** Newer suites bring a runc for a newer libc than this machine may have: then this machine's own does it. */
async function runcOf(root: string, suite: string): Promise<string> {
  const own = join(root, 'usr/sbin/runc')
  const said = await run(own, ['--version']).catch(error => lastLine(error))
  if (typeof said !== 'string') return `${version(said.stdout)} (${suite})`
  await rm(own, { force: true })
  const here = await findCommand('runc')
  if (here === null) {
    await aptInstall(['runc'])
    return runcOf(root, suite)
  }
  return `${version((await run(here, ['--version'])).stdout)} (this machine's: that of ${suite} does not run on its libc)`
}

const version = (text: string): string => /runc version (\S+)/.exec(text)?.[1] ?? 'unknown'

async function removeOldRoots(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('root-')) continue
    const path = join(folder, name)
    const { mtimeMs } = await stat(path)
    if (mtimeMs < Date.now() - WEEK) await rm(path, { recursive: true, force: true })
  }
}

function inWords(file: string): string {
  const [name = '', version = ''] = basename(file.split(' ')[0] ?? '').split('_')
  return `${name} ${decodeURIComponent(version)}`
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: enginePath, LC_ALL: 'C' }
}

async function apt(args: readonly string[], cwd: string): Promise<{ readonly stdout: string }> {
  return await run('apt-get', args, { cwd, env: environment(), maxBuffer: 16 * 1024 * 1024 })
}
