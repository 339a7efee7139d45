/** `once` and `check` as an installation keeps them, loaded: they say and do the same as without, and know only their own process. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installInto } from '../../bench/program.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { findCommand } from '../support/engine-packages.ts'

const run = promisify(execFile)
/** What tells processors apart here; where there is no such file, nothing is kept. */
const cpu = '/sys/devices/system/cpu/modalias'
const canKeep = await readFile(cpu).then(
  () => true,
  () => false,
)
const flock = await findCommand('flock')

interface Said {
  readonly code: unknown
  readonly stdout: string
  readonly stderr: string
}

describe.skipIf(!canKeep || flock === null)('once and check, kept', () => {
  let folder = ''
  let launcher = ''
  let snapshot = ''
  let simulator: Simulator

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'netheal-kept-'))
    launcher = installInto(folder)
    snapshot = join(folder, (await readdir(folder)).find(name => name.endsWith('.snapshot')) ?? 'none')
    simulator = await startSimulator({ socketPath: join(folder, 'engine.sock'), generation: '28' })
    simulator.createNetwork('stack')
    simulator.createNetwork('app')
    simulator.run({ name: 'web', image: 'app', networkMode: 'stack' })
    await configure('healthy', ['web'])
    await configure('nowhere', ['web'], join(folder, 'no-engine.sock'))
  })
  afterAll(async () => {
    await simulator?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const compile = () => run(process.execPath, [join(folder, 'compile.cjs')], { env: { PATH: process.env.PATH } })

  async function configure(name: string, containers: readonly string[], socket = join(folder, 'engine.sock')) {
    const place = (what: string) => ({ directory: join(folder, name, what) })
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(
      join(folder, name, 'config.json'),
      JSON.stringify({
        attachments: [{ containers, network: 'stack' }],
        docker: { host: `unix://${socket}` },
        ...{ log: place('log'), state: place('state'), lock: place('lock') },
      }),
    )
  }

  /** `-x`: sh says what it starts, on stderr. */
  async function said(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Said> {
    const options = { env: { PATH: process.env.PATH, ...env } }
    const { code, stdout, stderr } = await run('sh', [...argv], options).then(
      ended => ({ ...ended, code: 0 }),
      (error: Error) => ({ code: null, stdout: '', stderr: '', ...error }),
    )
    return { code, stdout, stderr }
  }
  const netheal = (...args: readonly string[]) => said([launcher, ...args])
  const isKept = async () => (await said(['-x', launcher, 'once', '--help'])).stderr.includes('--snapshot-blob')

  async function without<T>(work: () => Promise<T>): Promise<T> {
    await rename(snapshot, `${snapshot}.aside`)
    try {
      expect(await isKept()).toBe(false)
      return await work()
    } finally {
      await rename(`${snapshot}.aside`, snapshot)
    }
  }

  const config = (name: string) => ['--config', join(folder, name, 'config.json')]

  test('are what the launcher starts, and nothing else is', async () => {
    expect(await isKept()).toBe(true)
    expect((await said(['-x', launcher, 'check', '--help'])).stderr).toContain('--snapshot-blob')
    for (const args of [['--version'], ['status', '--help'], ['run', '--help'], []])
      expect((await said(['-x', launcher, ...args])).stderr).not.toContain('--snapshot-blob')
  })

  test.each([
    ['help', 0, () => ['once', '--help']],
    ['a mistake in the flags', 2, () => ['check', '--no-such-flag']],
    ['an argument too many', 2, () => ['once', 'twice']],
    ['no config', 2, () => ['once', '--config', '/nowhere/config.json']],
    ['a healthy host', 0, () => ['once', ...config('healthy')]],
    ['a healthy host, in JSON', 0, () => ['once', '--json', ...config('healthy')]],
    ['a look at it', 0, () => ['check', ...config('healthy')]],
    ['a look, in JSON', 0, () => ['check', '--json', ...config('healthy')]],
    ['no engine', 4, () => ['once', ...config('nowhere')]],
    ['no engine to look at', 4, () => ['check', ...config('nowhere')]],
  ])('%s: the same as without', async (_what, code, args) => {
    const kept = await netheal(...args())
    expect(kept).toMatchObject({ code })
    expect(await without(() => netheal(...args()))).toEqual(kept)
  })

  test('once heals, writes it down, and the next one knows', async () => {
    const healed = async (name: string) => {
      simulator.run({ name, image: 'app', networkMode: 'app' })
      await configure(`host-of-${name}`, [name])
      const first = await netheal('once', ...config(`host-of-${name}`))
      const logs = join(folder, `host-of-${name}`, 'log')
      const [file = 'none'] = (await readdir(logs)).sort()
      const log = await readFile(join(logs, file), 'utf8')
      const second = await netheal('once', ...config(`host-of-${name}`))
      const plain = (text: string) => text.replaceAll(name, 'NAME').replace(/[\d:.,-]+|m?s\b/g, '#')
      return { first: { ...first, stdout: plain(first.stdout) }, log: plain(log), second }
    }
    const kept = await healed('kept')
    expect(kept.first).toMatchObject({ code: 0, stderr: '' })
    expect(kept.first.stdout).toContain('NAME')
    expect(kept.log).toContain('NAME')
    expect(kept.second).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await without(() => healed('plain'))).toEqual(kept)
  })

  test('know their own process, and not the one that kept them', async () => {
    const state = join(folder, 'healthy', 'state')
    await netheal('once', ...config('healthy'))
    const names: string[] = []
    const watcher = watch(state, (_event, name) => void names.push(String(name)))
    try {
      const child = spawn(launcher, ['once', ...config('healthy')], { env: { PATH: process.env.PATH } })
      await once(child, 'close')
      const seen = JSON.parse(await readFile(join(state, 'state.json'), 'utf8'))
      expect(seen.lastPass.pid).toBe(child.pid)
      const draft = () => names.find(name => name.endsWith('.tmp'))
      await expect.poll(draft).toMatch(new RegExp(`^\\.state\\.json\\.${child.pid}-\\d+-`))
    } finally {
      watcher.close()
    }
  })

  test('give their children none of the settings of their own memory', async () => {
    const path = join(folder, 'path')
    await mkdir(path)
    await writeFile(join(path, 'flock'), `#!/bin/sh\nenv >${join(folder, 'env')}\nexec ${flock} "$@"\n`, {
      mode: 0o755,
    })
    const { code } = await said([launcher, 'once', ...config('healthy')], {
      PATH: `${path}:${process.env.PATH}`,
      SEEN: 'yes',
    })
    expect(code).toBe(0)
    const env = await readFile(join(folder, 'env'), 'utf8')
    expect(env).toContain('SEEN=yes')
    expect(env).not.toMatch(/^(MALLOC|GLIBC)/m)
  })

  test('are not started on another processor, or by a Node that came later', async () => {
    const own = await readFile(join(folder, 'one-shot.cpu'))
    expect(own).toEqual(await readFile(cpu))
    for (const other of [`${own}`.replace(/(\d)(?=\D*\n?$)/, digit => String(9 - Number(digit))), '']) {
      await writeFile(join(folder, 'one-shot.cpu'), other)
      expect(await isKept(), other).toBe(false)
    }
    await rm(join(folder, 'one-shot.cpu'))
    expect(await netheal('once', ...config('healthy'))).toEqual({ code: 0, stdout: '', stderr: '' })
    await writeFile(join(folder, 'one-shot.cpu'), own)
    expect(await isKept()).toBe(true)

    const now = new Date()
    await utimes(snapshot, now, new Date(0))
    expect(await isKept()).toBe(false)
    await utimes(snapshot, now, now)
    expect(await isKept()).toBe(true)
  })

  test('bear the name of the text that they were made of', async () => {
    const { stdout } = await run('sha256sum', [join(folder, 'one-shot.js')])
    expect(snapshot).toContain(`/one-shot.${stdout.slice(0, 16)}.snapshot`)
    expect(await readFile(launcher, 'utf8')).not.toContain('@ONE_SHOT@')
  })

  test('show the names and the file that a bug is in, and what cannot be kept is said', async () => {
    const path = join(folder, 'one-shot.js')
    const text = await readFile(path, 'utf8')
    const planted = text.replace('process.exitCode=1', 'process.exitCode=1;planted()')
    expect(planted).not.toBe(text)
    try {
      await writeFile(path, planted)
      await compile()
      const { code, stderr } = await netheal('once', ...config('healthy'))
      expect(code).toBe(1)
      expect(stderr).toMatch(/planted is not defined[\s\S]*at (async )?main\d* \(.*\/one-shot\.js:\d+:\d+\)/)

      await writeFile(path, text.replace("'use strict'", "'use strict'; throw new Error('planted')"))
      const failed = await compile().catch((error: Said) => error)
      expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('planted') })
      expect((await readdir(folder)).filter(name => /snapshot$|\.new$/.test(name))).toEqual([])
      expect(await netheal('once', ...config('healthy'))).toEqual({ code: 0, stdout: '', stderr: '' })
    } finally {
      await writeFile(path, text)
      await compile()
    }
    expect(await isKept()).toBe(true)
  })
})
