// Children for tests of what outlives a process: plain node running a script of test/record/child, killed when disposed.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Child extends AsyncDisposable {
  readonly pid: number
  /** The next line that it prints. */
  line(): Promise<string>
  kill(signal?: NodeJS.Signals): Promise<void>
}

export function startChild(script: string, ...args: readonly string[]): Child {
  const path = fileURLToPath(new URL(`child/${script}`, import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    pid: child.pid ?? 0,
    async line() {
      const next = await lines.next()
      if (next.done) throw new Error(`${script} ended and said nothing`)
      return next.value
    },
    kill: signal => end(child, signal),
    [Symbol.asyncDispose]: () => end(child),
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}
