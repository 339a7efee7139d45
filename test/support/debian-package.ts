/**
 * A program that a test needs and a machine may lack: from Debian's packages, installed when this is root, without any
 * service being started. A test that cannot have it is skipped, and says why.
 */
import { aptInstall, findCommand } from './engine-packages.ts'

/** Where the program is, or why there is none. */
export type Prepared = { readonly program: string } | { readonly absence: string }

const asked = new Map<string, Promise<Prepared>>()

/**
 * @param command the executable to look for: `promtool`
 * @param packages the Debian packages that bring it: `prometheus`
 */
export function prepareCommand(command: string, ...packages: readonly string[]): Promise<Prepared> {
  const known = asked.get(command) ?? prepare(command, packages)
  asked.set(command, known)
  return known
}

async function prepare(command: string, packages: readonly string[]): Promise<Prepared> {
  const found = await findCommand(command)
  if (found !== null) return { program: found }
  const names = packages.join(' ')
  if (process.getuid?.() !== 0) return { absence: `needs ${command}, or root to install ${names}` }
  if ((await findCommand('apt-get')) === null) return { absence: `needs ${command}, and there is no apt-get` }
  process.stderr.write(`netheal tests: installing ${names} with apt-get (no service is started)\n`)
  const failure = await aptInstall(packages).then(
    () => null,
    (error: Error) => error,
  )
  // A package whose service cannot be started in a container leaves the program behind all the same.
  const program = await findCommand(command)
  if (program !== null) return { program }
  return {
    absence: `could not install ${names}: ${failure?.message.split('\n').at(-1) ?? 'it brings no such program'}`,
  }
}
