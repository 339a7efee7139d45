/**
 * This machine's root folder as a copy that is thrown away: an overlay over it, in a mount namespace of its own, to install
 * packages and make users in. No service runs in there, as in a chroot. All of it ends with `await using`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { enginePath, findCommand } from '../support/engine-packages.ts'

/** What a command left. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

// What is written goes to memory. The last line keeps the namespace until our end of its stdin is closed, or we are gone.
const keeper = `set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t proc proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
mkdir -p "$1/root/tmp"
echo ready
exec cat`

const env = { PATH: enginePath, LC_ALL: 'C', HOME: '/root', DEBIAN_FRONTEND: 'noninteractive' }

export class FreshRoot implements AsyncDisposable {
  readonly #folder: string
  readonly #keeper: ChildProcess

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder
    this.#keeper = child
  }

  /** Throws with the reason where this machine does not allow it. */
  static async make(): Promise<FreshRoot> {
    const folder = await mkdtemp(join(tmpdir(), 'netheal-root-'))
    const child = spawn('unshare', ['--mount', 'sh', '-c', keeper, 'sh', folder], { env })
    const root = new FreshRoot(folder, child)
    let said = ''
    child.stderr.on('data', chunk => (said += chunk))
    const ready = await Promise.race([once(child.stdout, 'data'), once(child, 'close'), once(child, 'error')])
    if (!String(ready[0]).startsWith('ready')) {
      await root[Symbol.asyncDispose]()
      throw new Error(said.trim() || String(ready[0]))
    }
    return root
  }

  /** Why there can be none here; null where there can. */
  static async absence(): Promise<string | null> {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux'
    if ((await findCommand('dpkg')) === null) return 'needs dpkg'
    try {
      await using _root = await FreshRoot.make()
      return null
    } catch (error) {
      return `needs a root that may mount an overlay: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  /** Runs a shell command in there, to its end. */
  run(command: string): Promise<Ended> {
    return this.#inside(['chroot', join(this.#folder, 'root'), 'sh', '-c', command])
  }

  /** Its output. Throws with all that it said when it does not end with 0. */
  async ok(command: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(command)
    if (code !== 0) throw new Error(`${command}\nended with ${code}: ${stdout}${stderr}`)
    return stdout + stderr
  }

  /** Copies a file of this machine into its /tmp, and returns the new path. */
  async take(file: string, name: string): Promise<string> {
    await this.#inside(['cp', file, join(this.#folder, 'root/tmp', name)])
    return `/tmp/${name}`
  }

  /** Every file in there that is not as on this machine (made, changed, removed), sorted. */
  async changes(): Promise<string[]> {
    const { stdout } = await this.#inside(['find', join(this.#folder, 'upper'), '!', '-type', 'd', '-printf', '/%P\\n'])
    return stdout
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('/tmp/'))
      .sort()
  }

  async #inside(command: readonly string[]): Promise<Ended> {
    const args = ['--target', String(this.#keeper.pid), '--mount', ...command]
    try {
      const { stdout, stderr } = await promisify(execFile)('nsenter', args, { env, cwd: '/', timeout: 60_000 })
      return { code: 0, stdout, stderr }
    } catch (error) {
      const { code, stdout = '', stderr = '' } = error as { code: unknown; stdout?: string; stderr?: string }
      if (typeof code !== 'number') throw error
      return { code, stdout, stderr }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#keeper.exitCode === null && this.#keeper.pid !== undefined) {
      const closed = once(this.#keeper, 'close')
      this.#keeper.stdin?.end()
      await closed
    }
    await rm(this.#folder, { recursive: true, force: true })
  }
}
