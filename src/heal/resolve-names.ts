// Prove: do the rule's names resolve inside the container? `getent hosts`, else `nslookup`; an image with neither proves nothing.
import { NethealError } from '../core/errors.ts'
import type { Resolution } from '../core/outcome.ts'
import type { Engine } from './ports.ts'

/** Each name once. Never throws an engine's no: a command that cannot be run proves nothing. */
export async function resolveNames(
  containerId: string,
  names: readonly string[],
  engine: Engine,
  signal: AbortSignal,
): Promise<readonly Resolution[]> {
  return await Promise.all(names.map(name => resolveInside(containerId, name, engine, signal)))
}

async function resolveInside(
  containerId: string,
  name: string,
  engine: Engine,
  signal: AbortSignal,
): Promise<Resolution> {
  try {
    for (const argv of [
      ['getent', 'hosts', name],
      ['nslookup', name],
    ]) {
      const result = await engine.exec(containerId, argv, signal)
      if (result.kind === 'missing') continue
      if (result.exitCode === 0)
        return { name, result: 'resolved', detail: addressIn(result.output, name), denied: false }
      const outcome = wasEnded(result.exitCode) ? 'interrupted' : 'unresolved'
      return { name, result: outcome, detail: `${argv[0]} exited with ${result.exitCode}`, denied: false }
    }
    return { name, result: 'unproven', detail: 'the image has neither getent nor nslookup', denied: false }
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    return { name, result: 'unproven', detail: error.message, denied: error.code === 'denied' }
  }
}

/** By a signal: a container that is stopped takes what runs inside it along, which is no answer. Below 0: none is known. */
function wasEnded(exitCode: number): boolean {
  return exitCode < 0 || exitCode > 128
}

/** The first address of `getent hosts`, or the last of `nslookup`, whose first one is the server's. */
function addressIn(output: string, name: string): string {
  const getent = /^([0-9a-f.:]+)\s/i.exec(output)?.[1]
  const nslookup = [...output.matchAll(/^Address(?: \d+)?:\s*([0-9a-f.:]+)/gim)].at(-1)?.[1]
  return getent ?? nslookup ?? name
}
