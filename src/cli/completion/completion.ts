// `netheal completion bash|zsh`: prints the script that completes commands, flags and their values.
import type { Command } from 'commander'
import { NethealError } from '../../core/errors.ts'
import { JSON_VERSION, jsonText } from '../json.ts'
import type { ExitCode, ProcessIo } from '../process-io.ts'
import { bashCompletion } from './bash.ts'
import { type Grammar, grammarOf } from './grammar.ts'
import { zshCompletion } from './zsh.ts'

/** @throws NethealError `usage` for another shell */
export function completion(
  host: ProcessIo,
  shell: string,
  flags: { readonly json?: boolean },
  program: Command,
): ExitCode {
  const script = scriptFor(shell, grammarOf(program))
  host.out(flags.json ? jsonText({ version: JSON_VERSION, shell, script }) : script)
  return 0
}

function scriptFor(shell: string, grammar: Grammar): string {
  if (shell === 'bash') return bashCompletion(grammar)
  if (shell === 'zsh') return zshCompletion(grammar)
  throw new NethealError('usage', `no completion for ${shell}`, { hint: 'supported shells: bash, zsh' })
}
