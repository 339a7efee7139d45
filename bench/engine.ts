// The real engine that the rows run on: one of its own, as the tests bring it up (root on Debian), or the one that
// NETHEAL_TEST_DOCKER_HOST=unix://... names. Nothing is ever measured on an engine that was not named.
import Docker from 'dockerode'
import { busyboxImage, importBusybox } from '../test/support/busybox-image.ts'
import { bringGeneration, type Generation } from '../test/support/engine-generations.ts'
import {
  aptInstall,
  enginePath,
  enginePathOf,
  engineRoot,
  findCommand,
  lastLine,
  preparePrivateEngines,
} from '../test/support/engine-packages.ts'
import { startPrivateEngine } from '../test/support/private-engine.ts'
import { CannotRun } from './cannot-run.ts'
import type { EngineWords } from './machine-words.ts'

export interface BenchEngine extends AsyncDisposable {
  readonly socketPath: string
  readonly image: string
  readonly docker: Docker
  /** What to put in front of a command for it to run in the engine's network namespace, as on its host. */
  readonly inside: readonly string[]
  /** Where its commands are looked for. */
  readonly path: string
  readonly words: EngineWords
  /** The process id of dockerd, as this machine counts; null: not ours to watch. */
  readonly pid: number | null
}

/** Of this generation, fetched and unpacked; null: of the machine's own packages. Throws CannotRun where there is none. */
export async function openEngine(say: (line: string) => void, generation: Generation | null): Promise<BenchEngine> {
  const named = process.env.NETHEAL_TEST_DOCKER_HOST
  if (named !== undefined && named !== '') return await namedEngine(named)
  const root = generation === null ? engineRoot : (await bringGeneration(generation, say)).root
  const absence = await preparePrivateEngines(say, root)
  if (absence !== null) throw new CannotRun(`a Docker Engine of its own ${absence}`)
  say('starting a Docker Engine of its own')
  const engine = await startPrivateEngine(root === null ? {} : { root })
  return {
    ...{ socketPath: engine.socketPath, image: engine.image, docker: engine.docker, path: enginePathOf(root) },
    inside: engine.inside,
    words: await wordsOf(engine.docker, true),
    pid: engine.pid,
    [Symbol.asyncDispose]: () => engine.stop(),
  }
}

async function namedEngine(host: string): Promise<BenchEngine> {
  if (!host.startsWith('unix:///')) {
    throw new CannotRun(
      `NETHEAL_TEST_DOCKER_HOST is ${JSON.stringify(host)}: only unix:///path/to/docker.sock can be used`,
    )
  }
  const socketPath = host.slice('unix://'.length)
  const docker = new Docker({ socketPath })
  await importBusybox(docker)
  return {
    socketPath,
    image: busyboxImage,
    docker,
    inside: [],
    path: enginePath,
    words: await wordsOf(docker, false),
    pid: null,
    async [Symbol.asyncDispose]() {},
  }
}

async function wordsOf(docker: Docker, own: boolean): Promise<EngineWords> {
  const [{ Version, ApiVersion }, { Driver }] = await Promise.all([docker.version(), docker.info()])
  return { version: Version, apiVersion: ApiVersion, storageDriver: Driver, own }
}

/**
 * The path of a command, from the package where it is missing and the engine is ours: then this machine is one that
 * gets its engine from apt-get as well. Throws CannotRun.
 */
export async function commandFrom(
  name: string,
  packageName: string,
  engine: BenchEngine,
  say: (line: string) => void,
): Promise<string> {
  const found = await findCommand(name, engine.path)
  if (found !== null) return found
  if (engine.words.own && (await findCommand('apt-get')) !== null) {
    say(`installing ${packageName} with apt-get, for ${name}`)
    // A package that cannot be had is no fault of the benchmark: the row says so.
    const failure = await aptInstall([packageName]).then(
      () => null,
      error => lastLine(error),
    )
    const now = await findCommand(name, engine.path)
    if (now !== null) return now
    if (failure !== null)
      throw new CannotRun(`there is no ${name}, and ${packageName} could not be installed: ${failure}`)
  }
  throw new CannotRun(`there is no ${name} on this machine: apt-get install ${packageName}`)
}
