// `netheal completion`: a real bash and a real zsh, on a terminal, with the tab key pressed in them.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { definitions } from '../../scripts/shipped-texts.ts'
import { bashCompletion } from '../../src/cli/completion/bash.ts'
import { grammarOf } from '../../src/cli/completion/grammar.ts'
import { offerFor } from '../../src/cli/completion/offer.ts'
import { zshCompletion } from '../../src/cli/completion/zsh.ts'
import { type Prepared, prepareCommand } from '../support/debian-package.ts'
import { Desk } from './desk.ts'
import { type ShellName, Typing } from './typing.ts'

const TAB = '\t'
const grammar = grammarOf(definitions('0.1.0', () => undefined))

/** A command that nobody would define. */
function odd(): Command {
  const program = new Command('netheal')
  program
    .command('it')
    .description(`it's [a] "test": $(rm -rf /) \\ \`x\``)
    .addOption(new Option('--one <what>', `it's: [x] \\ "$HOME"`).choices(['a', "b'c", 'd e', '$(x)', 'f:g']))
    .option('--more <file...>', 'several')
    .option('--maybe [x]', 'perhaps')
    .addOption(new Option('--secret').hideHelp())
    .argument('<folder>', 'in which')
    .argument('[rest...]', 'the rest')
  return program
}

/** What is typed, and what netheal is called with. */
const CASES: readonly [string, string, readonly string[]][] = [
  ['a command', `statu${TAB}`, ['status']],
  ['a command with a dash', `notify${TAB}`, ['notify-test']],
  ['the command to be helped with', `help histo${TAB}`, ['help', 'history']],
  ['a flag of a command', `status --wat${TAB}`, ['status', '--watch']],
  ['a flag without a command', `--vers${TAB}`, ['--version']],
  ['a common flag without a command', `--jso${TAB}`, ['--json']],
  ['a file before the command', `--config onl${TAB}`, ['--config', 'only.json']],
  ['a command after a common flag', `-c x statu${TAB}`, ['-c', 'x', 'status']],
  [
    'a flag of a command after a common flag',
    `-c x --json status --wat${TAB}`,
    ['-c', 'x', '--json', 'status', '--watch'],
  ],
  ['a flag after a flag with a value', `status -c x --wat${TAB}`, ['status', '-c', 'x', '--watch']],
  ['a flag after an argument', `pause 5m --jso${TAB}`, ['pause', '5m', '--json']],
  ['a file', `check --config onl${TAB}`, ['check', '--config', 'only.json']],
  ['a file after a short flag', `check -c onl${TAB}`, ['check', '-c', 'only.json']],
  ['a file after an equals sign', `check --config=onl${TAB}`, ['check', '--config=only.json']],
  ['a file with a space', `init --from fold${TAB}a${TAB}`, ['init', '--from', 'folder/a script.sh']],
  ['a word of two', `completion z${TAB}`, ['completion', 'zsh']],
  ['a duration', `pause 3${TAB}`, ['pause', '30m']],
  [
    'an address with colons',
    `check --docker-host uni${TAB}`,
    ['check', '--docker-host', 'unix:///var/run/docker.sock'],
  ],
  [
    'an address from its middle',
    `check --docker-host unix:///v${TAB}`,
    ['check', '--docker-host', 'unix:///var/run/docker.sock'],
  ],
  [
    'an address after an equals sign',
    `once --docker-host=uni${TAB}`,
    ['once', '--docker-host=unix:///var/run/docker.sock'],
  ],
  ['no value where nobody can know it', `diagnose onl${TAB}`, ['diagnose', 'onl']],
  ['no flag of another command', `once --liv${TAB}`, ['once', '--liv']],
  ['no second argument', `pause 5m 3${TAB}`, ['pause', '5m', '3']],
  ['nothing for a command that is none', `nosuch --js${TAB}`, ['nosuch', '--js']],
]

/** The program that gives a shell a terminal. */
const terminal = await prepareCommand('script', 'bsdutils')

async function prepared(shell: ShellName): Promise<Prepared> {
  return 'absence' in terminal ? terminal : prepareCommand(shell, shell)
}

const shells: readonly [ShellName, string, Prepared][] = [
  ['bash', bashCompletion(grammar), await prepared('bash')],
  ['zsh', zshCompletion(grammar), await prepared('zsh')],
]

describe.each(shells)('in %s', (name, script, found) => {
  test.skipIf('absence' in found)('the completion script can be read, whatever commands are defined', () => {
    if ('absence' in found) return
    const strange = name === 'bash' ? bashCompletion(grammarOf(odd())) : zshCompletion(grammarOf(odd()))
    for (const input of [script, strange]) execFileSync(found.program, ['-n'], { input })
  })

  describe.skipIf('absence' in found)('the tab key completes', () => {
    let typing: Typing
    beforeAll(async () => {
      typing = await Typing.begin(name, script)
      writeFileSync(join(typing.folder, 'only.json'), '')
      mkdirSync(join(typing.folder, 'folder'))
      writeFileSync(join(typing.folder, 'folder/a script.sh'), '')
    })
    afterAll(() => typing?.[Symbol.asyncDispose]())

    test.each(CASES)('the tab key completes: %s', async (_, typed, called) => {
      expect(await typing.arguments(typed)).toEqual(called)
    })

    test('the tab key completes every command, and every long flag of it', async () => {
      for (const command of grammar.commands) {
        expect(await typing.arguments(`${command.name}${TAB}`)).toEqual([command.name])
        for (const { names, value } of command.flags) {
          const long = names.at(-1) ?? ''
          const more = value === null ? '' : 'x'
          expect(await typing.arguments(`${command.name} ${long.slice(0, -1)}${TAB}${more}`)).toEqual(
            // zsh writes the sign between a flag and its value, bash a space: the same to netheal.
            [command.name, ...(value === null ? [long] : name === 'zsh' ? [`${long}=x`] : [long, 'x'])],
          )
        }
      }
    })
  })
})

describe('the scripts', () => {
  test.each(shells)(
    'the completion scripts of %s are what the command prints, as text and as JSON',
    async (shell, script) => {
      await using desk = await Desk.open({ furnished: false })
      expect(await desk.plain('completion', shell)).toMatchObject({ code: 0, out: script, err: '', error: null })
      const { out } = await desk.plain('completion', shell, '--json')
      expect(JSON.parse(out)).toEqual({ version: 1, shell, script })
    },
  )

  test('completion of another shell is refused, and the two that exist are named', async () => {
    await using desk = await Desk.open({ furnished: false })
    const { code, err } = await desk.plain('completion', 'fish')
    expect(code).toBe(2)
    expect(err).toMatch(/bash, zsh/)
  })

  test.each(shells)('the completion scripts of %s name every command', (_, script) => {
    expect(grammar.commands.length).toBeGreaterThan(10)
    for (const command of grammar.commands) expect(script).toContain(`${command.name})`)
  })
})

describe('whatever is defined', () => {
  const read = grammarOf(odd())

  test('a completion script is read by its shell, whatever commands are defined', () => {
    const [it] = read.commands
    expect(it?.flags.map(({ names, value }) => [names, value?.name, value?.variadic])).toEqual([
      [['--one'], 'what', false],
      [['--more'], 'file', true],
      [['--maybe'], 'x', false],
      [['-h', '--help'], undefined, undefined],
    ])
    expect(it?.parameters).toMatchObject([
      { name: 'folder', required: true, variadic: false },
      { name: 'rest', required: false, variadic: true },
    ])
  })

  test('completion offers no word that a shell could take for something else', () => {
    const value = read.commands[0]?.flags[0]?.value ?? null
    expect(value === null ? null : offerFor(value, read)).toEqual({ kind: 'words', words: ['a', 'f:g'] })
  })
})
