/** A real interactive shell on a terminal of its own, into which a test types; `netheal` in it only says how it was called. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../support/until.ts'

export type ShellName = 'bash' | 'zsh'

/** Where the shell stands when it waits for something to be typed; never echoed by what is typed. */
const PROMPT = '@ready@'

const STARTS: Readonly<Record<ShellName, { readonly command: string; readonly setup: readonly string[] }>> = {
  bash: {
    command: 'bash --noprofile --norc -i',
    setup: ['bind "set bell-style none"', 'bind "set enable-bracketed-paste off"', 'bind "set page-completions off"'],
  },
  zsh: {
    command: 'zsh -f -i',
    setup: ['unsetopt beep zle_bracketed_paste 2>/dev/null', 'autoload -U compinit', 'compinit -D -u'],
  },
}

export class Typing implements AsyncDisposable {
  readonly folder: string
  readonly #child: ChildProcess
  #said = ''

  private constructor(folder: string, child: ChildProcess) {
    this.folder = folder
    this.#child = child
    child.stdout?.on('data', chunk => (this.#said += chunk))
  }

  /** The shell, in a folder of its own, after it has read the completion script. */
  static async begin(shell: ShellName, script: string): Promise<Typing> {
    const folder = mkdtempSync(join(tmpdir(), 'netheal-typing-'))
    writeFileSync(join(folder, 'completion'), script)
    const { command, setup } = STARTS[shell]
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        TERM: 'dumb',
        LC_ALL: 'C.UTF-8',
        PS1: 'starting> ',
        ZDOTDIR: folder,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const typing = new Typing(folder, child)
    // Split, so that the echo of the line does not look like the prompt that it sets.
    await typing.#line("PS1='@rea''dy@'; stty -echo columns 200; netheal() { printf '<%s>' \"$@\"; echo '@en''d@'; }")
    for (const line of [...setup, 'source ./completion', 'rm completion']) await typing.#line(line)
    return typing
  }

  /** Types the text (a tab asks for completion), then Enter: the arguments that netheal was called with. */
  async arguments(typed: string): Promise<readonly string[]> {
    const from = this.#said.length
    this.#child.stdin?.write(`netheal ${typed}\n`)
    await until(() => this.#said.slice(from).includes('@end@'), { what: `netheal ${typed} is run` })
    await until(() => this.#said.slice(from).split('@end@').at(-1)?.includes(PROMPT) === true, { what: 'the prompt' })
    const [, called = ''] = /((?:<[^<>]*>)*)@end@/.exec(this.#said.slice(from)) ?? []
    return [...called.matchAll(/<([^<>]*)>/g)].map(([, word = '']) => word)
  }

  async #line(text: string): Promise<void> {
    const from = this.#said.length
    this.#child.stdin?.write(`${text}\n`)
    await until(() => this.#said.slice(from).includes(PROMPT), { what: `the prompt after: ${text}` })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise(resolve => this.#child.once('close', resolve))
    this.#child.stdin?.end('\u0003\nexit\n')
    this.#child.kill('SIGHUP')
    await ended
    rmSync(this.folder, { recursive: true, force: true })
  }
}
