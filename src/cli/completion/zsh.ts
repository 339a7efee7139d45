// The completion script for zsh: to be sourced after compinit, or as a file _netheal in a directory of $fpath.
import { assertNever } from '../../core/errors.ts'
import type { CommandWords, Flag, Grammar, Parameter, Value } from './grammar.ts'
import { type Offer, offerFor } from './offer.ts'

/** The script, as text that ends with a line break. */
export function zshCompletion(grammar: Grammar): string {
  const { name, commands } = grammar
  const flags = [
    ...grammar.flags.map(flag => next(flagSpec(flag, grammar, '- *'))),
    ...grammar.common.map(flag => next(flagSpec(flag, grammar, ''))),
  ]
  return `#compdef ${name}
compdef _${name} ${name}
# zsh completion for ${name}. Made by: ${name} completion zsh

_${name}() {
  local curcontext=$curcontext state line
  local -a commands
  typeset -A opt_args
  commands=(
${commands.map(command => `    ${quoted(`${command.name}:${command.description}`)}`).join('\n')}
  )
  _arguments -C${flags.join('')}${next("'(-)1: :->command'")}${next("'(-)*:: :->arguments'")} && return
  case $state in
    command) _describe -t commands '${name} command' commands ;;
    arguments)
      curcontext="\${curcontext%:*}-$words[1]:"
      case $words[1] in
${commands.map(command => commandCase(command, grammar)).join('\n')}
      esac
      ;;
  esac
}

# Loaded by its name from $fpath, this file is the function.
if [ "$funcstack[1]" = _${name} ]; then _${name} "$@"; fi
`
}

function commandCase(command: CommandWords, grammar: Grammar): string {
  const specs = [
    ...command.flags.map(flag => flagSpec(flag, grammar, '')),
    ...command.parameters.map((parameter, i) => parameterSpec(parameter, i, grammar)),
  ]
  return `        ${command.name}) _arguments -s${specs.map(spec => ` \\\n            ${spec}`).join('')} ;;`
}

/** `'(-c --config)'{-c,--config=}'[what it is]:file:_files'`. @param others what does not go with it */
function flagSpec({ names, value, description }: Flag, grammar: Grammar, others: string): string {
  const last = names.length - 1
  const spelt = names.map((one, i) => (value !== null && i === last && one.startsWith('--') ? `${one}=` : one))
  const several = value?.variadic === true
  const exclusive = several ? '*' : `(${[others, ...names].filter(one => one !== '').join(' ')})`
  const action = value === null ? '' : `:${escaped(value.name)}:${actionOf(value, grammar)}`
  const about = quoted(`[${bracketed(description)}]${action}`)
  return `${quoted(exclusive)}${spelt.length > 1 ? `{${spelt.join(',')}}` : spelt.join('')}${about}`
}

function parameterSpec(parameter: Parameter, at: number, grammar: Grammar): string {
  const place = parameter.variadic ? '*:' : `${at + 1}${parameter.required ? ':' : '::'}`
  return quoted(`${place}${escaped(parameter.name)}:${actionOf(parameter, grammar)}`)
}

function actionOf(value: Value, grammar: Grammar): string {
  const offer: Offer = offerFor(value, grammar)
  switch (offer.kind) {
    case 'files':
      return '_files'
    case 'folders':
      return '_files -/'
    case 'anything':
      // Says what is expected here. A blank, zsh's own way to do so, would hide the flags.
      return `{_message ${value.name.replace(/[^\w-]/g, '')}}`
    case 'words':
      return `(${offer.words.map(escaped).join(' ')})`
    default:
      return assertNever(offer)
  }
}

/** A colon ends a part of a specification. */
function escaped(text: string): string {
  return text.replace(/[\\:]/g, '\\$&')
}

function bracketed(text: string): string {
  return text.replace(/[\\[\]]/g, '\\$&')
}

/** One word for the shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function next(spec: string): string {
  return ` \\\n    ${spec}`
}
