// The secret values that a config leads to, so that they can be masked wherever they appear.
import { NethealError } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import type { Config } from './config.ts'
import { resolveSecret } from './secret.ts'

/** Characters. */
const SHORTEST_KEY = 12

/**
 * Every secret of the config that can be read here, and of a URL also the part after the host, which alone is enough to use
 * it. A secret that cannot be read is left out: it cannot appear in this process either.
 */
export function knownSecrets(config: Config, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const secrets = [
    config.heartbeat.pingUrl,
    ...config.notify.flatMap(target => ('url' in target ? [target.url, target.token] : [])),
  ].filter(secret => secret !== null)
  return secrets.flatMap(secret => {
    const value = lookUp(secret, env)
    if (value === null) return []
    const path = /^https?:\/\/[^/]+\/(.+)$/i.exec(value)?.[1]
    if (path === undefined) return [value]
    // A part that is long enough to be a key counts as one; `services` is not.
    return [value, path, ...path.split(/[/?&=#]/).filter(part => part.length >= SHORTEST_KEY)]
  })
}

function lookUp(secret: Secret, env: Readonly<Record<string, string | undefined>>): string | null {
  try {
    return resolveSecret(secret, env)
  } catch (error) {
    if (error instanceof NethealError) return null
    throw error
  }
}
