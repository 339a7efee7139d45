/**
 * HAProxy in front of an engine, with the project's own docs/allow-list/haproxy.cfg: the lines that a test wants switched
 * on or off, another socket on either side, and shorter idle times. Debian's package, installed where it is missing and
 * this is root; its default service is never started.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { type Prepared, prepareCommand } from './debian-package.ts'
import { until } from './until.ts'

/** The program's path, or why there is none. */
export function prepareHaproxy(): Promise<Prepared> {
  return prepareCommand('haproxy', 'haproxy')
}

export interface HaproxyOptions {
  readonly program: string
  /** The engine's own socket. */
  readonly engine: string
  /** Lines of docs/allow-list to switch on beside those that are on, and to switch off. */
  readonly on?: readonly string[]
  readonly off?: readonly string[]
  /** How long a stream may be silent: `2s`. As in the file by default. */
  readonly idle?: string
}

/** One call that went through it, as its log has it: `GET /v1.51/networks`, and the status. */
export interface LoggedCall {
  readonly call: string
  readonly status: number
}

export class Haproxy implements AsyncDisposable {
  readonly socketPath: string
  readonly calls: LoggedCall[] = []
  readonly #folder: string
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  #said = ''

  constructor(folder: string, program: string) {
    this.#folder = folder
    this.socketPath = join(folder, 'docker.sock')
    this.#child = spawn(program, ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      createInterface({ input: stream }).on('line', line => this.#heard(line))
  }

  #heard(line: string): void {
    const [, call, status] = /([A-Z]+ \S+) -> (\d+)/.exec(line) ?? []
    if (call !== undefined) this.calls.push({ call, status: Number(status) })
    else this.#said = `${this.#said}${line}\n`.slice(-2_000)
  }

  /** What was denied so far. */
  get denied(): readonly string[] {
    return this.calls.filter(c => c.status === 403).map(c => c.call)
  }

  async listening(): Promise<void> {
    await until(
      async () => {
        if (this.#child.exitCode !== null) throw new Error(`haproxy ended: ${this.#said}`)
        await access(this.socketPath)
        return true
      },
      { what: 'the socket of haproxy' },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL')
      await once(this.#child, 'close')
    }
    await rm(this.#folder, { recursive: true, force: true })
  }
}

const configFile = new URL('../../docs/allow-list/haproxy.cfg', import.meta.url)

/** Starts it. Throws with what it said when it does not come up. */
export async function startHaproxy(options: HaproxyOptions): Promise<Haproxy> {
  const folder = await mkdtemp(join(tmpdir(), 'netheal-haproxy-'))
  const text = configFor(await readFile(configFile, 'utf8'), folder, options)
  await writeFile(join(folder, 'haproxy.cfg'), text)
  const proxy = new Haproxy(folder, options.program)
  await proxy.listening()
  return proxy
}

/** The acls stand in paragraphs; the comment before each begins with the name of its line. */
function configFor(text: string, folder: string, { engine, on = [], off = [], idle }: HaproxyOptions): string {
  let paragraph = ''
  const lines = text.split('\n').map(line => {
    paragraph = /^ {4}# ([a-z]+): /.exec(line)?.[1] ?? paragraph
    if (/^ {4}#acl /.test(line) && on.includes(paragraph)) return line.replace('#acl', 'acl')
    if (/^ {4}acl /.test(line) && off.includes(paragraph)) return line.replace('acl', '#acl')
    // The test's own folders are for nobody else: no other user could reach the sockets in them.
    if (/^ {4}(user|group) /.test(line)) return ''
    if (line.includes('bind unix@')) return `    bind unix@${join(folder, 'docker.sock')}`
    if (line.includes('server docker')) return `    server docker unix@${engine}`
    return idle === undefined ? line : line.replace(/(timeout (?:client|server|tunnel)) \S+/, `$1 ${idle}`)
  })
  return lines.join('\n')
}
