// `ssh://`: an engine through OpenSSH, which a small program stands in for here.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { NO_SETTINGS } from '../../src/core/endpoint-settings.ts'
import { openEngine } from '../../src/docker/engine.ts'
import { sshHint } from '../../src/docker/ssh.ts'
import { startSimulator } from '../support/simulator/simulator.ts'
import { until } from '../support/until.ts'

const { signal } = new AbortController()

interface Bench extends AsyncDisposable {
  readonly folder: string
  readonly socketPath: string
  /** The words of each ssh so far. */
  calls(): readonly (readonly string[])[]
}

/** Puts an `ssh` in front of PATH: it notes its words, and then does what `script` says. */
function bench(script: string): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-ssh-'))
  const socketPath = join(folder, 's')
  const notes = join(folder, 'calls')
  const source = `#!${process.execPath}
const { appendFileSync } = require('node:fs')
appendFileSync(${JSON.stringify(notes)}, JSON.stringify(process.argv.slice(2)) + '\\n')
${script.replaceAll('SOCKET', JSON.stringify(socketPath))}
`
  writeFileSync(join(folder, 'ssh'), source)
  chmodSync(join(folder, 'ssh'), 0o755)
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`)
  return {
    folder,
    socketPath,
    calls: () =>
      readFileSync(notes, 'utf8')
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line)),
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const BRIDGE = `
const socket = require('node:net').connect(SOCKET)
process.stdin.pipe(socket).pipe(process.stdout)
socket.on('error', () => process.exit(1))
socket.on('close', () => process.exit(0))`

test('calls and events go through ssh, with the arguments of Docker’s own client', async () => {
  await using ssh = bench(BRIDGE)
  await using simulator = await startSimulator({ socketPath: ssh.socketPath, generation: '28' })
  simulator.createNetwork('stack')
  simulator.run({ name: 'web', networkMode: 'bridge' })
  using engine = openEngine({ host: 'ssh://deploy@host.example:2222', tls: null, timeout: 25_000 })
  const world = await engine.lookAll(signal)
  expect(world.containers.map(c => c.name)).toEqual(['web'])
  await engine.connect(
    simulator.network('stack').id,
    simulator.container('web').id,
    { ...NO_SETTINGS, aliases: [], gatewayPriority: -1 },
    signal,
  )
  expect(simulator.isAttached('web', 'stack')).toBe(true)
  const heard: string[] = []
  const over = new AbortController()
  const { ended } = await engine.events(Date.now(), event => heard.push(event.action), over.signal)
  await simulator.until(() => simulator.streams.open === 1)
  await simulator.disconnect('stack', 'web')
  await until(() => heard.includes('disconnect'), { what: 'the event' })
  over.abort()
  await ended
  for (const words of ssh.calls()) {
    expect(words).toEqual([
      '-T',
      '-o',
      'BatchMode=yes',
      '-p',
      '2222',
      '--',
      'deploy@host.example',
      'docker',
      'system',
      'dial-stdio',
    ])
  }
  engine[Symbol.dispose]()
  await until(() => simulator.connections === 0, { what: 'the end of every connection' })
})

test('ssh without user and port leaves them to the user’s own config', async () => {
  await using ssh = bench(BRIDGE)
  await using _simulator = await startSimulator({ socketPath: ssh.socketPath, generation: '28' })
  using engine = openEngine({ host: 'ssh://host.example', tls: null, timeout: 25_000 })
  await engine.greet(signal)
  expect(ssh.calls()[0]).toEqual(['-T', '-o', 'BatchMode=yes', '--', 'host.example', 'docker', 'system', 'dial-stdio'])
})

test('what ssh says when it fails is said', async () => {
  await using _ssh = bench(`process.stderr.write('Host key verification failed.\\r\\n', () => process.exit(255))`)
  using engine = openEngine({ host: 'ssh://host.example', tls: null, timeout: 25_000 })
  await expect(engine.greet(signal)).rejects.toMatchObject({
    code: 'engine-unreachable',
    message: 'no engine at ssh://host.example: ssh exited with 255: Host key verification failed.',
  })
})

test.for(['SIGKILL', 'exit 0'])('an idle connection that is over (%s) is not taken for the next call', async how => {
  await using ssh = bench(`
require('node:fs').appendFileSync(SOCKET + '.pids', process.pid + '\\n')
process.on('SIGUSR2', () => process.exit(0))
${BRIDGE}`)
  await using simulator = await startSimulator({ socketPath: ssh.socketPath, generation: '28' })
  simulator.createNetwork('stack')
  simulator.run({ name: 'web', networkMode: 'bridge' })
  using engine = openEngine({ host: 'ssh://host.example', tls: null, timeout: 25_000 })
  await engine.lookAll(signal)
  const pids = readFileSync(`${ssh.socketPath}.pids`, 'utf8').trim().split('\n').map(Number)
  for (const pid of pids) process.kill(pid, how === 'SIGKILL' ? 'SIGKILL' : 'SIGUSR2')
  await until(() => simulator.connections === 0 && !pids.some(lives), { what: 'the end of every ssh' })
  for (let turn = 0; turn < 20; turn++) await nextTurn()
  // A call that changes something is never asked twice: one on a dead connection would fail.
  const options = { ...NO_SETTINGS, aliases: [], gatewayPriority: -1 }
  await engine.connect(simulator.network('stack').id, simulator.container('web').id, options, signal)
  expect(simulator.isAttached('web', 'stack')).toBe(true)
})

test('an IPv6 address is given to ssh without its brackets', async () => {
  await using ssh = bench(BRIDGE)
  await using _simulator = await startSimulator({ socketPath: ssh.socketPath, generation: '28' })
  using engine = openEngine({ host: 'ssh://deploy@[fd00::7]', tls: null, timeout: 25_000 })
  await engine.greet(signal)
  expect(ssh.calls()[0]).toContain('deploy@fd00::7')
})

const ended = (said: string, exitCode: number | null = 255) => ({ ran: true, exitCode, said })

test.for([
  ['an unknown host', ended('Host key verification failed.'), /known_hosts: .*ssh -p 2222 deploy@host\.example$/],
  ['another host', ended('WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!'), /known_hosts/],
  [
    'a refused key',
    ended('deploy@host.example: Permission denied (publickey).'),
    /key without a passphrase.*BatchMode/,
  ],
  ['no docker there', ended('bash: line 1: docker: command not found', 127), /the docker client, 18\.09 or later/],
  ['no docker there, in any words', ended('fish: Unknown command', 127), /the docker client, 18\.09 or later/],
  ['no engine there', ended('failed to open the raw stream connection: x', 1), /does not answer; to test it/],
  [
    'an engine that refuses',
    ended('dial unix /var/run/docker.sock: connect: permission denied', 1),
    /not let that user in/,
  ],
  ['no ssh here', { ran: false, exitCode: null, said: '' }, /openssh-client/],
  ['no way there', ended('connect to host x port 22: timed out'), /to test it.*docker system dial-stdio$/],
] as const)('an ssh that fails (%s): what to do', ([_, failure, hint]) => {
  expect(sshHint('ssh://deploy@host.example:2222', failure)).toMatch(hint)
})

test('an ssh that hangs costs the deadline, and is ended with the engine', async () => {
  await using ssh = bench(`
require('node:fs').writeFileSync(SOCKET + '.pid', String(process.pid))
setInterval(() => undefined, 1000)`)
  using engine = openEngine({ host: 'ssh://host.example', tls: null, timeout: 1_000 })
  const asked = engine.greet(signal)
  const pid = await until(() => Number(readFileSync(`${ssh.socketPath}.pid`, 'utf8')), { what: 'the program' })
  await expect(asked).rejects.toMatchObject({ code: 'engine-timeout' })
  engine[Symbol.dispose]()
  await until(() => !lives(pid), { what: 'the end of the program' })
})

test('a host without ssh is said', async () => {
  vi.stubEnv('PATH', '/nowhere')
  using engine = openEngine({ host: 'ssh://host.example', tls: null, timeout: 25_000 })
  await expect(engine.greet(signal)).rejects.toMatchObject({
    code: 'engine-unreachable',
    message: expect.stringContaining('ssh'),
    hint: expect.stringContaining('ssh'),
  })
})

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
