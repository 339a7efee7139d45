// A main process that ends by itself, and what the restart policy makes of that.
import { hasProcess, type SimContainer } from '../../../src/simulator/container.ts'
import type { Engine } from '../../../src/simulator/engine.ts'
import { afterwards, begin, end, firstBackOff } from '../../../src/simulator/lifecycle.ts'
import { Refusal } from '../../../src/simulator/refusal.ts'

const longestBackOff = 60_000
/** A run of so many milliseconds makes the engine forget the crashes before it. */
const longRun = 10_000

/** The process ends by itself: the restart policy says what follows. */
export function endByItself(engine: Engine, container: SimContainer, exitCode: number): void {
  const ran = Number(engine.instants.next() - container.startedAt) / 1e6
  end(engine, container, exitCode, false)
  if (!wantsRestart(container)) {
    afterwards(engine, container)
    return
  }
  if (ran > longRun) container.backOff = firstBackOff
  container.status = 'restarting'
  container.restartCount += 1
  const wait = container.backOff
  container.backOff = Math.min(longestBackOff, container.backOff * 2)
  container.cancelTimer = engine.clock.after(wait, () => {
    void container.lock.run(() => {
      if (container.status !== 'restarting') return
      container.cancelTimer = null
      beginAgain(engine, container)
    })
  })
}

/** A restart by policy; a start that fails ends the loop, as it does in Docker. */
function beginAgain(engine: Engine, container: SimContainer): void {
  try {
    begin(engine, container)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    container.status = 'exited'
  }
}

function wantsRestart(container: SimContainer): boolean {
  switch (container.restart.name) {
    case 'always':
    case 'unless-stopped':
      return !container.manuallyStopped
    case 'on-failure': {
      const { maximumRetries } = container.restart
      return (
        !container.manuallyStopped &&
        container.exitCode !== 0 &&
        (maximumRetries === 0 || container.restartCount < maximumRetries)
      )
    }
    default:
      return false
  }
}

/** The main process crashes or exits by itself, now. */
export async function crash(engine: Engine, reference: string, exitCode: number): Promise<void> {
  const container = engine.container(reference)
  await container.lock.run(() => {
    if (hasProcess(container)) endByItself(engine, container, exitCode)
  })
}
