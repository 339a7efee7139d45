// Whoever may not use netheal's own files is told how to, and nothing else: they are root's and the service's user's.
import { NethealError } from '../core/errors.ts'
import { codeOf } from '../record/fault.ts'

/** What was thrown, with the command as root would type it where this user was refused. `run` is for its service to mend. */
export function withSudo(
  error: unknown,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): unknown {
  if (!(error instanceof NethealError) || error.code !== 'record' || codeOf(error.cause) !== 'EACCES') return error
  // A unit has a user of its own on purpose.
  if (argv.includes('run') || env.INVOCATION_ID !== undefined) return error
  return new NethealError(error.code, error.message, { hint: `type: ${sudo(argv)}`, cause: error.cause })
}

/** `sudo netheal pause 30m` */
export function sudo(argv: readonly string[]): string {
  return [
    'sudo',
    'netheal',
    ...argv.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)),
  ].join(' ')
}
