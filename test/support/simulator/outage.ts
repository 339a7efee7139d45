// The engine's own end and return: what becomes of its containers. It does not touch the socket.
import { dropEndpoint } from '../../../src/simulator/attach.ts'
import { hasProcess, isUp, type SimContainer } from '../../../src/simulator/container.ts'
import type { Engine } from '../../../src/simulator/engine.ts'
import { beginByHand, end } from '../../../src/simulator/lifecycle.ts'
import { Refusal } from '../../../src/simulator/refusal.ts'

const revived = new WeakMap<Engine, Set<SimContainer>>()

/** All processes end with the engine: announced when it stops cleanly, silently when it is killed. */
export function haltAll(engine: Engine, graceful: boolean): void {
  const wereUp = new Set<SimContainer>()
  for (const container of engine.containers.values()) {
    if (!isUp(container)) continue
    wereUp.add(container)
    if (hasProcess(container)) endForOutage(engine, container, graceful)
    container.cancelTimer?.()
    container.cancelTimer = null
    container.status = 'exited'
    for (const entry of container.entries.values()) dropEndpoint(engine, container, entry)
  }
  revived.set(engine, wereUp)
}

/**
 * The engine is back: `always` starts, `unless-stopped` and `on-failure` start when they were up, the others stay exited.
 * A container whose network is gone stays exited with 128 and the reason, as after a reboot.
 */
export function reviveAll(engine: Engine): void {
  const wereUp = revived.get(engine) ?? new Set()
  revived.delete(engine)
  for (const container of engine.containers.values()) {
    const { name } = container.restart
    const again = name === 'always' ? container.startedAt !== 0n : name !== 'no' && name !== '' && wereUp.has(container)
    if (isUp(container) || !again) continue
    try {
      beginByHand(engine, container)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }
}

/** The engine goes, and the process with it: cleanly on TERM and announced, else killed without a word. */
function endForOutage(engine: Engine, container: SimContainer, graceful: boolean): void {
  const onTerm = engine.inside.onTerm(container)
  if (graceful) engine.announceContainer(container, 'kill', { signal: '15' })
  const announced = engine.announcing
  engine.announcing = graceful
  end(engine, container, graceful && onTerm !== null ? onTerm : 137, graceful)
  engine.announcing = announced
}
