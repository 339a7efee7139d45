// `netheal status --watch`: on a pseudo-terminal as a process of its own, and for scripts line by line.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { APP, NETWORK } from '../heal/rig.ts'
import { until } from '../support/until.ts'
import { Desk } from './desk.ts'
import { MAIN, NethealProcess } from './process.ts'

const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'

/** util-linux' script(1) runs a command on a terminal of its own. */
const hasScript = spawnSync('script', ['--version']).status === 0

/** netheal on a terminal of its own: what it drew, and its exit code, which script hands on. */
class OnTerminal implements AsyncDisposable {
  drawn = ''
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown[]>

  constructor(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const words = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN, ...argv]
    // The first line tells whom to signal: `exec` keeps the pid of the shell.
    const line = `echo "pid=$$"; exec ${words.map(w => `'${w}'`).join(' ')}`
    this.#child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
      env: { PATH: process.env.PATH, TERM: 'xterm', SHELL: '/bin/sh', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.drawn += chunk.toString()
    })
    this.#ended = once(this.#child, 'close')
  }

  async draws(what: string | RegExp): Promise<void> {
    const has = (): boolean => (typeof what === 'string' ? this.drawn.includes(what) : what.test(this.drawn))
    await until(() => has() || null, { what: `${what} on the screen: ${JSON.stringify(this.drawn)}`, deadline: 30_000 })
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(Number(/pid=(\d+)/.exec(this.drawn)?.[1]), signal)
  }

  /** As a person presses a key. */
  press(key: string): void {
    this.#child.stdin?.write(key)
  }

  async ended(): Promise<number | null> {
    await this.#ended
    return this.#child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL')
    await this.#ended
  }
}

describe.runIf(hasScript)('on a terminal', { timeout: 60_000 }, () => {
  test.for([
    ['Ctrl-C', (t: OnTerminal) => t.press('\u0003')],
    ['SIGTERM', (t: OnTerminal) => t.signal('SIGTERM')],
    ['SIGHUP', (t: OnTerminal) => t.signal('SIGHUP')],
  ] as const)(
    'status --watch on a terminal: %s gives the screen and the cursor back, and leaves the last status on it',
    async ([_, end]) => {
      await using desk = await Desk.open()
      await desk.run('once')
      await using terminal = new OnTerminal(['status', '--watch', '--config', desk.file])
      await terminal.draws('to quit: Ctrl-C')
      expect(terminal.drawn).toContain(`${ENTER}\u001b[H`)
      expect(terminal.drawn).toContain(APP)
      expect(terminal.drawn).not.toContain(LEAVE)
      end(terminal)
      expect(await terminal.ended()).toBe(0)
      const [, left, ...more] = terminal.drawn.split(LEAVE)
      expect(more).toEqual([])
      expect(left).toContain(APP)
      // Nothing of the drawing after it.
      expect(left).not.toMatch(/\u001b\[[HJK?]/)
    },
  )

  test('status --watch on a terminal: a change is drawn at once, and the exit code is the one of the status', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    await using terminal = new OnTerminal(['status', '--watch', '--config', desk.file], { NO_COLOR: '1' })
    await terminal.draws(`attached     ${APP}`)
    desk.simulator.exhaust(NETWORK)
    await desk.simulator.disconnect(NETWORK, APP)
    await desk.run('once')
    await terminal.draws(`detached     ${APP}`)
    // NO_COLOR: what moves the cursor, and no colour.
    expect(terminal.drawn).not.toMatch(/\u001b\[\d+m/)
    terminal.signal('SIGINT')
    expect(await terminal.ended()).toBe(3)
  })

  test('status --watch on a terminal: an engine that goes away is said, and looked at again', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    desk.simulator.faults.fail({ times: 1 })
    await using terminal = new OnTerminal(['status', '--watch', '--live', '--config', desk.file])
    await terminal.draws('simulated failure')
    await terminal.draws(/attached.*pms-/)
    terminal.signal('SIGTERM')
    expect(await terminal.ended()).toBe(0)
  })
})

describe('for a script', { timeout: 60_000 }, () => {
  test('status --watch for a script: a line for each change', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    await using watching = new NethealProcess(['status', '--watch', '--json', '--config', desk.file])
    await watching.says('\n')
    desk.simulator.exhaust(NETWORK)
    await desk.simulator.disconnect(NETWORK, APP)
    await desk.run('once')
    await watching.says('"detached"')
    watching.kill('SIGTERM')
    expect(await watching.ended).toEqual({ code: 3, signal: null })
    const lines = watching.out.trimEnd().split('\n')
    const states: string[][] = lines.map(line => JSON.parse(line).attachments.map((a: { state: string }) => a.state))
    expect(states[0]).toEqual(['attached', 'attached'])
    expect(states.at(-1)).toContain('detached')
  })

  test('status --watch for a script: none for a pass that found all as it was', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    await using watching = new NethealProcess(['status', '--watch', '--live', '--json', '--config', desk.file])
    await watching.says('\n')
    // With --live each look asks the engine, which counts.
    const asked = (): number => desk.simulator.calls.total
    for (const _ of [1, 2]) {
      await desk.run('once')
      const before = asked()
      await until(() => asked() > before || null, { what: 'another look', deadline: 30_000 })
    }
    watching.kill('SIGTERM')
    expect(await watching.ended).toEqual({ code: 0, signal: null })
    expect(watching.out.trimEnd().split('\n')).toHaveLength(1)
  })

  test('status --watch for a script: one SIGTERM ends it while a look waits for an engine that hangs', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    await using watching = new NethealProcess(['status', '--watch', '--live', '--json', '--config', desk.file])
    await watching.says('\n')
    desk.simulator.faults.hang({})
    const before = desk.simulator.calls.total
    await until(() => desk.simulator.calls.total > before || null, { what: 'another look', deadline: 30_000 })
    watching.kill('SIGTERM')
    expect(await watching.ended).toEqual({ code: 0, signal: null })
    expect(watching.out.trimEnd().split('\n')).toHaveLength(1)
  })

  test('status --watch for a script: without a terminal and without --json it says what to do', async () => {
    await using desk = await Desk.open({ furnished: false })
    const { code, error, out } = await desk.run('status', '--watch')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error?.hint).toContain('netheal status --watch --json')
  })
})
