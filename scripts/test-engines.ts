// `npm run test:engines`: the contract and the healing suite on one engine after the other, each brought by the project
// itself, and one table of what came of it.
//   npm run test:engines -- [--only 28,20.10] [--folder PATH]... [--at unix:///PATH]... [FILTER...]
//     FILTER: as of vitest, a part of a test file's path
//     --folder: a folder of unpacked programs (usr/bin or bin of it has dockerd, containerd, runc); --at: one that runs. Each
//     of them may be of any generation, and with them only those that --only names are fetched.
// Exit codes: 0 all passed · 1 a test failed, or an engine could not be brought · 2 not on this machine, or usage.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { EngineResult } from '../test/support/engine.reporter.ts'
import { bringGeneration, type Generation, generations } from '../test/support/engine-generations.ts'
import {
  findCommand,
  preparePrivateEngines,
  programFolders,
  whyNoPrivateEngines,
} from '../test/support/engine-packages.ts'
import { podmanAbsence, startPodman } from '../test/support/podman.ts'
import { formatSummary, type Ran } from './test-engines-table.ts'

/** One line of the table: how this engine gets here, and what is run on it. */
interface Entry {
  readonly name: string
  /** Throws with the reason in words when it cannot be had. */
  bring(): Promise<Brought>
  /** The vitest config of its suite, with EngineReporter among its reporters; vitest.engines.config.ts by default. */
  readonly config?: string
}

interface Brought {
  /** For the run; test/support/engine.setup.ts reads it. */
  readonly env: Readonly<Record<string, string>>
  /** What it was made of, for the lines below the table. */
  readonly notes: readonly string[]
  /** What is tested, where that is not the engine of test/support/engine.setup.ts. */
  readonly tested?: { readonly version: string; readonly apiVersion: string }
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)

function docker(generation: Generation): Entry {
  return {
    name: generation.name,
    async bring() {
      const { root, packages, runc } = await bringGeneration(generation, say)
      const absence = await preparePrivateEngines(say, root)
      if (absence !== null) throw new Error(absence)
      return { env: { NETHEAL_TEST_ENGINE_ROOT: root }, notes: [packages, `runc in use: ${runc}`] }
    },
  }
}

/** One that somebody has: its programs, linked statically or not, are run as they are. */
function unpacked(root: string): Entry {
  return {
    name: root,
    async bring() {
      if ((await findCommand('dockerd', programFolders(root).join(delimiter))) === null)
        throw new Error(`there is no dockerd in ${programFolders(root).join(', ')}`)
      const absence = await preparePrivateEngines(say, root)
      if (absence !== null) throw new Error(absence)
      return { env: { NETHEAL_TEST_ENGINE_ROOT: root }, notes: [`the programs in ${root}`] }
    },
  }
}

/** One that runs. The suites that stop and start an engine are skipped on it, and counted. */
function running(address: string): Entry {
  return {
    name: address,
    async bring() {
      return { env: { NETHEAL_TEST_DOCKER_HOST: address }, notes: ['an engine that was running already'] }
    },
  }
}

/** What docs/podman.md speaks of, from this machine's own packages. */
const podman: Entry = {
  name: 'podman',
  config: 'vitest.podman.config.ts',
  async bring() {
    const absence = await podmanAbsence()
    if (absence !== null) throw new Error(`this machine ${absence}`)
    // Only to ask it what it is: the tests start their own, and the setup's engine is not what is tested here.
    await using engine = await startPodman()
    const { Version: version, ApiVersion: apiVersion } = await engine.docker.version()
    const notes = ["this machine's own packages; docs/podman.md says what works there"]
    return { env: {}, notes, tested: { version, apiVersion } }
  },
}

const entries: readonly Entry[] = [...generations.map(docker), podman]

const usage = `usage: npm run test:engines -- [--only ENGINE,ENGINE] [--folder PATH]... [--at unix:///PATH]... [FILTER...]
  --only    ${entries.map(entry => entry.name).join(', ')}; all of them by default, none with --folder or --at
  --folder  an engine of any generation: the folder that its programs are in, or whose usr/bin or bin they are in
  --at      an engine that runs: unix:///PATH
  FILTER    a part of the path of a test file, as for vitest
`

const folder = mkdtempSync(join(tmpdir(), 'netheal-test-engines-'))
let interrupted = false
// vitest has the same Ctrl-C from the terminal, and ends its engine cleanly; then the table says what there is.
process.on('SIGINT', () => {
  interrupted = true
})

async function runOn(entry: Entry, filters: readonly string[]): Promise<Ran> {
  const startedAt = Date.now()
  const seconds = (): number => Math.round((Date.now() - startedAt) / 1000)
  let brought: Brought
  try {
    brought = await entry.bring()
  } catch (error) {
    return { kind: 'not-brought', name: entry.name, why: (error as Error).message }
  }
  say(`\nnetheal tests: ${entry.name}: ${brought.notes.join('; ')}`)
  const file = join(folder, `${entry.name.replaceAll(/[^\w.-]/g, '_')}.json`)
  const config = entry.config ?? 'vitest.engines.config.ts'
  const child = spawn('vitest', ['run', '--config', config, ...filters], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      // The one engine that a shell may name is none of these.
      NETHEAL_TEST_DOCKER_HOST: '',
      NETHEAL_TEST_REQUIRE_ENGINE: '1',
      ...brought.env,
      NETHEAL_TEST_ENGINE_RESULT: file,
    },
  })
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve(code ?? 128))
  })
  const read = readResult(file)
  const result = read === null ? null : { ...read, ...brought.tested }
  if (result === null || result.version === null) {
    return { kind: 'not-run', name: entry.name, why: `vitest ended with ${code}; see above`, notes: brought.notes }
  }
  return { kind: 'ran', name: entry.name, result, code, seconds: seconds(), notes: brought.notes }
}

function readResult(file: string): EngineResult | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as EngineResult
  } catch {
    return null
  }
}

function chosen(only: string | undefined, own: readonly Entry[]): readonly Entry[] | string {
  if (only === undefined) return own.length > 0 ? own : entries
  const names = only.split(',')
  const unknown = names.find(name => !entries.some(entry => entry.name === name))
  if (unknown === undefined) return [...entries.filter(entry => names.includes(entry.name)), ...own]
  return `--only ${unknown}: there is ${entries.map(entry => entry.name).join(', ')}`
}

async function whyNotHere(): Promise<string | null> {
  for (const command of ['apt-get', 'dpkg-deb']) {
    if ((await findCommand(command)) === null) return `needs Debian's packages, and there is no ${command}`
  }
  return (await whyNoPrivateEngines())?.replace(' (or NETHEAL_TEST_DOCKER_HOST=unix://...)', '') ?? null
}

async function main(): Promise<number> {
  const several = { type: 'string', multiple: true } as const
  const options = { only: { type: 'string' }, folder: several, at: several, help: { type: 'boolean' } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  if (values.help === true) {
    process.stdout.write(usage)
    return 0
  }
  const { folder: folders = [], at: addresses = [] } = values
  const strange = addresses.find(address => !/^unix:\/\/\//.test(address))
  const own = [...folders.map(path => unpacked(resolve(path))), ...addresses.map(running)]
  const list = strange === undefined ? chosen(values.only, own) : `--at ${strange}: only unix:///PATH can be used`
  if (typeof list === 'string') {
    say(`netheal tests: ${list}\n${usage}`)
    return 2
  }
  // One that runs needs nothing of this machine.
  const absence = list.every(entry => addresses.includes(entry.name)) ? null : await whyNotHere()
  if (absence !== null) {
    say(`netheal tests: no engine can be brought here: this ${absence}`)
    return 2
  }
  const ran: Ran[] = []
  for (const entry of list) {
    if (!interrupted) ran.push(await runOn(entry, positionals))
  }
  const { lines, ok } = formatSummary(ran)
  process.stdout.write(`\n${lines.join('\n')}\n`)
  if (interrupted) return 130
  return ok ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  if ((error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') !== true) throw error
  // Node explains how it would be taken for a file: that is not what was meant.
  say(`netheal tests: ${(error as Error).message.replace(/\. To specify a positional.*$/s, '')}\n${usage}`)
  process.exitCode = 2
} finally {
  rmSync(folder, { recursive: true, force: true })
}
