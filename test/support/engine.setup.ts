/**
 * vitest's global setup: provides one real Docker Engine for the whole run, or says why there is none.
 * NETHEAL_TEST_DOCKER_HOST=unix://... names an engine to use; else root on Debian gets a private one; else the
 * real-engine suite is skipped, which is a failure where NETHEAL_TEST_REQUIRE_ENGINE=1 (see .ci/run).
 */
import Docker from 'dockerode'
import type { TestProject } from 'vitest/node'
import { busyboxImage, importBusybox } from './busybox-image.ts'
import type { ProvidedEngine } from './engine-context.ts'
import { contentsOf, leaksBetween } from './engine-leaks.ts'
import { preparePrivateEngines } from './engine-packages.ts'
import { startPrivateEngine } from './private-engine.ts'

interface RunningEngine {
  readonly provided: ProvidedEngine
  readonly docker: Docker
  readonly stop: () => Promise<void>
}

const say = (line: string) => void process.stderr.write(`${line}\n`)

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const privateAbsence = await preparePrivateEngines(say)
  project.provide('privateEngineAbsence', privateAbsence)
  const named = process.env.NETHEAL_TEST_DOCKER_HOST
  const engine = named === undefined || named === '' ? await ownEngine(privateAbsence) : await namedEngine(named)
  if (typeof engine === 'string') {
    if (process.env.NETHEAL_TEST_REQUIRE_ENGINE === '1') {
      throw new Error(`NETHEAL_TEST_REQUIRE_ENGINE=1, and there is no engine to test against: ${engine}`)
    }
    project.provide('engine', null)
    project.provide('engineAbsence', engine)
    return async () => undefined
  }
  project.provide('engine', engine.provided)
  project.provide('engineAbsence', null)
  const before = await contentsOf(engine.docker)
  return async () => {
    const leaks = leaksBetween(before, await contentsOf(engine.docker))
    await engine.stop()
    if (leaks.length === 0) return
    // vitest only prints what a teardown throws; the exit code is what a script sees.
    process.exitCode = 1
    throw new Error(`tests left ${leaks.length} thing(s) behind on the engine: ${leaks.join(', ')}`)
  }
}

async function ownEngine(privateAbsence: string | null): Promise<RunningEngine | string> {
  if (privateAbsence !== null) return privateAbsence
  try {
    const engine = await startPrivateEngine()
    const provided = await describeEngine(engine.docker, engine.socketPath, engine.dataRoot)
    return { provided, docker: engine.docker, stop: () => engine.stop() }
  } catch (error) {
    return `a private engine does not run here: ${error instanceof Error ? error.message : String(error)}`
  }
}

async function namedEngine(host: string): Promise<RunningEngine> {
  if (!host.startsWith('unix:///')) {
    throw new Error(`NETHEAL_TEST_DOCKER_HOST is ${JSON.stringify(host)}: only unix:///path/to/docker.sock can be used`)
  }
  const socketPath = host.slice('unix://'.length)
  const docker = new Docker({ socketPath })
  await importBusybox(docker)
  return { provided: await describeEngine(docker, socketPath, null), docker, stop: async () => undefined }
}

async function describeEngine(docker: Docker, socketPath: string, dataRoot: string | null): Promise<ProvidedEngine> {
  const { Version: version, ApiVersion: apiVersion } = await docker.version()
  return { socketPath, image: busyboxImage, version, apiVersion, dataRoot }
}
