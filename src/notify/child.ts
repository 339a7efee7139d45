// One program, once: its input given, its output kept short, and its end forced. Never a shell.
import { spawn } from 'node:child_process'
import type { Clock } from '../heal/ports.ts'

export type ChildEnd =
  | { readonly kind: 'exited'; readonly code: number; readonly output: string }
  /** By a signal that was not ours. */
  | { readonly kind: 'killed'; readonly by: string; readonly output: string }
  | { readonly kind: 'unstarted'; readonly why: string }
  /** `signal` aborted, and it was killed. */
  | { readonly kind: 'given-up' }

/** The last of stdout and stderr together; it goes nowhere unless the program failed. */
const LONGEST_OUTPUT = 2_000

/** Milliseconds from its end to the end of its pipes. */
const LAST_WORDS = 500

/** Nothing of our environment but this: a config's secrets may be in it. */
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' }

/** Never rejects. What the program itself started and left behind is its own affair: nobody waits for that. */
export function runChild(argv: readonly string[], input: string, clock: Clock, signal: AbortSignal): Promise<ChildEnd> {
  const [program = '', ...args] = argv
  return new Promise(resolve => {
    if (signal.aborted) {
      resolve({ kind: 'given-up' })
      return
    }
    const child = spawn(program, args, { env: ENVIRONMENT, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-LONGEST_OUTPUT)
    }
    const end = (how: ChildEnd): void => {
      signal.removeEventListener('abort', kill)
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
      resolve(how)
    }
    function kill(): void {
      child.kill('SIGKILL')
      end({ kind: 'given-up' })
    }
    signal.addEventListener('abort', kill, { once: true })
    child.once('error', (error: NodeJS.ErrnoException) =>
      end({ kind: 'unstarted', why: `${program} cannot be run (${error.code ?? 'unknown'})` }),
    )
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    // One that does not read its input is heard all the same.
    child.stdin?.on('error', () => undefined)
    let ended: (() => void) | null = null
    child.once('exit', (code, by) => {
      ended = () =>
        end(code === null ? { kind: 'killed', by: by ?? 'a signal', output } : { kind: 'exited', code, output })
      // What it said last may still be on its way; a child of its own that holds the pipes open is not waited for.
      void clock.sleep(LAST_WORDS, signal).then(ended)
    })
    child.once('close', () => ended?.())
    child.stdin?.end(input)
  })
}
