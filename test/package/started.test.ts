/** netheal as a package starts it: with the code that its installation had V8 make, and without, it does the same. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { packagedProgram } from '../../scripts/package-program.ts'
import { startSimulator } from '../support/simulator/simulator.ts'

const run = promisify(execFile)
const checkout = fileURLToPath(new URL('../../', import.meta.url))

let folder = ''
let compiled = ''
const node = (...args: readonly string[]) => run(process.execPath, args, { env: { PATH: process.env.PATH } })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netheal-started-'))
  for (const { name, data } of packagedProgram(checkout).files) await writeFile(join(folder, name), data)
  await node(join(folder, 'compile.cjs'))
  const [name = 'none'] = (await readdir(folder)).filter(it => it.endsWith('.compiled'))
  compiled = join(folder, name)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let code = Buffer.alloc(0)
beforeEach(async () => {
  code = code.length === 0 ? await readFile(compiled) : code
  await writeFile(compiled, code)
})

interface Said {
  readonly code: unknown
  readonly stdout: string
  readonly stderr: string
}

async function said(...args: readonly string[]): Promise<Said> {
  const nothing = { stdout: '', stderr: '' }
  const { stdout, stderr, code } = await node(join(folder, 'netheal.cjs'), ...args).then(
    ended => ({ ...ended, code: 0 }),
    (error: Error) => ({ code: null, ...nothing, ...error }),
  )
  return { code, stdout, stderr }
}

/** Whether V8 took the code, as it says itself. */
async function taken(): Promise<string> {
  const look = `process.argv[2] = '--version'; const { script } = require('./netheal.cjs');
    process.on('exit', () => console.log(script.cachedDataRejected))`
  const { stdout } = await run(process.execPath, ['-e', look, 'x'], { cwd: folder })
  return stdout.split('\n')[1] ?? stdout
}

test('the code fits, is for everybody to read, and for nobody else to write', async () => {
  expect(await taken()).toBe('false')
  expect((await stat(compiled)).mode & 0o777).toBe(0o644)
})

test.each([
  ['a version', ['--version']],
  ['help', ['once', '--help']],
  ['a mistake in the flags', ['once', '--no-such-flag']],
  ['no config', ['once', '--config', '/nowhere/config.json']],
  ['a completion', ['completion', 'bash']],
])('%s: the same with it and without', async (_what, args) => {
  const before = await said(...args)
  expect(before.stdout + before.stderr).not.toBe('')
  await rm(compiled)
  expect(await said(...args)).toEqual(before)
})

test('a demo: the daemon, its schedule and the report page come to their end without it as well', async () => {
  const ends = /All \d+ claims hold/
  expect((await said('demo')).stdout).toMatch(ends)
  await rm(compiled)
  expect((await said('demo')).stdout).toMatch(ends)
})

test.each([
  ['cut off', () => code.subarray(0, code.length / 2)],
  ['empty', () => Buffer.alloc(0)],
  ['of another V8', () => Buffer.concat([Buffer.alloc(32, 1), code.subarray(32)])],
])('code that is %s is not taken, and nothing is said about it', async (_what, other) => {
  const before = await said('--version')
  await writeFile(compiled, other())
  expect(await taken()).toBe('true')
  expect(await said('--version')).toEqual(before)
})

test('the code of another program of the same length is not taken', async () => {
  const program = join(folder, 'program.js')
  const text = await readFile(program, 'utf8')
  // What an upgrade leaves for a moment: the new files beside the code of the old ones.
  const [starter, changed] = [join(folder, 'netheal.cjs'), text.replace('print the version', 'PRINT THE VERSION')]
  const before = await readFile(starter, 'utf8')
  try {
    await writeFile(program, changed)
    await writeFile(starter, before.replace(/program\.\w+\.compiled/, 'program.0123456789abcdef.compiled'))
    expect((await said('--help')).stdout).toContain('PRINT THE VERSION')
    await node(join(folder, 'compile.cjs'))
    expect((await readdir(folder)).filter(it => it.includes('.compiled'))).toEqual([
      'program.0123456789abcdef.compiled',
    ])
    expect((await said('--help')).stdout).toContain('PRINT THE VERSION')
  } finally {
    await writeFile(program, text)
    await writeFile(starter, before)
    await rm(join(folder, 'program.0123456789abcdef.compiled'), { force: true })
  }
})

test('the name of the code is that of its program', async () => {
  const starter = await readFile(join(folder, 'netheal.cjs'), 'utf8')
  expect(starter).not.toContain('@')
  const { stdout } = await run('sha256sum', [join(folder, 'program.js')])
  expect(compiled).toContain(`/program.${stdout.slice(0, 16)}.compiled`)
})

test('a healthy one-shot loads no part of Node that is for something else', async () => {
  await using simulator = await startSimulator({ socketPath: join(folder, 'engine.sock'), generation: '28' })
  simulator.createNetwork('stack')
  simulator.run({ name: 'web', image: 'app', networkMode: 'stack' })
  const place = (name: string) => ({ directory: join(folder, name) })
  const config = {
    attachments: [{ containers: ['web'], network: 'stack' }],
    docker: { host: `unix://${join(folder, 'engine.sock')}` },
    ...{ log: place('log'), state: place('state'), lock: place('lock') },
  }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  const look = join(folder, 'look.cjs')
  await writeFile(look, "process.on('exit', () => console.log(process.moduleLoadList.join('\\n')))")
  const { stdout } = await node(
    '-r',
    look,
    join(folder, 'netheal.cjs'),
    'once',
    '--config',
    join(folder, 'config.json'),
  )
  const loaded = stdout.split('\n').map(line => line.replace('NativeModule ', ''))
  // The look is one: a one-shot asks an engine, and takes a lock.
  expect(loaded).toEqual(expect.arrayContaining(['http', 'child_process']))
  const others = ['tls', 'https', 'crypto', 'worker_threads', 'tty', 'perf_hooks', 'internal/deps/undici/undici']
  expect(others.filter(name => loaded.includes(name))).toEqual([])
})

test('a bug shows the names and the file that it is in', async () => {
  const broken = { PATH: process.env.PATH, NETHEAL_CONFIG: '/nowhere/config.json' }
  const preload = `Object.defineProperty(process, 'pid', { get() { throw new Error('planted') } })`
  const args = ['-e', `${preload}; process.argv[2] = 'once'; require('./netheal.cjs')`, 'x']
  const { stderr } = await run(process.execPath, args, { cwd: folder, env: broken }).catch((error: Said) => error)
  expect(stderr).toContain('planted')
  expect(stderr).toMatch(/at (async )?main\d* \(.*\/program\.js:\d+:\d+\)/)
})

test('where nothing can be kept, the compiler says so and leaves what is there', async () => {
  await rm(compiled)
  const { code, stderr } = await run(
    'sh',
    ['-c', `ulimit -f 1; exec "$0" "$1"`, process.execPath, join(folder, 'compile.cjs')],
    {
      env: { PATH: process.env.PATH },
    },
  ).then(
    ended => ({ ...ended, code: 0 }),
    (error: Said) => error,
  )
  expect(code, stderr).not.toBe(0)
  expect(await said('--version')).toMatchObject({ code: 0 })
})
