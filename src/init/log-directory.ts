// Where netheal writes after an old script: into that one's directory if it had one of its own, else where it always does.
import { dirname } from 'node:path'

/** Directories that belong to everybody, or that a service of its own user may not write to. */
const SHARED = /^\/($|(etc|home|root|run|srv|tmp|opt|usr|bin|sbin)(\/|$)|var(\/(log|tmp|lib|run|spool)?)?\/?$)/

/** @param usual what the config would say by itself */
export function logDirectoryOf(
  logs: readonly string[],
  usual: string,
): { readonly directory: string; readonly note: string | null } {
  const own = [...new Set(logs.map(l => dirname(l)))].filter(d => !SHARED.test(d))
  const [directory] = own
  if (directory === undefined || own.length > 1) return { directory: usual, note: null }
  const name = /^\/var\/log\/(.+)$/.exec(directory)?.[1]
  const allow = name === undefined ? `ReadWritePaths=${directory}` : `LogsDirectory=${name}`
  return {
    directory,
    note: `log.directory is ${directory}, as in the script. The service may write there only after: systemctl edit netheal, [Service], ${allow}`,
  }
}
