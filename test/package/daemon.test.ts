/** The daemon of the bundle: its page, made in a thread of its own, and its name. That of the package is in test/installed. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { startSimulator } from '../support/simulator/simulator.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const build = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))

interface Running extends AsyncDisposable {
  readonly pid: number
  /** Of a file that is in its folder. */
  readonly configFile: string
  get(path: string): Promise<Response>
}

/** A daemon that has made its first pass on a simulated engine; SIGTERM at its end, which must be a good one. */
async function running(command: (folder: string) => Promise<readonly string[]>): Promise<Running> {
  await using resources = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'netheal-daemon-'))
  resources.defer(() => rm(folder, { recursive: true }))
  const simulator = resources.use(await startSimulator({ socketPath: join(folder, 'engine.sock'), generation: '28' }))
  simulator.createNetwork('stack')
  simulator.run({ name: 'web', image: 'app', networkMode: 'stack' })
  const [port, configFile] = [await freePort(), join(folder, 'config.json')]
  const place = (name: string) => ({ directory: join(folder, name) })
  const config = {
    attachments: [{ containers: ['web'], network: 'stack' }],
    docker: { host: `unix://${simulator.socketPath}` },
    http: { listen: `127.0.0.1:${port}` },
    ...{ log: place('log'), state: place('state'), lock: place('lock') },
  }
  await writeFile(configFile, JSON.stringify(config))
  const [program = '', ...args] = await command(folder)
  const daemon = spawn(program, [...args, 'run', '--config', configFile], {
    env: { PATH: process.env.PATH },
    stdio: 'ignore',
  })
  const ended = once(daemon, 'close')
  resources.defer(async () => {
    daemon.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })
  await until(async () => (await get('/healthz')).status === 200, { what: 'the first pass', deadline: 25_000 })
  const all = resources.move()
  return { pid: daemon.pid ?? 0, configFile, get, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

async function bundle(folder: string): Promise<readonly string[]> {
  await run(process.execPath, [build, '--out', join(folder, 'netheal.js')])
  return [process.execPath, join(folder, 'netheal.js')]
}

test('the daemon of the bundle serves its page, and is called netheal', async () => {
  await using daemon = await running(bundle)
  expect((await daemon.get('/')).status).toBe(200)
  await isCalledNetheal(daemon)
})

test.each([
  ['run', true],
  ['--config /nowhere/config.json run', true],
  ['once', false],
  ['--version', false],
])('netheal %s starts with the options for a daemon: %s', async (args, isDaemon) => {
  const launcher = fileURLToPath(new URL('../../packaging/netheal', import.meta.url))
  // `-x` prints what is started, which is not there.
  const { stderr } = await run('sh', ['-x', launcher, ...args.split(' ')]).catch((error: { stderr: string }) => error)
  expect(stderr).toContain('exec /usr/lib/netheal/node')
  expect(stderr.includes('--max-opt=1 /usr')).toBe(isDaemon)
})

async function isCalledNetheal({ pid, configFile }: Running): Promise<void> {
  const { stdout } = await run('ps', ['-o', 'comm=', '-o', 'args=', '-p', String(pid)])
  expect(stdout.trim().replace(/ +/g, ' ')).toBe(`netheal netheal run --config ${configFile}`)
  expect((await run('pgrep', ['-x', 'netheal'])).stdout.split('\n')).toContain(String(pid))
}
