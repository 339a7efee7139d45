// Many containers and networks at once, without HTTP and without events: for scale.
import type { ContainerSpec, SimContainer } from '../../../src/simulator/container.ts'
import type { Engine } from '../../../src/simulator/engine.ts'
import { createContainer } from '../../../src/simulator/existence.ts'
import { beginByHand } from '../../../src/simulator/lifecycle.ts'

export interface Seed {
  readonly containers?: number
  /** Named `<prefix>-net-<n>`. */
  readonly networks?: number
  /** `seed` when it is not given; containers are named `<prefix>-<n>`. */
  readonly prefix?: string
  /** What the n-th container is, beside its name; on the default bridge when it is not given. */
  readonly container?: (n: number) => ContainerSpec
  /** False: they are created only. */
  readonly running?: boolean
}

/** The containers, in order. The networks come first, so that the containers can be on them. */
export function seed(engine: Engine, what: Seed): readonly SimContainer[] {
  const prefix = what.prefix ?? 'seed'
  const made: SimContainer[] = []
  engine.announcing = false
  try {
    for (let n = 0; n < (what.networks ?? 0); n += 1) engine.createNetwork({ name: `${prefix}-net-${n}` })
    for (let n = 0; n < (what.containers ?? 0); n += 1) {
      const container = createContainer(engine, { name: `${prefix}-${n}`, ...what.container?.(n) })
      if (what.running !== false) beginByHand(engine, container)
      made.push(container)
    }
  } finally {
    engine.announcing = true
  }
  return made
}

/** So many health checks of a container, each told as Docker tells them: three events. */
export function flood(engine: Engine, container: SimContainer, times: number): void {
  for (let n = 0; n < times; n += 1) {
    const execID = n.toString(16).padStart(64, '0')
    engine.announceContainer(container, 'exec_create: /bin/sh -c true', { execID })
    engine.announceContainer(container, 'exec_start: /bin/sh -c true', { execID })
    engine.announceContainer(container, 'exec_die', { execID, exitCode: '0' })
  }
}
