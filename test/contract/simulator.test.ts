// The contract against the simulator, in each generation, and with the first API that announces as 29 does.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SimClock, systemClock } from '../../src/simulator/clock.ts'
import type { Generation } from '../support/simulator/generations.ts'
import { startSimulator } from '../support/simulator/simulator.ts'
import { contract } from './contract.ts'
import type { ContractEngine } from './contract-engine.ts'

const image = 'netheal-test/busybox:latest'

/** Four times as fast: the suite waits for crash back-offs. */
const hasty: SimClock = { now: systemClock.now, after: (milliseconds, run) => systemClock.after(milliseconds / 4, run) }

async function simulated(generation: Generation, apiVersion?: string): Promise<ContractEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'netheal-contract-'))
  const socketPath = join(directory, 'docker.sock')
  const simulator = await startSimulator({
    socketPath,
    generation,
    clock: hasty,
    ...(apiVersion === undefined ? {} : { apiVersion }),
  })
  simulator.image(image, { absent: ['getent'] })
  return {
    socketPath,
    image,
    apiVersion: simulator.engine.traits.apiVersion,
    [Symbol.asyncDispose]: async () => {
      await simulator[Symbol.asyncDispose]()
      await rm(directory, { recursive: true })
    },
  }
}

contract('simulator 20.10', () => simulated('20.10'))
contract('simulator 26', () => simulated('26'))
contract('simulator 28', () => simulated('28'))
contract('simulator 28 with the API of 29.0', () => simulated('28', '1.52'))
contract('simulator 29', () => simulated('29'))
