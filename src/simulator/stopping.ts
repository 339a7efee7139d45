// `docker stop`, `kill` and `restart`: an end that somebody asked for. The restart policy stays out of it.
import { hasProcess, isUp, type SimContainer } from './container.ts'
import type { Engine } from './engine.ts'
import { afterwards, beginByHand, end } from './lifecycle.ts'
import { NotModified, Refusal } from './refusal.ts'

/** `docker stop`: TERM, then KILL after `grace` milliseconds; 304 when it does not run. */
export async function stop(engine: Engine, reference: string, grace: number): Promise<void> {
  const container = engine.container(reference)
  if (!isUp(container)) throw new NotModified()
  await stopNow(engine, container, grace)
}

async function stopNow(engine: Engine, container: SimContainer, grace: number): Promise<void> {
  container.manuallyStopped = true
  if (container.status === 'restarting') {
    abandonBackOff(container)
    engine.announceContainer(container, 'stop')
    afterwards(engine, container)
    return
  }
  const onTerm = engine.inside.onTerm(container)
  engine.announceContainer(container, 'kill', { signal: '15' })
  const paused = container.status === 'paused'
  if (grace > 0 && onTerm === null) await engine.elapse(grace)
  // A grace of nothing leaves no process the time to take its TERM.
  const killed = grace <= 0 || onTerm === null
  await container.lock.run(async () => {
    if (!hasProcess(container)) return
    if (killed) engine.announceContainer(container, 'kill', { signal: '9' })
    if (paused) engine.announceContainer(container, 'unpause')
    await engine.take('stop')
    end(engine, container, killed || onTerm === null ? 137 : onTerm, true)
    afterwards(engine, container)
  })
}

function abandonBackOff(container: SimContainer): void {
  container.cancelTimer?.()
  container.cancelTimer = null
  container.status = 'exited'
}

/** `docker kill`. A signal that ends the process counts as a stop by hand: the restart policy stays out. */
export async function kill(engine: Engine, reference: string, signal: number): Promise<void> {
  const container = engine.container(reference)
  await container.lock.run(() => {
    if (!isUp(container)) {
      const [can, con] = engine.traits.capitals ? ['Cannot', 'Container'] : ['cannot', 'container']
      throw new Refusal(409, `${can} kill container: ${container.name}: ${con} ${container.id} is not running`)
    }
    container.manuallyStopped = true
    if (container.status === 'restarting') {
      abandonBackOff(container)
      return
    }
    engine.announceContainer(container, 'kill', { signal: String(signal) })
    const onTerm = engine.inside.onTerm(container)
    const exitCode = signal === 9 ? 137 : signal === 15 ? onTerm : null
    if (exitCode === null) return
    end(engine, container, exitCode, false)
    afterwards(engine, container)
  })
}

/** `docker restart`: stop, start and `restart`; of a stopped container, start and `restart`. */
export async function restart(engine: Engine, reference: string, grace: number): Promise<void> {
  const container = engine.container(reference)
  if (isUp(container)) await stopNow(engine, container, grace)
  await container.lock.run(async () => {
    if (container.removed) throw new Refusal(404, `No such container: ${reference}`)
    if (!isUp(container)) {
      await engine.take('start')
      beginByHand(engine, container)
    }
    engine.announceContainer(container, 'restart')
  })
}
