// `netheal init`: looks at this host and proposes a config. The reasoning goes to stderr, the config to stdout, so that
// `netheal init > config.json` works; `--write` writes it, never over an existing one.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DEFAULT_FILE } from '../config/load.ts'
import { type Candidate, candidatesFor, DATABASE, stacksIn } from '../core/candidates.ts'
import { NethealError } from '../core/errors.ts'
import { selectorText } from '../core/selector.ts'
import { openEngine } from '../docker/engine.ts'
import type { ExitCode, Host } from './host.ts'
import type { CommonFlags } from './program.ts'
import { safe } from './style.ts'

const TIMEOUT = 10_000
const DEFAULT_HOST = 'unix:///var/run/docker.sock'

/** Exit code 3: no Supabase stack, or several. Throws NethealError: the engine's, and `record` when it cannot write. */
export async function init(host: Host, flags: CommonFlags & { write?: boolean }): Promise<ExitCode> {
  const say = (text: string): void => host.err(`${safe(text)}\n`)
  using engine = openEngine({
    host: flags.dockerHost ?? host.env.NETHEAL_DOCKER_HOST ?? host.env.DOCKER_HOST ?? DEFAULT_HOST,
    tls: null,
    timeout: TIMEOUT,
  })
  const world = await engine.lookAll(host.signals.abort)
  const stacks = stacksIn(world)
  const [stack] = stacks
  if (stack === undefined) {
    say(
      `No Supabase database here: none of ${world.containers.length} containers is called ${DATABASE}, or has it as its service.`,
    )
    say('Write the config by hand: which containers must be on which network. The README shows the smallest one.')
    return 3
  }
  if (stacks.length > 1) {
    say(`There are ${stacks.length} places where a Supabase database can be reached; name yours in the config:`)
    for (const s of stacks) say(`  ${s.database.name} on ${s.network.name}`)
    return 3
  }
  say(`Database: ${stack.database.name}, on the network ${stack.network.name}.`)
  const chosen = candidatesFor(stack, world)
  for (const c of chosen)
    say(`  ${c.container.name}: ${c.reason}${c.attached ? ', attached now' : ', not attached now'}`)
  if (chosen.length === 0) {
    say('No other container here looks like an application that could need it. Start it, and ask again.')
    return 3
  }
  say('Take out what does not need the database.')
  const text = configText(chosen, stack.network.name)
  host.out(text)
  if (flags.write) await write(flags.config ?? host.env.NETHEAL_CONFIG ?? DEFAULT_FILE, text, say)
  return 0
}

function configText(chosen: readonly Candidate[], network: string): string {
  const seen = new Set<string>()
  const containers = chosen.map(c => c.selector).filter(s => !seen.has(selectorText(s)) && seen.add(selectorText(s)))
  const attachment = { containers, network, resolve: [DATABASE] }
  return `${JSON.stringify({ attachments: [attachment] }, null, 2)}\n`
}

async function write(file: string, text: string, say: (text: string) => void): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text, { flag: 'wx', mode: 0o644 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') {
      throw new NethealError('config', `${file} is there already, and stays as it is`, {
        hint: 'compare it with what stands above, or write elsewhere: --config FILE',
        cause: error,
      })
    }
    throw new NethealError('record', `cannot write ${file}: ${message}`, {
      hint: 'run as root, or write elsewhere: --config FILE',
      cause: error,
    })
  }
  say(`Written to ${file}. Next: netheal check`)
}
