// The command line as it is defined, to be read and not to be run: for what is made of it when a package is made, and tests.
import type { Command } from 'commander'
import { bashCompletion } from '../src/cli/completion/bash.ts'
import { grammarOf } from '../src/cli/completion/grammar.ts'
import { zshCompletion } from '../src/cli/completion/zsh.ts'
import type { ProcessIo } from '../src/cli/process-io.ts'
import { programFor } from '../src/cli/program.ts'
import { pageOf } from './manual-page.ts'

/** Texts that a package installs beside the program. */
export interface Shipped {
  /** netheal(1), as roff. */
  readonly manual: string
  readonly bash: string
  readonly zsh: string
}

/** @param at the date of the manual page: milliseconds since the epoch */
export function shippedTexts(version: string, at: number): Shipped {
  const said: string[] = []
  const program = definitions(version, text => said.push(text))
  const grammar = grammarOf(program)
  return { manual: pageOf(program, said, version, at), bash: bashCompletion(grammar), zsh: zshCompletion(grammar) }
}

/** @param out is given what a command prints when its help is asked for */
export function definitions(version: string, out: (text: string) => void): Command {
  const quiet = { isTerminal: false, color: false }
  const never = new AbortController().signal
  const host: ProcessIo = {
    ...{ env: {}, pid: 0, out, err: out, stdout: quiet, stderr: quiet },
    signals: { stop: never, abort: never, onReload: () => undefined },
  }
  return programFor(host, { version, commit: '', runtime: '' }, () => undefined)
}
