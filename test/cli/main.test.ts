// The process itself: exit codes, stacks, signals, a reader that goes away, and a kill in the middle.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { APP, NETWORK, WORKER } from '../heal/rig.ts'
import { until } from '../support/until.ts'
import { Desk } from './desk.ts'
import { MAIN, NethealProcess } from './process.ts'

const CONNECT = 'POST /networks/{id}/connect'
const STACK = /^\s+at /m
const run = promisify(execFile)

describe('under journald', () => {
  /** Runs it as a service whose output is connected with the journal: here that is a file. */
  async function toJournal(argv: readonly string[], file: string, stream?: string): Promise<string> {
    const journal = openSync(file, 'w')
    const { dev, ino } = fstatSync(journal)
    const env = { PATH: process.env.PATH, JOURNAL_STREAM: stream ?? `${dev}:${ino}` }
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...argv], {
      stdio: ['ignore', journal, journal],
      env,
    })
    closeSync(journal)
    const ended = once(child, 'close')
    await Promise.race([ended, until(() => readFileSync(file, 'utf8').includes('cleanly') || null)])
    child.kill('SIGTERM')
    await ended
    return readFileSync(file, 'utf8')
  }

  test('journald: each line carries its priority, also the last one of a fatal error; elsewhere none does', async () => {
    await using desk = await Desk.open()
    expect((await desk.run('once')).code).toBe(0)
    desk.remember(state => ({ ...state, daemon: { pid: 1, since: 1 } }))
    const file = join(desk.folder, 'journal')
    const daemon = await toJournal(['run', '--config', desk.file], file)
    expect(daemon).toMatch(/^<6>\{"level":"info".*"watching"/m)
    expect(daemon).toMatch(/^<4>\{"level":"warn".*did not shut down cleanly/m)
    expect(daemon).not.toMatch(/^[^<]/m)
    writeFileSync(desk.file, '{ "attachments": }')
    const fatal = await toJournal(['run', '--config', desk.file], file)
    expect(fatal).toMatch(/^<3>netheal: /)
    expect(fatal).not.toMatch(/^[^<]/m)
    expect(await toJournal(['run', '--config', desk.file], file, '1:1')).toMatch(/^netheal: /)
  })
})

describe('exit codes', () => {
  test('exit code: a user’s mistake is 2, in words and without a stack', async () => {
    await using desk = await Desk.open({ furnished: false })
    writeFileSync(desk.file, '{}')
    await using netheal = new NethealProcess(['check', '--config', desk.file])
    expect(await netheal.ended).toEqual({ code: 2, signal: null })
    expect(netheal.err).toContain(desk.file)
    expect(netheal.err).toContain('attachments')
    expect(netheal.err).not.toMatch(STACK)
    expect(netheal.out).toBe('')
  })

  test('exit code: an engine that is not there is 4, without a stack', async () => {
    await using desk = await Desk.open({ furnished: false })
    await desk.simulator.stop()
    await using netheal = new NethealProcess(['once', '--config', desk.file])
    expect(await netheal.ended).toEqual({ code: 4, signal: null })
    expect(netheal.err).toBe(
      `netheal: no engine at ${desk.host}: there is no such socket\n  check that Docker is running: systemctl status docker; for another engine: docker.host in the config, or DOCKER_HOST\n`,
    )
  })

  test('exit code: DOCKER_HOST in the environment does not override what a flag says', async () => {
    await using desk = await Desk.open()
    const argv = ['check', '--json', '--config', desk.file, '--docker-host', desk.host]
    await using netheal = new NethealProcess(argv, { DOCKER_HOST: 'tcp://127.0.0.1:1', DOCKER_TLS_VERIFY: '1' })
    expect(await netheal.ended).toMatchObject({ code: 3 })
    expect(JSON.parse(netheal.out).actions).toHaveLength(2)
  })

  test('exit code: a bug is 1, with its stack and where to report it', async () => {
    await using desk = await Desk.open({ furnished: false })
    // A runtime in which an array has lost its map: whatever happens next is a bug.
    const broken = join(desk.folder, 'broken.mjs')
    writeFileSync(broken, 'Array.prototype.flatMap = () => { throw new TypeError("made for this test") }\n')
    await using netheal = new NethealProcess(['check', '--config', desk.file], { NODE_OPTIONS: `--import=${broken}` })
    expect(await netheal.ended).toMatchObject({ code: 1 })
    expect(netheal.err).toMatch(/^netheal: this is a bug in netheal \(/)
    expect(netheal.err).toContain('TypeError: made for this test')
    expect(netheal.err).toMatch(STACK)
  })
})

test.each([
  [['help', 'once'], 0],
  [['help'], 0],
  [['help', 'onec'], 2],
  [[], 2],
] as const)('help that is asked for is 0, and else 2: netheal %j is %i', async (argv, code) => {
  await using netheal = new NethealProcess(argv)
  expect(await netheal.ended).toEqual({ code, signal: null })
  expect(code === 0 ? netheal.out : netheal.err).toContain('Usage: netheal')
})

test('a reader that goes away ends a command quietly, as SIGPIPE does', async () => {
  await using desk = await Desk.open()
  // Far more than a pipe holds.
  const containers = Array.from({ length: 5_000 }, (_, n) => `absent-with-a-rather-long-name-${n}`)
  desk.configure({ attachments: [{ containers, network: NETWORK }] })
  const script = '"$0" --disable-warning=ExperimentalWarning "$@" | head -1; echo $PIPESTATUS >&2'
  const argv = ['--norc', '-c', script, process.execPath, MAIN, 'check', '--config', desk.file]
  const { stdout, stderr } = await run('bash', argv, { env: { PATH: process.env.PATH } })
  expect(stdout.split('\n')).toHaveLength(2)
  expect(stderr).toBe('141\n')
})

test('output that finds no room is said: no stack, and exit code 3', async () => {
  await using desk = await Desk.open()
  const script = '"$0" --disable-warning=ExperimentalWarning "$@" >/dev/full'
  const argv = ['--norc', '-c', script, process.execPath, MAIN, 'check', '--config', desk.file]
  const failed = await run('bash', argv, { env: { PATH: process.env.PATH } }).catch((error: unknown) => error)
  expect(failed).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^netheal: cannot write the output: ENOSPC/) as unknown,
  })
})

test('a daemon whose own log finds no room heals on', async () => {
  await using desk = await Desk.open()
  const script = 'exec "$0" --disable-warning=ExperimentalWarning "$@" >/dev/full'
  const child = spawn('bash', ['--norc', '-c', script, process.execPath, MAIN, 'run', '--config', desk.file], {
    env: { PATH: process.env.PATH },
    stdio: 'ignore',
  })
  const ended = once(child, 'close')
  try {
    await until(() => desk.simulator.isAttached(APP, NETWORK), { what: 'the first heal', deadline: 25_000 })
    await desk.simulator.disconnect(NETWORK, APP)
    await until(() => desk.simulator.isAttached(APP, NETWORK), { what: 'the second', deadline: 25_000 })
  } finally {
    child.kill('SIGTERM')
  }
  expect((await ended)[0]).toBe(0)
})

test('a demo whose reader went away comes to its end, and leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'netheal-unread-'))
  try {
    const script = '"$0" --disable-warning=ExperimentalWarning "$@" | head -3'
    const { stdout } = await run('bash', ['--norc', '-c', script, process.execPath, MAIN, 'demo'], {
      env: { PATH: process.env.PATH, TMPDIR: folder },
    })
    expect(stdout.split('\n')).toHaveLength(4)
    expect(await readdir(folder)).toEqual([])
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.each(
  [['check'], ['status', '--live'], ['diagnose'], ['init'], ['check', '--json']].flatMap(argv =>
    (['SIGTERM', 'SIGINT', 'SIGHUP'] as const).map(signal => [argv, signal] as const),
  ),
)('one signal ends a command that only reads, while an engine hangs: %j, %s', async (argv, signal) => {
  await using desk = await Desk.open()
  desk.simulator.faults.hang({})
  const options = argv[0] === 'init' ? ['--docker-host', desk.host] : ['--config', desk.file]
  await using netheal = new NethealProcess([...argv, ...options])
  await desk.simulator.until(() => desk.simulator.calls.total > 0)
  netheal.kill(signal)
  expect(await netheal.ended).toEqual({ code: 128 + constants.signals[signal], signal: null })
  expect(netheal.out + netheal.err).toBe('')
})

test('a command that asks for no signal ends at SIGTERM as any program does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'netheal-term-'))
  const log = join(folder, 'actions.1.log.gz')
  try {
    // It unpacks to 250 MB: a second or more of reading.
    await writeFile(log, gzipSync(Buffer.alloc(250_000_000, `${'x'.repeat(99)}\n`)))
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'history', '--log', log], {
      env: { PATH: process.env.PATH },
      stdio: 'ignore',
    })
    const ended = once(child, 'close')
    const isReading = async (): Promise<boolean> => {
      const fds = await readdir(`/proc/${child.pid}/fd`)
      const targets = await Promise.all(fds.map(fd => readlink(`/proc/${child.pid}/fd/${fd}`).catch(() => '')))
      return targets.includes(log)
    }
    await until(isReading, { what: 'the log to be read', every: 2 })
    child.kill('SIGTERM')
    expect(await ended).toEqual([143, null])
  } finally {
    await rm(folder, { recursive: true })
  }
})

describe('the daemon', () => {
  test('the daemon heals, reloads on SIGHUP, keeps the old config when the new one is bad, and ends with 0 on SIGTERM', async () => {
    await using desk = await Desk.open()
    desk.configure({ attachments: [{ containers: APP, network: NETWORK }] })
    await using netheal = new NethealProcess(['run', '--config', desk.file])
    await desk.simulator.until(() => desk.simulator.isAttached(APP, NETWORK))
    await netheal.says('"attached"')

    desk.configure({ attachments: [] })
    netheal.kill('SIGHUP')
    await netheal.says('config not reloaded; the old one stays in effect')
    await desk.simulator.disconnect(NETWORK, APP)
    await desk.simulator.until(() => desk.simulator.isAttached(APP, NETWORK))

    desk.configure()
    netheal.kill('SIGHUP')
    await netheal.says('config reloaded')
    await desk.simulator.until(() => desk.simulator.isAttached(WORKER, NETWORK))

    netheal.kill('SIGTERM')
    expect(await netheal.ended).toEqual({ code: 0, signal: null })
    expect(netheal.err).toBe('')
    for (const line of netheal.out.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('level')
    await until(() => desk.simulator.connections === 0, { what: 'the end of every connection' })
  })

  test('the daemon keeps the old config where a file for the engine cannot be read', async () => {
    await using desk = await Desk.open()
    desk.configure({ attachments: [{ containers: APP, network: NETWORK }] })
    await using netheal = new NethealProcess(['run', '--config', desk.file])
    await netheal.says('"attached"')

    desk.configure({ docker: { host: 'tcp://127.0.0.1:9', tls: { ca: '/nowhere/ca.pem' } } })
    netheal.kill('SIGHUP')
    await netheal.says('config not reloaded; the old one stays in effect')
    expect(netheal.out).toContain('docker.tls.ca: cannot read /nowhere/ca.pem')
    await desk.simulator.disconnect(NETWORK, APP)
    await desk.simulator.until(() => desk.simulator.isAttached(APP, NETWORK))
    netheal.kill('SIGTERM')
    expect(await netheal.ended).toEqual({ code: 0, signal: null })
  })

  test('the daemon finishes the action in hand on SIGTERM', async () => {
    await using desk = await Desk.open()
    desk.configure({ attachments: [{ containers: APP, network: NETWORK }] })
    const { promise, resolve } = Promise.withResolvers<void>()
    desk.simulator.faults.before(CONNECT, () => promise)
    await using netheal = new NethealProcess(['run', '--config', desk.file])
    await desk.simulator.until(() => desk.simulator.calls.writesTo(CONNECT).length === 1)
    netheal.kill('SIGTERM')
    resolve()
    expect(await netheal.ended).toEqual({ code: 0, signal: null })
    expect(desk.log()).toContain(`SUCCESS: Connected ${APP}`)
  })

  test('the daemon ends at once on the second signal', async () => {
    await using desk = await Desk.open()
    desk.configure({ docker: { host: desk.host, timeout: '5m' } })
    desk.simulator.faults.hang({ route: CONNECT })
    await using netheal = new NethealProcess(['run', '--config', desk.file])
    await desk.simulator.until(() => desk.simulator.calls.writesTo(CONNECT).length === 2)
    netheal.kill('SIGINT')
    netheal.kill('SIGTERM')
    expect(await netheal.ended).toEqual({ code: 0, signal: null })
  })

  test('the daemon sees a pause at once, and its end', async () => {
    await using desk = await Desk.open()
    await using netheal = new NethealProcess(['run', '--config', desk.file])
    await netheal.says('"attached"', 2)
    await desk.run('pause', '1h')
    await desk.simulator.disconnect(NETWORK, APP)
    await netheal.says('"detached"')
    expect(desk.simulator.isAttached(APP, NETWORK)).toBe(false)
    await desk.run('resume')
    await desk.simulator.until(() => desk.simulator.isAttached(APP, NETWORK))
  })

  test('the daemon and a one-shot beside it: one of them heals', async () => {
    await using desk = await Desk.open()
    await using netheal = new NethealProcess(['run', '--config', desk.file])
    await netheal.says('"attached"', 2)
    const { code, err } = await desk.run('once')
    expect(code).toBe(0)
    expect(err).toContain('is already healing this host, so this run only checks')
    expect((await desk.run('status')).out).toContain('netheal is running (pid ')
  })
})

describe('SIGKILL', () => {
  test.for(['before', 'after'] as const)(
    'SIGKILL: %s the engine has done it: the intention is on disk, and the next one ends it',
    async when => {
      await using desk = await Desk.open()
      desk.configure({ attachments: [{ containers: APP, network: NETWORK }] })
      await using netheal = new NethealProcess(['once', '--config', desk.file])
      desk.simulator.faults[when](
        CONNECT,
        async () => {
          netheal.kill('SIGKILL')
          await netheal.ended
        },
        1,
      )
      expect(await netheal.ended).toEqual({ code: null, signal: 'SIGKILL' })
      expect(desk.log()).toContain(`ACTION: Connecting ${APP} to ${NETWORK}...`)
      expect(desk.log()).not.toContain('SUCCESS')
      // The lock died with its process, and the state is whole.
      expect(await desk.run('once')).toMatchObject({ code: 0, err: '' })
      expect(desk.simulator.isAttached(APP, NETWORK)).toBe(true)
      expect((await desk.run('status')).code).toBe(0)
    },
  )
})
