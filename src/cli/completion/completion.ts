// `netheal completion bash|zsh`: prints the script that completes commands, flags and their values.
import type { Command } from 'commander'
import { JSON_VERSION, jsonText } from '../json.ts'
import type { ExitCode, ProcessIo } from '../process-io.ts'
import { bashCompletion } from './bash.ts'
import { grammarOf } from './grammar.ts'
import { zshCompletion } from './zsh.ts'

/** @param shell `bash` or `zsh`: the command line takes no other */
export function completion(
  host: ProcessIo,
  shell: string,
  flags: { readonly json?: boolean },
  program: Command,
): ExitCode {
  const script = shell === 'bash' ? bashCompletion(grammarOf(program)) : zshCompletion(grammarOf(program))
  host.out(flags.json ? jsonText({ version: JSON_VERSION, shell, script }) : script)
  return 0
}
