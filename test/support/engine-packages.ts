/**
 * The Debian packages that a private Docker Engine needs, and how they get here: through apt-get, only when something
 * is missing, and without any service being started. Never touches an engine that this machine already has.
 */
import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, open, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where engine-generations.ts unpacked the engine to test, instead of this machine's own; null for that one. */
export const engineRoot: string | null = process.env.NETHEAL_TEST_ENGINE_ROOT || null

/**
 * PATH for everything that belongs to an engine: Debian keeps dockerd in /usr/sbin, which users' PATHs may lack.
 * With a folder of unpacked packages (`root`) its programs come first.
 */
export function enginePathOf(root: string | null): string {
  return [
    ...(root === null ? [] : programFolders(root)),
    ...(process.env.PATH === undefined ? [] : [process.env.PATH]),
    ...['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
  ].join(delimiter)
}

/** Where the programs of an engine that is not installed may be: as Debian's packages have them, or as Docker's archive. */
export function programFolders(root: string): string[] {
  return ['usr/sbin', 'usr/bin', 'bin', ''].map(folder => join(root, folder))
}

/** The PATH of the engine that this run tests. */
export const enginePath: string = enginePathOf(engineRoot)

const needs = [
  { command: 'dockerd', package: 'docker.io' },
  { command: 'containerd', package: 'docker.io' },
  { command: 'runc', package: 'runc' },
  { command: 'iptables', package: 'iptables' },
  { command: 'ip', package: 'iproute2' },
  { command: 'unshare', package: 'util-linux' },
  { command: 'tar', package: 'tar' },
]

/** The first executable of that name on the engine's PATH. */
export async function findCommand(name: string, searched = enginePath): Promise<string | null> {
  for (const folder of searched.split(delimiter)) {
    const path = join(folder, name)
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (executable) return path
  }
  return null
}

/** A busybox that needs no libraries, so that it is a whole image by itself. */
export async function findStaticBusybox(): Promise<string | null> {
  const path = await findCommand('busybox')
  if (path === null) return null
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
  // A dynamic executable names its loader (/lib64/ld-linux-x86-64.so.2, ld-musl) right behind its program headers.
  return buffer.subarray(0, bytesRead).includes('/ld-') ? null : path
}

async function missingPackages(root: string | null): Promise<string[]> {
  const missing = new Set<string>()
  const searched = enginePathOf(root)
  for (const need of needs) if ((await findCommand(need.command, searched)) === null) missing.add(need.package)
  if ((await findStaticBusybox()) === null) missing.add('busybox-static')
  const dockerd = root === null ? null : await findCommand('dockerd', searched)
  if (dockerd !== null) for (const name of await missingLibraries(dockerd)) missing.add(name)
  return [...missing]
}

/** What an installed docker.io would have brought along, by the Debian package that has it. */
const libraries: Readonly<Record<string, string>> = {
  'libdevmapper.so.1.02.1': 'libdevmapper1.02.1',
  'libsystemd.so.0': 'libsystemd0',
}

async function missingLibraries(program: string): Promise<string[]> {
  // Of a program that is linked statically ldd says so, and fails.
  const { stdout } = await run('ldd', [program], { env: { ...process.env, PATH: enginePath, LC_ALL: 'C' } }).catch(
    () => ({ stdout: '' }),
  )
  return [...stdout.matchAll(/^\s*(\S+) => not found$/gm)].map(([, name = '']) => libraries[name] ?? name)
}

/** Why engines of one's own are out of the question here, whatever is installed; null when they are not. */
export async function whyNoPrivateEngines(): Promise<string | null> {
  if (process.platform !== 'linux') return `needs root on Linux, and this is ${process.platform}`
  if (process.getuid?.() !== 0) return 'needs root (or NETHEAL_TEST_DOCKER_HOST=unix://...)'
  return (await findCommand('unshare')) === null ? null : mayMakeNamespaces()
}

/**
 * Makes sure that private engines can be started here: this machine's own, or the one unpacked at `root`.
 * Returns null when they can, else the reason in words; installing says one line through `say`.
 */
export async function preparePrivateEngines(
  say: (line: string) => void,
  root: string | null = engineRoot,
): Promise<string | null> {
  const never = await whyNoPrivateEngines()
  if (never !== null) return never
  const missing = await missingPackages(root)
  if (missing.length > 0) {
    if ((await findCommand('apt-get')) === null)
      return `needs ${missing.join(', ')}, and there is no apt-get to install it`
    say(
      `netheal tests: installing ${missing.join(', ')} with apt-get, for a private Docker Engine (no service is started)`,
    )
    try {
      await aptInstall(missing)
    } catch (error) {
      const still = await missingPackages(root)
      // A postinst that fails because it cannot start a service (in a container) leaves everything we need behind.
      if (still.length > 0) return `could not install ${still.join(', ')}: ${lastLine(error)}`
    }
  }
  return mayMakeNamespaces()
}

async function mayMakeNamespaces(): Promise<string | null> {
  try {
    await run('unshare', ['--net', '--mount', '--pid', '--fork', 'true'], { env: { ...process.env, PATH: enginePath } })
    return null
  } catch (error) {
    return `needs a root that may make namespaces (a privileged container, or the host): ${lastLine(error)}`
  }
}

/** Debian packages, without any service being started. Only as root. */
export async function aptInstall(packages: readonly string[]): Promise<void> {
  const env = { ...process.env, PATH: enginePath, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }
  // Another apt-get at work (unattended-upgrades) is waited for instead of failing at once.
  const patience = ['-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3']
  // An index that cannot be refreshed may still be good enough: the install says so if it is not.
  await run('apt-get', [...patience, 'update'], { env }).catch(() => undefined)
  await using _quiet = await keepServicesStopped()
  await run('apt-get', [...patience, 'install', '-y', '--no-install-recommends', ...packages], {
    env,
    maxBuffer: 64 * 1024 * 1024,
  })
}

/** Debian asks this file before a package starts its service; one that is there already is left alone. */
async function keepServicesStopped(): Promise<AsyncDisposable> {
  const path = '/usr/sbin/policy-rc.d'
  const ours = await writeFile(path, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false,
  )
  return { [Symbol.asyncDispose]: async () => (ours ? rm(path, { force: true }) : undefined) }
}

/** What a command said last, for a message. */
export function lastLine(error: unknown): string {
  const text =
    error instanceof Error && 'stderr' in error && String(error.stderr).trim() !== ''
      ? String(error.stderr)
      : String(error)
  return text.trim().split('\n').at(-1) ?? text
}
