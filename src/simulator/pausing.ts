// Pausing and going on. The process keeps its networks; only execs and starts are refused meanwhile.
import type { Engine } from './engine.ts'
import { notRunning } from './exec.ts'
import { Refusal } from './refusal.ts'

export async function pause(engine: Engine, reference: string): Promise<void> {
  const container = engine.container(reference)
  await container.lock.run(() => {
    if (container.status === 'paused') throw new Refusal(409, `Container ${container.id} is already paused`)
    if (container.status === 'restarting') {
      throw new Refusal(409, `Container ${container.id} is restarting, wait until the container is running`)
    }
    if (container.status !== 'running') throw new Refusal(409, notRunning(engine, container))
    container.status = 'paused'
    engine.announceContainer(container, 'pause')
  })
}

export async function unpause(engine: Engine, reference: string): Promise<void> {
  const container = engine.container(reference)
  await container.lock.run(() => {
    if (container.status !== 'paused') throw new Refusal(500, `Container ${container.id} is not paused`)
    container.status = 'running'
    engine.announceContainer(container, 'unpause')
  })
}
