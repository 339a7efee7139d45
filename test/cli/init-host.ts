/** `netheal init` on a host made of a tree of files and a world: what it printed, and its exit code. */

import { type InitFlags, init } from '../../src/cli/init/init.ts'
import type { ProcessIo } from '../../src/cli/process-io.ts'
import type { World } from '../../src/core/world.ts'
import type { SocketHolder } from '../../src/diagnose/rules/socket-holder.ts'
import { scanHost } from '../../src/host/scan.ts'
import { takeOver } from '../../src/host/takeover.ts'
import type { Mentions } from '../../src/init/rules/evidence.ts'

export interface Told {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface InitHost {
  readonly world: World
  /** By container name. */
  readonly mentions?: Readonly<Record<string, Partial<Mentions>>>
  readonly root?: string
  readonly holders?: readonly SocketHolder[]
  readonly env?: Readonly<Record<string, string>>
  /** Which words were asked for, of whom. */
  readonly asked?: (names: readonly string[], words: readonly string[]) => void
}

/** Runs it. Rejects with what it throws. */
export async function initOn(on: InitHost, flags: InitFlags = {}): Promise<Told> {
  let out = ''
  let err = ''
  const plain = { isTerminal: false, color: false }
  const never = new AbortController().signal
  const host: ProcessIo = {
    env: on.env ?? {},
    pid: 1,
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    stdout: plain,
    stderr: plain,
    signals: { stop: never, abort: never, onReload: () => undefined },
  }
  const nameOf = (id: string): string => on.world.containers.find(c => c.id === id)?.name ?? ''
  const root = on.root ?? '/nonexistent'
  const code = await init(host, flags, {
    scan: { scan: () => scanHost(root), takeOver: file => takeOver(root, file) },
    open: () => ({
      lookAll: async () => on.world,
      socketHolders: async () => on.holders ?? [],
      mentions: async (ids, words) => {
        on.asked?.(ids.map(nameOf), words)
        return new Map(
          ids.map((id): [string, Mentions] => [id, { environment: [], command: [], ...on.mentions?.[nameOf(id)] }]),
        )
      },
      [Symbol.dispose]: () => undefined,
    }),
  })
  return { code, out, err }
}
