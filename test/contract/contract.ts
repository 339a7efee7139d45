// The facts about a Docker Engine that netheal relies on, as one suite: run against the simulator in each generation and
// against real engines. A fact that a real engine does not show is wrong here; one that the simulator does not, there.
import { afterAll, beforeAll, describe } from 'vitest'
import type { ContractEngine } from './contract-engine.ts'
import { attachFacts } from './facts-attach.ts'
import { crashFacts } from './facts-crash.ts'
import { detachFacts } from './facts-detach.ts'
import { insideFacts } from './facts-inside.ts'
import { logFacts } from './facts-log.ts'
import { memberFacts } from './facts-members.ts'
import { networkFacts } from './facts-network.ts'
import { orderFacts } from './facts-order.ts'
import { shapeFacts } from './facts-shape.ts'
import { staleFacts } from './facts-stale.ts'
import { streamFacts } from './facts-stream.ts'
import { World } from './world.ts'

/** Makes a world for one test: `await using world = open()`. */
export type Open = () => World

/** Registers the whole suite under a name. `provide` is called once, before the first test. */
export function contract(name: string, provide: () => Promise<ContractEngine>): void {
  describe(name, { timeout: 180_000 }, () => {
    let engine: ContractEngine | undefined
    beforeAll(async () => {
      engine = await provide()
    }, 180_000)
    afterAll(async () => {
      await engine?.[Symbol.asyncDispose]()
    })
    const open: Open = () => {
      if (engine === undefined) throw new Error('no engine was provided')
      return new World(engine)
    }
    describe('shapes and refusals', () => shapeFacts(open))
    describe('attaching', () => attachFacts(open))
    describe('detaching', () => detachFacts(open))
    describe('the order of events', () => orderFacts(open))
    describe('the event stream', () => streamFacts(open))
    describe('crashes and the counters', () => crashFacts(open))
    describe('networks that went away', () => staleFacts(open))
    describe('networks', () => networkFacts(open))
    describe('members and their interfaces', () => memberFacts(open))
    describe('logs', () => logFacts(open))
    describe('inside the container', () => insideFacts(open))
  })
}
