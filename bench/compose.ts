// A real compose, whichever this machine has: the one that the command line names, the plugin, the standalone program, or
// Debian's package on a machine whose engine is ours.
import { CannotRun } from './cannot-run.ts'
import { run } from './command.ts'
import type { Context } from './context.ts'
import { commandFrom } from './engine.ts'

export interface Compose {
  /** The command before its arguments. */
  readonly argv: readonly string[]
  readonly version: string
}

/** Throws CannotRun where there is none. */
export async function findCompose(context: Context, docker: string): Promise<Compose> {
  const { compose: named, engine, say, signal } = context
  if (named !== null) {
    const version = await versionOf([named], signal)
    if (version === null) throw new CannotRun(`${named} is no compose: it does not say its version`)
    return { argv: [named], version }
  }
  const plugin = await versionOf([docker, 'compose'], signal)
  if (plugin !== null) return { argv: [docker, 'compose'], version: plugin }
  const standalone = await commandFrom('docker-compose', 'docker-compose', await engine(), say)
  return { argv: [standalone], version: (await versionOf([standalone], signal)) ?? 'unknown' }
}

async function versionOf(argv: readonly string[], signal: AbortSignal): Promise<string | null> {
  try {
    const { stdout } = await run(
      { argv: [...argv, 'version', '--short'], env: { PATH: process.env.PATH ?? '' } },
      signal,
    )
    return stdout.trim()
  } catch {
    signal.throwIfAborted()
    return null
  }
}
