// Taking containers away.
import { isUp, type SimContainer } from './container.ts'
import type { Engine } from './engine.ts'
import { destroy } from './existence.ts'
import { Refusal } from './refusal.ts'
import { kill } from './stopping.ts'

/** `docker rm`; `force` kills first, without a `stop` event. Throws Docker's 409 for a running one without it. */
export async function remove(engine: Engine, reference: string, force: boolean): Promise<void> {
  const container = engine.container(reference)
  if (isUp(container) && !force) throw new Refusal(409, runningText(engine, container))
  if (isUp(container)) await kill(engine, container.id, 9)
  await container.lock.run(() => {
    if (!container.removed) destroy(engine, container)
  })
}

function runningText(engine: Engine, container: SimContainer): string {
  switch (engine.traits.era) {
    case 1:
      return `You cannot remove a running container ${container.id}. Stop the container before attempting removal or force remove`
    case 2:
      return `cannot remove container "/${container.name}": container is running: stop the container before removing or force remove`
    case 3:
      return `cannot remove container "${container.name}": container is running: stop the container before removing or force remove`
  }
}
