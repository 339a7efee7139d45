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
    return dial(this.#argv)
  }
}

function dial(argv: readonly string[]): Duplex {
  const child = spawn('ssh', argv, { stdio: ['pipe', 'pipe', 'pipe'] })
  const duplex = Duplex.from({ readable: child.stdout, writable: child.stdin }) as Duplex & SocketLike
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-500)
  })
  child.on('error', error => duplex.destroy(error))
  child.on('exit', code => {
    if (code !== 0 && code !== null) {
      const error: NodeJS.ErrnoException = new Error(`ssh ended with ${code}: ${said.trim() || 'it said nothing'}`)
      error.code = 'ECONNREFUSED'
      duplex.destroy(error)
    }
  })
  duplex.on('close', () => endOf(child))
  // What node:http expects of a socket.
  duplex.setKeepAlive = () => duplex
  duplex.setNoDelay = () => duplex
  duplex.setTimeout = () => duplex
  duplex.ref = () => duplex
  duplex.unref = () => duplex
  return duplex
}

interface SocketLike {
  setKeepAlive(): Duplex
  setNoDelay(): Duplex
  setTimeout(): Duplex
  ref(): Duplex
  unref(): Duplex
}

function endOf(child: ChildProcessByStdio<Writable, Readable, Readable>): void {
  if (child.exitCode === null) child.kill()
}
