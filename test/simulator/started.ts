// A simulator for one test, on a socket in a folder of its own, gone with the test.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Simulator, type SimulatorOptions, startSimulator } from '../support/simulator/simulator.ts'

export async function started(
  options: Partial<SimulatorOptions> = {},
): Promise<AsyncDisposable & { readonly simulator: Simulator; readonly socketPath: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'netheal-sim-'))
  const socketPath = join(directory, 'docker.sock')
  const simulator = await startSimulator({ generation: '28', socketPath, ...options })
  return {
    simulator,
    socketPath,
    [Symbol.asyncDispose]: async () => {
      await simulator[Symbol.asyncDispose]()
      await rm(directory, { recursive: true })
    },
  }
}
