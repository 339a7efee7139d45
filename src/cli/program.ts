// The command line: which commands and flags there are, and their help. Each command's code is loaded when it runs.
import { Argument, Command, CommanderError, Option } from 'commander'
import { RUNG_MEANINGS, STATUS_MEANINGS } from '../core/meanings.ts'
import type { Build } from './build.ts'
import type { DiagnoseFlags } from './diagnose/diagnose.ts'
import type { CommonFlags } from './flags.ts'
import type { HistoryFlags } from './history/history.ts'
import type { InitFlags } from './init/init.ts'
import type { ExitCode, ProcessIo } from './process-io.ts'
import type { ReportFlags } from './report/report.ts'
import type { StatusFlags } from './status/status.ts'

/** Runs the command in `argv` (without node and script). Throws NethealError; a wrong flag is reported here: 2. */
export async function runProgram(argv: readonly string[], host: ProcessIo, build: Build): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const done: Done = code => {
    exitCode = code
  }
  const program = programFor(host, build, done)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    // 0 for help and version; any other error of commander's is a wrong flag, which it has reported.
    if (error instanceof CommanderError) return error.exitCode === 0 || isHelpOn(program, argv) ? 0 : 2
    const { withSudo } = await import('./with-sudo.ts')
    throw withSudo(error, argv, host.env)
  }
}

/** `netheal help once`: commander takes its exit code from the process, which has that of an early end by then. */
function isHelpOn(program: Command, [first, name]: readonly string[]): boolean {
  return first === 'help' && (name === undefined || program.commands.some(command => command.name() === name))
}

type Done = (code: ExitCode) => void

/** The definitions. Output goes to the host, the exit code of a command to `done`. */
export function programFor(host: ProcessIo, build: Build, done: Done): Command {
  const program = new Command('netheal')
    .description('Keeps Docker containers on the networks they must be on: heals a lost attachment without a restart.')
    .version(
      `netheal ${build.version} (${build.commit}), ${build.runtime}`,
      '-V, --version',
      'print the version, the build and the runtime',
    )
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('For a list of commands: netheal --help')
    .exitOverride()
    .configureOutput({
      writeOut: text => host.out(text),
      writeErr: text => host.err(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'netheal: ')),
    })
    .addHelpText('after', HELP)
    .hook('preAction', (_, called) => passOn(program, called))
  for (const option of commonOptions(program)) program.addOption(option)

  command(program, 'run', 'run the daemon: restore lost attachments within milliseconds, until it is stopped', [
    'netheal run',
    'netheal run --config ./config.json    # SIGHUP reloads the config, SIGTERM finishes the current action',
  ]).action(async (flags: CommonFlags) => done(await (await import('./run.ts')).run(host, flags, build)))
  command(program, 'once', 'make one pass, for cron; print only what it did', [
    'netheal once',
    '*/2 * * * * netheal netheal once    # in /etc/cron.d, as the user netheal',
  ]).action(async (flags: CommonFlags) => done(await (await import('./once.ts')).once(host, flags, build)))
  command(
    program,
    'check',
    'show what is wrong, what once would do about it, and why; change nothing, but try resolve and reach inside the containers',
    ['netheal check', 'netheal check --json | jq .inSync'],
  ).action(async (flags: CommonFlags) => done(await (await import('./check.ts')).check(host, flags)))

  command(program, 'status', 'show whether netheal is running, the state of each attachment, loops, and a pause', [
    'netheal status',
    'netheal status --live    # asks the engine too',
    'netheal status --watch    # until Ctrl-C; with --json, one line per change',
  ])
    .option(
      '--live',
      'ask the engine too, and try resolve and reach inside the containers, instead of relying on the last pass',
    )
    .option('--watch', 'refresh every two seconds, and at once when something changes')
    .addHelpText(
      'after',
      `\nStates:\n${table(STATUS_MEANINGS)}\n\nWhat is proven of an attachment:\n${table(RUNG_MEANINGS)}`,
    )
    .action(async (flags: StatusFlags) => done(await (await import('./status/status.ts')).status(host, flags)))

  command(program, 'history', 'show what was lost, when and why, how long it took to heal, and loops', [
    'netheal history',
    'netheal history --since 24h --container "pms-*"',
    'netheal history --since 2025-12-29 --until "2025-12-29 14:30" --json | jq .losses',
    'netheal history --log /var/log/pms_ensure_supabase_net.log --since 90d    # the log of an old script works too',
  ])
    .option('--since <when>', 'start of the period: 7d, 24h, 2025-12-29, "2025-12-29 14:32" (UTC; default 7d)')
    .option('--until <when>', 'end of the period; a date alone includes the whole day')
    .option('--container <name>', 'only this container; * matches anything')
    .option('--log <path>', 'the log directory or file to read, instead of the one in the config')
    .action(async (flags: HistoryFlags) => done(await (await import('./history/history.ts')).history(host, flags)))

  command(program, 'diagnose', 'find out what is wrong, what causes it, and how to fix it for good; change nothing', [
    'netheal diagnose',
    'netheal diagnose pms-backend    # one container; works without a config',
    'netheal diagnose --json | jq -r ".findings[] | select(.verdict == \\"wrong\\") | .summary"',
    'sudo netheal diagnose --bundle /tmp/netheal.tar.gz    # everything, secrets masked, for a bug report',
  ])
    .argument(
      '[container]',
      'a container name, the start of an ID, or a Coolify resource (default: every container in the rules)',
    )
    .option('--bundle <file>', 'also write a tar.gz with the diagnosis, versions, config, state and recent log lines')
    .action(async (container: string | undefined, flags: DiagnoseFlags) =>
      done(await (await import('./diagnose/diagnose.ts')).diagnose(host, container, flags, build)),
    )

  command(program, 'report', 'write status and history as one web page; works without an engine', [
    'netheal report --html /tmp/netheal.html',
    'netheal report --html - --since 7d | ssh desk "cat > netheal.html"',
  ])
    .option('--html <file>', 'the file to write; - is standard output')
    .option('--since <when>', 'start of the period: 7d, 24h, 2025-12-29, "2025-12-29 14:32" (UTC; default 30d)')
    .action(async (flags: ReportFlags) => done(await (await import('./report/report.ts')).report(host, flags, build)))

  command(program, 'config', 'print the config in effect, and where each value comes from', [
    'netheal config',
    'netheal config --json | jq .config >config.json    # as a config file, without secrets',
    'NETHEAL_LOG_FORMAT=json netheal config',
  ]).action(async (flags: CommonFlags) => done(await (await import('./config.ts')).config(host, flags)))

  command(program, 'init', 'find the Supabase network and the containers that need it, and print a config', [
    'netheal init',
    'sudo netheal init --write    # writes the config file; never overwrites one',
    'netheal init --network bccg4gs4o4kgsowocw08wkw4    # if there are several Supabase stacks, or none',
    'netheal init --from /usr/local/bin/pms_ensure_supabase_net.sh    # takes over from an old script',
  ])
    .option('--write', 'write the config file, unless it exists')
    .option('--network <name>', 'the network that the containers must be on')
    .option(
      '--from <script>',
      'take the networks, containers and log paths from an old script, which is read, never run',
    )
    .action(async (flags: InitFlags) => done(await (await import('./init/init.ts')).init(host, flags)))

  command(program, 'pause', 'suspend healing, for example during a migration; it resumes by itself', [
    'netheal pause 30m',
    'netheal pause 2h --reason "moving the database"',
  ])
    .argument('<duration>', 'for how long: 90s, 30m, 2h, 1d')
    .option('--reason <text>', 'the reason, which netheal status shows')
    .action(async (duration: string, flags: CommonFlags & { reason?: string }) =>
      done(await (await import('./pause.ts')).pause(host, duration, flags)),
    )

  command(program, 'resume', 'end a pause now', ['netheal resume']).action(async (flags: CommonFlags) =>
    done(await (await import('./pause.ts')).resume(host, flags)),
  )

  command(program, 'notify-test', 'send a test notification to each target, and print its answer', [
    'netheal notify-test',
    'sudo netheal notify-test slack-1    # the running daemon sends it, to one target only',
  ])
    .argument('[target...]', 'target names (default: all of them, and heartbeat.pingUrl)')
    .action(async (targets: readonly string[], flags: CommonFlags) =>
      done(await (await import('./notify-test.ts')).notifyTest(host, targets, flags)),
    )

  command(
    program,
    'demo',
    'show everything on a simulated engine: no Docker, no config, no root',
    ['netheal demo'],
    false,
  ).action(async (flags: CommonFlags) => done(await (await import('./demo/demo.ts')).demo(host, flags)))

  command(
    program,
    'completion',
    'print a completion script for your shell',
    [
      'source <(netheal completion bash)    # in ~/.bashrc',
      'netheal completion zsh >~/.zfunc/_netheal    # in a directory of $fpath',
    ],
    false,
  )
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh']))
    .action(async (shell: string, flags: CommonFlags) =>
      done((await import('./completion/completion.ts')).completion(host, shell, flags, program)),
    )
  return program
}

/** One line a word. */
function table(meanings: Readonly<Record<string, string>>): string {
  return Object.entries(meanings)
    .map(([word, meaning]) => `  ${word.padEnd(12)} ${meaning}`)
    .join('\n')
}

function command(
  program: Command,
  name: string,
  description: string,
  examples: readonly string[],
  configured = true,
): Command {
  const made = program
    .command(name)
    .description(description)
    .showHelpAfterError(`For its options: netheal ${name} --help`)
  for (const option of commonOptions(program)) if (configured || option.long === '--json') made.addOption(option)
  return made
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      `\n${examples.length > 1 ? 'Examples' : 'Example'}:\n${examples.map(e => `  ${e}`).join('\n')}\n`,
    )
}

/** Options that may be given before or after the command. The program parses them in either place. */
function commonOptions(program: Command): readonly Option[] {
  const once =
    (name: string) =>
    (value: string, before: string | undefined): string => {
      if (before !== undefined && before !== value)
        program.error(`error: ${name} is given twice: first ${before}, then ${value}. Give it once.`)
      return value
    }
  return [
    new Option('--json', 'print JSON, for scripts'),
    new Option(
      '-c, --config <file>',
      'the config file (or NETHEAL_CONFIG; default /etc/netheal/config.json)',
    ).argParser(once('--config')),
    new Option('--docker-host <host>', 'the engine: unix://, tcp:// or ssh:// (or DOCKER_HOST)').argParser(
      once('--docker-host'),
    ),
  ]
}

/** Passes the common options on to the command; one that it does not have is an error. */
function passOn(program: Command, called: Command): void {
  for (const option of program.options) {
    const name = option.attributeName()
    if (program.getOptionValueSource(name) !== 'cli') continue
    if (!called.options.some(known => known.long === option.long))
      called.error(`error: netheal ${called.name()} does not take ${option.long}`)
    called.setOptionValueWithSource(name, program.getOptionValue(name), 'cli')
  }
}

const HELP = `
Examples:
  netheal demo                  see it work, without Docker
  netheal init                  print a config for this host
  netheal check                 what is wrong, and what netheal would do about it
  netheal diagnose              what causes it, and how to fix it for good
  sudo systemctl enable --now netheal

Exit codes:
  0 all is well          1 a bug in netheal   2 wrong usage or config
  3 something is wrong   4 the engine cannot be reached
  5 netheal is not running, or hangs
`
