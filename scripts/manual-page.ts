// netheal(1), the manual page, made from the same definitions as --help and from the schema of the config.
// Made when a package is made (package.mjs).
import type { Command } from 'commander'
import { type CommandWords, type Flag, grammarOf, isSame, type Value } from '../src/cli/completion/grammar.ts'
import { variables } from '../src/config/environment.ts'
import { RUNG_MEANINGS, STATUS_MEANINGS } from '../src/core/meanings.ts'
import { AMBIENT, DESCRIPTION, FILES, SEE_ALSO } from './manual-words.ts'
import { argument, bold, display, italic, item, paragraph, prose, section } from './roff.ts'

/**
 * The page as roff, as text that ends with a line break.
 * @param said where the help of a command appears when it is asked for
 * @param at its date: milliseconds since the epoch
 */
export function pageOf(program: Command, said: string[], version: string, at: number): string {
  const { name, description, flags, common, commands } = grammarOf(program)
  const date = new Date(at).toISOString().slice(0, 10)
  const help = helpOf(program, said)
  const lines = [
    `.\\" Made from the definitions of the command line. Do not edit.`,
    `.TH ${argument(name.toUpperCase())} 1 ${date} ${argument(`${name} ${version}`)} "User Commands"`,
    // No hyphenation: half of the words are names that somebody will type.
    '.nh',
    '.ad l',
    section('NAME'),
    `${bold(name)} \\- ${prose(summaryOf(description))}`,
    section('SYNOPSIS'),
    `${bold(name)} [${italic('option')} ...] ${italic('command')} [${italic('option')} ...] [${italic('argument')} ...]`,
    section('DESCRIPTION'),
    DESCRIPTION.map(prose).join('\n.PP\n'),
    section('COMMANDS'),
    ...commands.map(command => commandPart(program, command, common, said)),
    section('STATES'),
    prose('`netheal status` and `netheal check` say of each attachment where it stands, and what is proven of it:'),
    ...Object.entries({ ...STATUS_MEANINGS, ...RUNG_MEANINGS }).map(([word, meaning]) =>
      item(bold(word), prose(sentence(meaning))),
    ),
    section('OPTIONS'),
    ...common.map(flag => item(flagTerm(flag), prose(withLacking(flag, commands)))),
    ...flags.map(flag => item(flagTerm(flag), prose(sentence(flag.description)))),
    section('FILES'),
    ...FILES.map(([path, meaning]) => item(italic(path), prose(meaning))),
    section('ENVIRONMENT'),
    ...AMBIENT.map(([variable, meaning]) => item(bold(variable), prose(meaning))),
    ...Array.from(variables(), ([variable, { keys, words }]) =>
      item(bold(variable), prose(`\`${keys.join('.')}\` of the config. ${words.description ?? ''}`)),
    ),
    section('EXIT STATUS'),
    ...exitCodes(help).map(([code, meaning]) => item(bold(code), prose(sentence(meaning)))),
    section('EXAMPLES'),
    display(examplesIn(help)),
    section('SEE ALSO'),
    `${SEE_ALSO.map(([page, volume]) => `${bold(page)}(${volume})`).join(', ')}`,
  ]
  return `${lines.join('\n')}\n`
}

function commandPart(program: Command, words: CommandWords, common: readonly Flag[], said: string[]): string {
  const own = words.flags.filter(flag => !has(common, flag))
  const typed = [bold(`${program.name()} ${words.name}`), ...own.map(bracketed), ...words.parameters.map(valueTerm)]
  const described = words.parameters.filter(({ description }) => description !== '')
  const command = program.commands.find(one => one.name() === words.name)
  const examples = command === undefined ? [] : examplesIn(helpOf(command, said))
  return [
    `.SS ${argument(`${program.name()} ${words.name}`)}`,
    typed.join(' '),
    paragraph(prose(sentence(words.description))),
    ...described.map(parameter => item(valueTerm(parameter), prose(sentence(parameter.description)))),
    ...own.map(flag => item(flagTerm(flag), prose(sentence(flag.description)))),
    ...(examples.length === 0 ? [] : [paragraph(display(examples))]),
  ].join('\n')
}

function withLacking(flag: Flag, commands: readonly CommandWords[]): string {
  const lacking = commands.filter(command => !has(command.flags, flag)).map(command => command.name)
  const about = sentence(flag.description)
  return lacking.length === 0 ? about : `${about} Not with: ${lacking.join(', ')}.`
}

function has(flags: readonly Flag[], flag: Flag): boolean {
  return flags.some(other => isSame(other, flag))
}

function bracketed(flag: Flag): string {
  const last = flag.names.at(-1) ?? ''
  return `[${bold(last)}${flag.value === null ? '' : ` ${italic(flag.value.name)}`}]`
}

function flagTerm(flag: Flag): string {
  return `${flag.names.map(bold).join(', ')}${flag.value === null ? '' : ` ${valueTerm({ ...flag.value, required: true })}`}`
}

function valueTerm(value: Value): string {
  const choices = value.choices.length > 0 ? value.choices.map(bold).join('|') : italic(value.name)
  const several = value.variadic ? `${choices} ...` : choices
  return value.required ? several : `[${several}]`
}

/** The help as it is printed, with what was added to it. */
function helpOf(command: Command, said: string[]): string {
  said.length = 0
  command.outputHelp()
  return said.join('')
}

function examplesIn(help: string): readonly string[] {
  const [, block = ''] = /\nExamples?:\n((?: {2}.*\n)+)/.exec(help) ?? []
  return block.split('\n').flatMap(line => (line === '' ? [] : apart(line.slice(2))))
}

/** A remark that would make a line too long for a terminal stands above it. */
function apart(example: string): readonly string[] {
  const [, typed, remark] = /^(.*?) {2,}(# .*)$/.exec(example) ?? []
  return typed === undefined || remark === undefined || example.length <= 68 ? [example] : [remark, typed]
}

function exitCodes(help: string): readonly (readonly [string, string])[] {
  const [, block = ''] = /\nExit codes:\n((?: {2}.*\n)+)/.exec(help) ?? []
  return [...block.matchAll(/(?:^ {2}| {2,})(\d) (.+?)(?= {2,}\d |$)/gm)].map(([, code = '', meaning = '']) => [
    code,
    meaning,
  ])
}

/** One line without its reasons. */
function summaryOf(description: string): string {
  const [first = ''] = description.split(':')
  return first.charAt(0).toLowerCase() + first.slice(1)
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.?!]$/.test(capital) ? capital : `${capital}.`
}
