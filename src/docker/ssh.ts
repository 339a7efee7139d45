// `ssh://`: each connection is `ssh HOST docker system dial-stdio`, as Docker's own client does it. OpenSSH checks the
// host key, finds the user's keys and reads the user's config.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { Agent } from 'node:http'
import type { Readable, Writable } from 'node:stream'
import { HttpDuplex } from './http-duplex.ts'

/** An http agent that dials through ssh. `BatchMode`: nobody is there to type a password. */
export function sshAgent(url: URL): Agent {
  const name = bareHost(url)
  const target = url.username === '' ? name : `${decodeURIComponent(url.username)}@${name}`
  const port = url.port === '' ? [] : ['-p', url.port]
  const argv = ['-T', '-o', 'BatchMode=yes', ...port, '--', target, 'docker', 'system', 'dial-stdio']
  // No class: that would load node:http wherever this file is loaded.
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  agent.createConnection = () => new SshSocket(argv)
  return agent
}

/** An IPv6 address without the brackets that only a URL needs. */
export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

/** How an ssh failed: it could not be run here, or its exit code (null: a signal ended it) and what it said last. */
export interface SshFailure {
  readonly ran: boolean
  readonly exitCode: number | null
  readonly said: string
}

/** What a shell exits with where it does not find the program. */
const NOT_FOUND = 127

/** What to do about it. `host` is the address. The words are those of OpenSSH, or of docker over there. */
export function sshHint(host: string, { ran, exitCode, said }: SshFailure): string {
  const url = new URL(host)
  const port = url.port === '' ? '' : `-p ${url.port} `
  const target = `${port}${url.username === '' ? '' : `${url.username}@`}${bareHost(url)}`
  const asUs = 'as the user that runs netheal'
  if (!ran) return "ssh:// needs OpenSSH's client on this host: apt-get install openssh-client"
  if (/host identification has changed|key verification failed|host key is known/i.test(said))
    return `its host key is not (or no longer) in known_hosts: compare its fingerprint, and run this once, ${asUs}: ssh ${target}`
  if (/permission denied \(|too many authentication failures/i.test(said))
    return `that user needs a key without a passphrase that ${bareHost(url)} accepts; to test it, ${asUs}: ssh -o BatchMode=yes ${target}`
  if (exitCode === NOT_FOUND || /docker: (command )?not found|is not a docker command/i.test(said))
    return `the docker client, 18.09 or later, must be installed there and on the PATH: ssh ${target} docker version`
  if (/raw stream connection|docker daemon|docker API|docker\.sock/i.test(said)) {
    const why = /permission denied/i.test(said)
      ? 'does not let that user in (is it in the group docker there?)'
      : 'does not answer'
    return `ssh works, but the engine behind it ${why}; to test it, ${asUs}: ssh ${target} docker version`
  }
  return `to test it, ${asUs}: ssh ${target} docker system dial-stdio`
}

/**
 * The two ends of an ssh as one stream. Its end is known only when ssh has exited: its output ends a little earlier, and
 * with that alone a refused key would look like an engine that hung up.
 */
class SshSocket extends HttpDuplex {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>

  constructor(argv: readonly string[]) {
    super({ allowHalfOpen: false })
    const child = spawn('ssh', argv, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    let said = ''
    let spoke = false
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-500)
    })
    child.stdout.on('data', (chunk: Buffer) => {
      spoke = true
      if (!this.push(chunk)) child.stdout.pause()
    })
    // What broke the pipe is what ended ssh, and its exit says that.
    child.stdin.on('error', () => undefined)
    child.on('error', error => {
      const ssh: SshFailure = { ran: false, exitCode: null, said: '' }
      this.destroy(Object.assign(new Error(`ssh cannot be run: ${error.message}`), { code: 'ECONNREFUSED', ssh }))
    })
    child.on('close', (code, signal) => {
      if (code === 0) {
        this.push(null)
        return
      }
      const ssh: SshFailure = { ran: true, exitCode: code, said: lastWords(said) }
      const message = code === null ? `ssh was killed by ${signal}` : `ssh exited with ${code}: ${ssh.said}`
      // One that has carried answers is a connection that broke: a question that was on it may be asked once more.
      this.destroy(Object.assign(new Error(message), { code: spoke ? 'ECONNRESET' : 'ECONNREFUSED', ssh }))
    })
  }

  override _read(): void {
    this.#child.stdout.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#child.stdin.write(chunk, () => done())
  }

  override _final(done: () => void): void {
    const { stdin } = this.#child
    // Of a program that has ended it is destroyed, and would never call back.
    if (stdin.destroyed) done()
    else stdin.end(() => done())
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#child.exitCode === null) this.#child.kill()
    done(error)
  }
}

/** The last lines, without the frame of at signs that OpenSSH puts around a changed host key. */
function lastWords(said: string): string {
  const lines = said.split(/\r?\n/).map(line => line.replace(/^@+|@+$/g, '').trim())
  return (
    lines
      .filter(line => line !== '')
      .slice(-4)
      .join(' ') || 'it printed nothing'
  )
}
