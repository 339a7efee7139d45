// The completion script for bash (4.2 and later). It needs nothing of the package bash-completion, and runs no program.
import { assertNever } from '../../core/errors.ts'
import type { Flag, Grammar, Parameter } from './grammar.ts'
import { type Offer, offerFor } from './offer.ts'

/** The script, as text that ends with a line break. */
export function bashCompletion(grammar: Grammar): string {
  const { name, commands } = grammar
  return `# bash completion for ${name}. Made by: ${name} completion bash
_${name}_flags() { # of a command
  case $1 in
    '') REPLY='${words([...grammar.flags, ...grammar.common])}' ;;
${commands.map(command => `    ${command.name}) REPLY='${words(command.flags)}' ;;`).join('\n')}
    *) REPLY= ;;
  esac
}

_${name}_offer() { # what may follow a flag of a command, or stand as its argument number so and so
  case $1 in
${offersFor('', grammar.common, [], grammar).join('\n')}
${commands.flatMap(one => offersFor(one.name, one.flags, one.parameters, grammar)).join('\n')}
    *) REPLY= ;;
  esac
}

_${name}() {
  local REPLY word cur command= offer= glue= i n=0 position=0
  local -a line=()
  COMPREPLY=()
  # Bash takes --flag=value and unix:///x apart at "=" and ":". Here they are whole again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]-}
    if ((n > 0)) && [[ -n $glue || $word =~ ^[=:]+$ ]]; then
      line[n - 1]+=$word
    else
      line[n]=$word
      n=$((n + 1))
    fi
    if [[ $word =~ ^[=:]+$ ]]; then glue=1; else glue=; fi
  done
  cur=\${line[n - 1]}

  for ((i = 1; i < n - 1; i++)); do
    word=\${line[i]}
    if [[ -n $offer ]]; then
      offer=
      continue
    fi
    case $word in
      --*=*) ;;
      -?*)
        _${name}_offer "$command $word"
        offer=$REPLY
        ;;
      *) if [[ -z $command ]]; then command=$word; else position=$((position + 1)); fi ;;
    esac
  done

  if [[ -z $offer && $cur == --*=* ]]; then
    _${name}_offer "$command \${cur%%=*}"
    offer=\${REPLY:-anything}
    cur=\${cur#*=}
  elif [[ -z $offer && $cur == -* ]]; then
    _${name}_flags "$command"
    offer="words $REPLY"
  elif [[ -z $offer && -z $command ]]; then
    offer='words ${commands.map(command => command.name).join(' ')}'
  elif [[ -z $offer ]]; then
    _${name}_offer "$command $position"
    offer=$REPLY
    if [[ -z $offer ]]; then
      _${name}_offer "$command +"
      offer=$REPLY
    fi
  fi

  case $offer in
    files) compopt -o default 2>/dev/null ;;
    folders) compopt -o dirnames 2>/dev/null ;;
    words*)
      for word in \${offer#words}; do
        if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
      done
      # What stands before the last ":" is for bash another word, and stays.
      if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then COMPREPLY=("\${COMPREPLY[@]#"\${cur%"\${cur##*:}"}"}"); fi
      # Something follows the "//" of a half address.
      if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *// ]]; then compopt -o nospace 2>/dev/null; fi
      ;;
  esac
}

complete -F _${name} ${name}
`
}

function words(flags: readonly Flag[]): string {
  return flags.flatMap(flag => flag.names).join(' ')
}

/** One line for each flag with a value and for each argument; `+` is the last one, when there may be several. */
function offersFor(
  command: string,
  flags: readonly Flag[],
  parameters: readonly Parameter[],
  grammar: Grammar,
): readonly string[] {
  const line = (keys: readonly string[], offer: Offer): string =>
    `    ${keys.map(key => `'${command} ${key}'`).join(' | ')}) REPLY='${text(offer)}' ;;`
  return [
    ...flags.flatMap(({ names, value }) => (value === null ? [] : [line(names, offerFor(value, grammar))])),
    ...parameters.map((one, i) => line([one.variadic ? '+' : String(i)], offerFor(one, grammar))),
  ]
}

function text(offer: Offer): string {
  switch (offer.kind) {
    case 'files':
    case 'folders':
    case 'anything':
      return offer.kind
    case 'words':
      return `words ${offer.words.join(' ')}`
    default:
      return assertNever(offer)
  }
}
