// Commands, flags and arguments as data, read from the same definitions that --help prints.
// The shell completions and the manual page are made from this.
import type { Argument, Command, Option } from 'commander'

export interface Grammar {
  readonly name: string
  readonly description: string
  /** Flags that stand without a command: --version, --help. */
  readonly flags: readonly Flag[]
  /** Flags that may be given before or after the command: --config, ... */
  readonly common: readonly Flag[]
  readonly commands: readonly CommandWords[]
}

export interface CommandWords {
  readonly name: string
  readonly description: string
  readonly flags: readonly Flag[]
  readonly parameters: readonly Parameter[]
}

export interface Flag {
  /** As it is typed: `-c`, `--config`; the long one last. */
  readonly names: readonly string[]
  readonly value: Value | null
  readonly description: string
}

/** What follows a flag, or stands as an argument. */
export interface Value {
  /** `file`, `duration`, ... as in `--config <file>`. */
  readonly name: string
  readonly required: boolean
  /** There may be several. */
  readonly variadic: boolean
  /** The only words allowed; empty for any. */
  readonly choices: readonly string[]
}

export interface Parameter extends Value {
  readonly description: string
}

/** Everything that is not hidden, in the order of the help, its own flag and command too. */
export function grammarOf(program: Command): Grammar {
  const help = program.createHelp()
  const flags = (command: Command): readonly Flag[] => help.visibleOptions(command).map(flagOf)
  const commands = help.visibleCommands(program).map(command => ({
    name: command.name(),
    description: command.description(),
    flags: flags(command),
    parameters: command.registeredArguments.map(parameterOf),
  }))
  const isCommon = (flag: Flag): boolean => commands.some(command => command.flags.some(other => isSame(flag, other)))
  return {
    name: program.name(),
    description: program.description(),
    flags: flags(program).filter(flag => !isCommon(flag)),
    common: flags(program).filter(isCommon),
    commands,
  }
}

export function isSame(a: Flag, b: Flag): boolean {
  return a.names.join() === b.names.join() && a.description === b.description
}

function flagOf(option: Option): Flag {
  const [, name] = /[<[]([^>\].]+)/.exec(option.flags) ?? []
  const { required, variadic, argChoices: choices = [] } = option
  return {
    names: [option.short, option.long].filter(one => one !== undefined),
    value: name === undefined ? null : { name, required, variadic, choices },
    description: option.description,
  }
}

function parameterOf(argument: Argument): Parameter {
  const { required, variadic, description, argChoices: choices = [] } = argument
  return { name: argument.name(), required, variadic, choices, description }
}
