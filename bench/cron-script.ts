// What netheal replaces, to be measured beside it: the operators' script, with two `docker inspect` a container. It is the
// one that the tests of src/host/ read, with other names in it; it runs the machine's own bash and docker.
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findCommand } from '../test/support/engine-packages.ts'
import { CannotRun } from './cannot-run.ts'
import { type Command, run } from './command.ts'
import type { Context } from './context.ts'
import { commandFrom } from './engine.ts'

const original = new URL('../test/fixtures/scripts/pms_ensure_supabase_net.sh', import.meta.url)

export interface CronScript {
  /** Ready to be run, in that folder. */
  command(folder: string, containers: readonly string[], network: string): Promise<Command>
  /** `docker --version`, shortened. */
  readonly dockerVersion: string
}

/** Throws CannotRun without bash or docker. */
export async function cronScript({ engine, say, signal }: Context): Promise<CronScript> {
  const real = await engine()
  const bash = await findCommand('bash')
  if (bash === null) throw new CannotRun('there is no bash on this machine')
  const docker = await commandFrom('docker', 'docker-cli', real, say)
  const env = { PATH: `${dirname(docker)}:${process.env.PATH}`, DOCKER_HOST: `unix://${real.socketPath}` }
  const { stdout } = await run({ argv: [docker, '--version'], env }, signal)
  return {
    dockerVersion: /version ([^,\s]+)/.exec(stdout)?.[1] ?? stdout.trim(),
    async command(folder, containers, network) {
      const path = join(folder, `ensure-${containers.length}.sh`)
      await writeFile(path, scriptFor(await readFile(original, 'utf8'), containers, network, folder))
      return { argv: [bash, path], env }
    },
  }
}

/** The script with these containers, this network and its heartbeat file in the folder. Throws when it is not what it was. */
export function scriptFor(text: string, containers: readonly string[], network: string, folder: string): string {
  const replace = (pattern: RegExp, line: string) => (before: string) => {
    if (!pattern.test(before)) throw new Error(`the script has no ${pattern.source}`)
    return before.replace(pattern, () => line)
  }
  return [
    replace(/^SUPABASE_NETWORK=.*$/m, `SUPABASE_NETWORK="${network}"`),
    replace(/^CONTAINERS=\([^)]*\)$/m, `CONTAINERS=(\n${containers.map(name => `  "${name}"\n`).join('')})`),
    replace(/^OK_FILE=.*$/m, `OK_FILE="${join(folder, 'heartbeat.ok')}"`),
  ].reduce((script, change) => change(script), text)
}
