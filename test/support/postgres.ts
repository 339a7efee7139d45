/**
 * A real PostgreSQL in a container on a test's engine: Debian's package, unpacked beside the one busybox (postgres-image.sh)
 * and imported as an image. One server a test file, a database a test.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { PassThrough, type Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Docker from 'dockerode'
import { inject } from 'vitest'
import './engine-context.ts'
import { enginePath, findCommand, findStaticBusybox } from './engine-packages.ts'
import type { Sandbox, SandboxContainer } from './sandbox.ts'

const recipe = fileURLToPath(new URL('postgres-image.sh', import.meta.url))
/** Another recipe makes another image. */
const stamp = createHash('sha256').update(readFileSync(recipe)).digest('hex').slice(0, 12)
const repo = 'netheal-test/postgres'
/** The image, once it is prepared. */
export const postgresImage = `${repo}:${stamp}`

/**
 * Why there is no PostgreSQL to test against, or null: then its image is in the provided engine.
 * Throws where there has to be one (NETHEAL_TEST_REQUIRE_ENGINE, see .ci/run).
 */
export async function postgresAbsence(): Promise<string | null> {
  const engine = inject('engine')
  if (engine === null) return 'needs an engine'
  const absence = await prepare(engine.socketPath)
  if (absence !== null && process.env.NETHEAL_TEST_REQUIRE_ENGINE === '1')
    throw new Error(`NETHEAL_TEST_REQUIRE_ENGINE=1, and there is no PostgreSQL to test against: ${absence}`)
  return absence
}

async function prepare(socketPath: string): Promise<string | null> {
  const docker = new Docker({ socketPath })
  const busybox = await findStaticBusybox()
  if (busybox === null) return 'needs busybox-static'
  if ((await findCommand('apt-get')) === null) return 'needs the packages of Debian, and there is no apt-get'
  const present = await docker.listImages({ filters: { reference: [postgresImage] } })
  if (present.length > 0) return null
  const folder = `/var/tmp/netheal-test-postgres-${stamp}`
  try {
    await promisify(execFile)('sh', [recipe, folder, busybox], { env: { ...process.env, PATH: enginePath } })
  } catch (error) {
    return `could not make a PostgreSQL of Debian's packages: ${String((error as { stderr?: unknown }).stderr ?? error)}`
  }
  await text(await docker.importImage(createReadStream(`${folder}/root.tar`), { repo, tag: stamp }))
  return null
}

/** The settings of a server that nobody keeps, and where psql looks for it. */
const SETTINGS = ['fsync=off', 'full_page_writes=off', 'shared_buffers=16MB', 'listen_addresses=', 'jit=off']

/** What is different about a server; all of it optional. */
export interface ServerOptions {
  /** More of its settings: `max_connections=5`. */
  readonly settings?: readonly string[]
  /** A shell command between initdb and the start, in the folder of the data. */
  readonly before?: string
  /** The words in its log that are waited for; by default those of a server that takes connections. */
  readonly ready?: string
}

/** A server with the superuser `postgres`, who needs no password; it goes with its sandbox. */
export class Postgres {
  readonly #box: Sandbox
  readonly container: SandboxContainer

  private constructor(box: Sandbox, container: SandboxContainer) {
    this.#box = box
    this.container = container
  }

  static async start(box: Sandbox, stem = 'postgres', options: ServerOptions = {}): Promise<Postgres> {
    const settings = [...SETTINGS, ...(options.settings ?? [])].map(setting => `-c ${setting}`).join(' ')
    const made =
      'initdb --no-sync --no-instructions -A trust -U postgres -E UTF8 --locale=C -D /tmp/data && cd /tmp/data'
    const started = `${options.before ?? ':'} && exec postgres -D /tmp/data ${settings}`
    const container = await box.container(stem, {
      cmd: ['sh', '-c', `${made} && ${started}`],
      // A sandbox's commands run on a terminal, where psql would call one.
      env: ['PSQL_PAGER=cat'],
      create: { Image: postgresImage, User: '999:999', HostConfig: { Tmpfs: { '/tmp': 'mode=1777' } } },
    })
    const server = new Postgres(box, container)
    await server.#said(options.ready ?? 'database system is ready to accept connections')
    return server
  }

  /** Runs SQL as the superuser; resolves with the unaligned rows. Throws with psql's words. */
  async sql(database: string, sql: string): Promise<string> {
    const command = ['psql', '-X', '-qAt', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', database, '-c', sql]
    const { exitCode, output } = await this.#box.exec(this.container.id, command)
    if (exitCode !== 0) throw new Error(`${sql}\npsql exited with ${exitCode}: ${output}`)
    return output.replaceAll('\r\n', '\n').trimEnd()
  }

  /** Waits for words in its log. */
  async #said(words: string): Promise<void> {
    const follow = { follow: true, stdout: true, stderr: true } as const
    const log = (await this.container.handle.logs(follow)) as unknown as Readable
    const lines = new PassThrough()
    this.container.handle.modem.demuxStream(log, lines, lines)
    log.once('end', () => lines.end())
    const said: string[] = []
    try {
      for await (const line of createInterface({ input: lines, signal: AbortSignal.timeout(45_000) })) {
        said.push(line)
        if (line.includes(words)) return
      }
      throw new Error(`PostgreSQL did not come up:\n${said.join('\n')}`)
    } finally {
      log.destroy()
    }
  }
}
