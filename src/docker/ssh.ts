// `ssh://`: each connection is `ssh HOST docker system dial-stdio`, as Docker's own client does it. OpenSSH checks the
// host key, finds the user's keys and reads the user's config; docker-modem's ssh2 would check no host key at all.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { Agent, type ClientRequestArgs } from 'node:http'
import { Duplex, type Readable, type Writable } from 'node:stream'

/** An http agent that dials through ssh. `BatchMode`: nobody is there to type a password. */
export function sshAgent(url: URL): Agent {
  const target = url.username === '' ? url.hostname : `${decodeURIComponent(url.username)}@${url.hostname}`
  const port = url.port === '' ? [] : ['-p', url.port]
  const argv = ['-T', '-o', 'BatchMode=yes', ...port, '--', target, 'docker', 'system', 'dial-stdio']
  return new SshAgent(argv)
}

class SshAgent extends Agent {
  readonly #argv: readonly string[]

  constructor(argv: readonly string[]) {
    super({ keepAlive: true, maxSockets: 8 })
    this.#argv = argv
  }

  override createConnection(_options: ClientRequestArgs): Duplex {
    return new SshSocket(this.#argv)
  }
}

/**
 * The two ends of an ssh as one stream. Its end is known only when ssh has exited: its output ends a little earlier, and
 * with that alone a refused key would look like an engine that hung up.
 */
class SshSocket extends Duplex {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>

  constructor(argv: readonly string[]) {
    super()
    const child = spawn('ssh', argv, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-500)
    })
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause()
    })
    // What broke the pipe is what ended ssh, and its exit says that.
    child.stdin.on('error', () => undefined)
    child.on('error', error => this.destroy(refused(`ssh cannot be run: ${error.message}`)))
    child.on('close', code => {
      if (code === 0 || code === null) this.push(null)
      else this.destroy(refused(`ssh ended with ${code}: ${said.trim() || 'it said nothing'}`))
    })
  }

  override _read(): void {
    this.#child.stdout.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#child.stdin.write(chunk, error => {
      if (error == null) done()
    })
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#child.exitCode === null) this.#child.kill()
    done(error)
  }

  // What node:http expects of a socket.
  setKeepAlive(): this {
    return this
  }

  setNoDelay(): this {
    return this
  }

  setTimeout(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}

function refused(message: string): Error {
  return Object.assign(new Error(message), { code: 'ECONNREFUSED' })
}
