// Execs: a program run in a container that is up. Keeps each until its container is gone; it never streams by itself.
import type { SimContainer } from './container.ts'
import type { Engine } from './engine.ts'
import { newId } from './identifier.ts'
import { Refusal } from './refusal.ts'

export interface ExecSpec {
  readonly argv: readonly string[]
  readonly tty: boolean
  readonly attachStdout: boolean
  readonly attachStderr: boolean
  readonly attachStdin: boolean
}

export interface SimExec extends ExecSpec {
  readonly id: string
  readonly container: SimContainer
  state: 'created' | 'running' | 'exited'
  exitCode: number | null
  pid: number
}

export class Execs {
  readonly #engine: Engine
  readonly #execs = new Map<string, SimExec>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** `docker exec`'s first half; 409 when the container is not running, paused or in back-off. */
  create(reference: string, spec: ExecSpec): SimExec {
    const container = this.#engine.container(reference)
    refuseByStatus(this.#engine, container)
    if (spec.argv.length === 0) throw new Refusal(400, 'No exec command specified')
    const exec: SimExec = { ...spec, id: newId(), container, state: 'created', exitCode: null, pid: 0 }
    for (const [id, old] of this.#execs) if (old.container.removed) this.#execs.delete(id)
    this.#execs.set(exec.id, exec)
    this.#announce(exec, 'exec_create')
    return exec
  }

  find(id: string): SimExec {
    const exec = this.#execs.get(id)
    if (exec === undefined) throw new Refusal(404, `No such exec instance: ${id}`)
    return exec
  }

  /** Runs it. `missing` is Docker's text for a program that the image does not have. */
  async run(exec: SimExec): Promise<{ readonly output: string; readonly missing: string | null }> {
    if (exec.state !== 'created') throw new Refusal(409, alreadyRun(this.#engine, exec))
    refuseByStatus(this.#engine, exec.container)
    exec.state = 'running'
    this.#announce(exec, 'exec_start')
    await this.#engine.take('exec')
    const result = this.#engine.inside.run(exec.container, exec.argv)
    exec.state = 'exited'
    if (result === null) {
      const { exitCode, suffix } = this.#engine.traits.missingProgram
      exec.exitCode = exitCode
      const program = exec.argv[0] ?? ''
      const missing = `OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": executable file not found in $PATH${suffix}`
      return { output: `${missing}\r\n`, missing }
    }
    exec.pid = this.#engine.nextPid()
    exec.exitCode = result.exitCode
    this.#engine.announceContainer(exec.container, 'exec_die', { execID: exec.id, exitCode: String(result.exitCode) })
    return { output: result.output, missing: null }
  }

  #announce(exec: SimExec, what: string): void {
    const [program = '', ...rest] = exec.argv
    this.#engine.announceContainer(exec.container, `${what}: ${program} ${rest.join(' ')}`, { execID: exec.id })
  }
}

function refuseByStatus(engine: Engine, container: SimContainer): void {
  if (container.status === 'paused') {
    throw new Refusal(409, `Container ${container.name} is paused, unpause the container before exec`)
  }
  if (container.status === 'restarting') {
    throw new Refusal(409, `Container ${container.id} is restarting, wait until the container is running`)
  }
  if (container.status !== 'running') throw new Refusal(409, notRunning(engine, container))
}

export function alreadyRun(engine: Engine, exec: SimExec): string {
  return `${engine.traits.era === 3 ? 'exec command' : 'Error: Exec command'} ${exec.id} has already run`
}

/** 20.10 writes it with a capital. */
export function notRunning(engine: Engine, container: SimContainer): string {
  return `${engine.traits.capitals ? 'Container' : 'container'} ${container.id} is not running`
}

/** Docker's frame: the stream's number, three zeroes, the length in four bytes, the data. */
export function frame(stream: 1 | 2, text: string): Buffer {
  const data = Buffer.from(text)
  const head = Buffer.alloc(8)
  head.writeUInt8(stream, 0)
  head.writeUInt32BE(data.length, 4)
  return Buffer.concat([head, data])
}
