// The words of a command, as a shell would hand them to it: variables, arrays, arguments, quotes, braces, and the commands
// whose output is a part of a word.
import type { DoubleQuotedChild, ParameterExpansionPart, ParsedScript, Word, WordPart } from 'unbash'
import { assignedValue, type Source, type State, type Variable, variableOf } from './state.ts'
import { fieldsOf, joined, known, unknown, type Value } from './value.ts'

/** What expanding needs of the reader that it serves. */
export interface Around {
  readonly source: Source
  /** Output of a command in a word; null where only a run would tell. */
  readonly outputOf: (script: ParsedScript, state: State) => Value | null
  /** False: it is too much. */
  readonly spend: () => boolean
}

/** `state`: as it is afterwards, for `${X:=value}` sets X. */
export interface Expanded {
  readonly fields: readonly Value[]
  readonly state: State
}

const WHITE = ' \t\n'
const MOST_FIELDS = 500
/** Of what is told about a variable that is set nowhere: files that may set it, and characters. */
const MOST_NAMED = 3
const LONGEST_HOLE = 400
/** Braces in braces: nobody writes more by hand. */
const DEEPEST = 40
/** What every process finds set, or the shell sets itself. */
const INHERITED =
  /^(\W|\d+|HOME|PATH|USER|LOGNAME|SHELL|HOST\w*|PWD|OLDPWD|LANG|LC_\w+|TERM|TZ|E?UID|PPID|RANDOM|SECONDS|BASH\w*|[A-Z]+_(RUNTIME|HOME)\w*)$/

export function expand(words: readonly Word[], state: State, around: Around): Expanded {
  const expander = new Expander(state, around)
  const fields = words.flatMap(word => expander.fields(word))
  return { fields: fields.slice(0, MOST_FIELDS), state: expander.state }
}

/** One word that is never split: the value of an assignment, a here-string. */
export function expandOne(word: Word, state: State, around: Around): { readonly value: Value; readonly state: State } {
  const expander = new Expander(state, around)
  return { value: expander.value(word), state: expander.state }
}

/** The text of a here-document. */
export function expandText(parts: readonly WordPart[], state: State, around: Around): Value {
  const expander = new Expander(state, around)
  return joined(parts.map(part => expander.whole(part)))
}

/** What an expansion stands for: several for `"$@"`. */
type Several = readonly Value[]

class Expander {
  state: State
  readonly #around: Around
  #depth = 0

  constructor(state: State, around: Around) {
    this.state = state
    this.#around = around
  }

  fields(word: Word): Several {
    return this.#around.spend() ? this.#fieldsOf(word.parts ?? [literal(word)]) : []
  }

  value(word: Word): Value {
    return joined((word.parts ?? [literal(word)]).map(part => this.whole(part)))
  }

  /** One part, its several values as one. */
  whole(part: WordPart): Value {
    if (part.type === 'DoubleQuoted' || part.type === 'LocaleString')
      return joined(part.parts.map(child => this.whole(child)))
    return joined(this.#several(part).flatMap((v, i) => (i === 0 ? [v] : [[' '], v])))
  }

  #fieldsOf(parts: readonly WordPart[]): Several {
    const at = parts.findIndex(p => p.type === 'BraceExpansion')
    const brace = parts[at]
    const choices = brace === undefined ? null : choicesOf(brace.text)
    if (choices !== null) {
      return choices.flatMap(text => {
        if (!this.#around.spend() || ++this.#depth > DEEPEST) return []
        const chosen: WordPart = { type: 'Literal', pos: 0, end: 0, value: text, text }
        const fields = this.#fieldsOf([...parts.slice(0, at), chosen, ...parts.slice(at + 1)])
        this.#depth--
        return fields
      })
    }
    const fields: Value[] = []
    let current: Value | null = null
    const cut = (): void => {
      if (current !== null) fields.push(current)
      current = null
    }
    const add = (values: Several): void => {
      for (const [i, value] of values.entries()) {
        if (i > 0) cut()
        current = joined([current ?? [], value])
      }
    }
    for (const part of parts) {
      if (part.type === 'DoubleQuoted' || part.type === 'LocaleString') {
        const children = part.parts.map(child => this.#several(child))
        // `"$@"` without arguments is no word at all, `""` is one.
        if (part.parts.length !== 1 || children[0]?.length !== 0) add([[]])
        for (const several of children) add(several)
      } else if (part.type === 'SingleQuoted' || part.type === 'AnsiCQuoted') add([[part.value]])
      else if (part.type === 'Literal' || part.type === 'Glob') add([[part.value]])
      else {
        const separators = known(this.state.variables.get('IFS')?.entries.get('0')) ?? WHITE
        for (const [i, value] of this.#several(part).entries()) {
          if (i > 0) cut()
          add(fieldsOf(value, separators))
        }
      }
    }
    cut()
    return fields
  }

  #several(part: WordPart | DoubleQuotedChild): Several {
    switch (part.type) {
      case 'Literal':
      case 'SingleQuoted':
      case 'AnsiCQuoted':
      case 'Glob':
        return [[part.value]]
      case 'SimpleExpansion':
        return this.#variable(part.text.slice(1), part)
      case 'ParameterExpansion':
        return this.#parameter(part)
      case 'CommandExpansion': {
        const output = part.script === undefined ? null : this.#around.outputOf(part.script, this.state)
        const inner = part.text.replace(/^(\$\(|`|\$\{)/, '').slice(0, -1)
        return [output ?? this.#hole(`$(${inner.trim()})`, part)]
      }
      default:
        return [this.#hole(part.text, part)]
    }
  }

  #hole(text: string, { pos }: { readonly pos: number }): Value {
    return [unknown(text, this.#around.source.lineAt(pos))]
  }

  /** `$NAME`, `$1`, `$@`. */
  #variable(name: string, part: WordPart): Several {
    const found = this.#lookup(name, null)
    if (found !== null) return found
    const from = this.state.missing.map(m => m.file)
    const hint =
      from.length === 0 || /^\W|^\d/.test(name)
        ? ''
        : ` (from ${[...new Set(from)].slice(0, MOST_NAMED).join(' or ')}?)`
    const hole = { text: `$${name}${hint}`.slice(0, LONGEST_HOLE), line: this.#around.source.lineAt(part.pos) }
    const isUnset = from.length === 0 && this.state.isCallerKnown && !INHERITED.test(name)
    return [[isUnset ? { ...hole, unset: true } : hole]]
  }

  /** Null: not set, as far as is known. */
  #lookup(name: string, index: Value | null): Several | null {
    const { args } = this.state
    if (name === '@' || name === '*') return args
    if (name === '#') return args === null ? null : [[String(args.length)]]
    if (name === '0' || name === 'BASH_SOURCE') {
      const { file } = this.#around.source
      const given = this.state.variables.get('0')?.entries.get('0')
      return given !== undefined ? [given] : file === null ? null : [[file]]
    }
    if (/^\d+$/.test(name)) {
      const arg = args?.[Number(name) - 1]
      return arg === undefined ? null : [arg]
    }
    const variable = variableOf(this.state, name)
    if (variable === undefined) return null
    const key = index === null ? '0' : known(index)
    if (key === '@' || key === '*') return [...variable.entries.values()]
    if (key === null) return null
    // `${NAMES[i]}`: the index of a plain array is an arithmetic, and names a variable without a `$`.
    const value =
      variable.entries.get(key) ?? variable.entries.get(known(variableOf(this.state, key)?.entries.get('0')) ?? key)
    return value === undefined ? null : [value]
  }

  #parameter(part: ParameterExpansionPart): Several {
    const { parameter, prefix, operation, text } = part
    const open: Several = [this.#hole(text, part)]
    if (++this.#depth > DEEPEST) return open
    try {
      const index = part.index === undefined ? null : this.value(part.index)
      const isAll = index !== null && ['@', '*'].includes(known(index) ?? '')
      if (prefix === '!') return this.#indirect(parameter, isAll) ?? open
      const found = this.#lookup(parameter, index)
      if (prefix === '#') return found === null || !isAll ? open : [[String(found.length)]]
      if (operation === undefined) return found ?? (index === null ? this.#variable(parameter, part) : open)
      switch (operation.type) {
        case 'Default': {
          const { operator, operand } = operation
          const sign = operator.at(-1)
          const isEmpty = found !== null && operator.startsWith(':') && found.every(v => known(v) === '')
          const isSet = found !== null && found.length > 0 && !isEmpty
          if (sign === '+') return isSet ? [this.value(operand)] : [[]]
          if (isSet) return found
          // What a file that nobody could read may have set, the script did not leave to its default.
          if (sign === '?' || (found === null && this.state.missing.some(m => m.closed)))
            return this.#variable(parameter, part)
          const value = this.value(operand)
          if (sign === '=') this.state = assignedValue(this.state, parameter, value)
          return [value]
        }
        case 'Remove': {
          const pattern = known(this.value(operation.operand))
          if (pattern === null) return open
          const cut = (found ?? []).map(v => withoutEnd(known(v), pattern, operation.operator))
          return cut.length > 0 && cut.every(t => t !== null) ? cut.map(t => [t]) : open
        }
        case 'Replace': {
          const pattern = known(this.value(operation.pattern))
          const instead = known(this.value(operation.replacement))
          const texts = (found ?? []).map(known)
          if (pattern === null || pattern === '' || /[*?[]/.test(pattern) || instead === null) return open
          if (texts.length === 0 || operation.operator.length > 2) return open
          const all = operation.operator === '//'
          if (operation.operator !== '/' && !all) return open
          return texts.every(t => t !== null)
            ? texts.map(t => [all ? t.split(pattern).join(instead) : t.replace(pattern, () => instead)])
            : open
        }
        case 'Slice': {
          const from = Number(known(this.value(operation.offset)) ?? Number.NaN)
          const length = operation.length === undefined ? null : Number(known(this.value(operation.length)))
          if (found === null || !(from >= 0) || (length !== null && !(length >= 0))) return open
          const end = length === null ? undefined : from + length
          // The arguments are counted from 1, an array from 0.
          if (parameter === '@' || parameter === '*')
            return found.slice(Math.max(0, from - 1), end === undefined ? undefined : Math.max(0, end - 1))
          if (isAll) return found.slice(from, end)
          const texts = found.map(known)
          return texts.every(t => t !== null) ? texts.map(t => [t.slice(from, end)]) : open
        }
        default:
          return open
      }
    } finally {
      this.#depth--
    }
  }

  /** `${!M[@]}`, the keys; `${!NAME}`, what the variable that it names holds. */
  #indirect(name: string, isAll: boolean): Several | null {
    const variable: Variable | undefined = variableOf(this.state, name)
    if (isAll) return variable === undefined ? null : [...variable.entries.keys()].map(key => [key])
    const to = known(variable?.entries.get('0'))
    return to === null ? null : this.#lookup(to, null)
  }
}

function literal(word: Word): WordPart {
  return { type: 'Literal', pos: word.pos, end: word.end, value: word.value, text: word.text }
}

/** `{a,b}` and `{1..3}`; null for anything more clever. */
function choicesOf(text: string): readonly string[] | null {
  const inner = text.slice(1, -1)
  if (/[{}"'$`\\]/.test(inner)) return null
  const [, from, to] = /^(\d{1,4})\.\.(\d{1,4})$/.exec(inner) ?? []
  if (from !== undefined && to !== undefined) {
    const [a, b] = [Number(from), Number(to)]
    return Math.abs(b - a) > 100
      ? null
      : Array.from({ length: Math.abs(b - a) + 1 }, (_, i) => String(a + (b < a ? -i : i)))
  }
  return inner.includes(',') ? inner.split(',') : null
}

/** `%`, `%%`, `#` and `##`: of a plain text, or of one with a `*` at its open side; null for any other pattern. */
function withoutEnd(text: string | null, pattern: string, operator: '#' | '##' | '%' | '%%'): string | null {
  const isStart = operator.startsWith('#')
  const isOpen = isStart ? pattern.startsWith('*') : pattern.endsWith('*')
  const plain = isOpen ? (isStart ? pattern.slice(1) : pattern.slice(0, -1)) : pattern
  if (text === null || plain === '' || /[*?[\]\\]/.test(plain)) return null
  if (!isOpen) {
    if (isStart) return text.startsWith(plain) ? text.slice(plain.length) : text
    return text.endsWith(plain) ? text.slice(0, -plain.length) : text
  }
  const at = operator === '#' || operator === '%%' ? text.indexOf(plain) : text.lastIndexOf(plain)
  if (at === -1) return text
  return isStart ? text.slice(at + plain.length) : text.slice(0, at)
}
