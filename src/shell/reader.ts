// Reads a shell script by its syntax tree (unbash): follows assignments in their order, calls of its functions with their own
// arguments, files that it reads into itself, loops over what is known, and the branches of an `if` or a `case` as ways that
// exclude each other. It never runs anything, and ends: whatever is too much is said in `tooMuch`.
import { type CompoundList, type ParsedScript, parse } from 'unbash'
import type { Around } from './expand.ts'
import type { FileText, Machine, OnCommand, Place, Started } from './machine.ts'
import { walkNode } from './nodes.ts'
import { textSource } from './source.ts'
import { assignedValue, type Defined, distinct, put, type Source, type State } from './state.ts'
import { known, type Value } from './value.ts'
import type { Node, Walk, Ways } from './walk.ts'

/** Steps that one script may take: each is a command, a word, or a turn of a loop. */
const MOST_STEPS = 20_000
/** Commands in commands, calls in calls: nobody writes more by hand. */
const DEEPEST = 60

export class Reader implements Machine, Walk {
  readonly machine: Machine = this
  readonly runs: Started[] = []
  readonly outputs = new Set<string>()
  /** What it runs without saying what. */
  readonly unclearAt = new Map<string, number>()
  /** Files whose text would be needed, and was not given. */
  readonly wanted = new Set<string>()
  tooMuch: string | null = null
  readonly #files: ReadonlyMap<string, FileText>
  readonly #onCommand: OnCommand
  #steps = 0
  #depth = 0
  /** Above 0: it only looks where a loop leads. */
  #quiet = 0
  readonly #path: (string | number)[] = []
  #holes = 0

  constructor(files: ReadonlyMap<string, FileText>, onCommand: OnCommand) {
    this.#files = files
    this.#onCommand = onCommand
  }

  /** A whole script, from the beginning. */
  read(source: Source, state: State): Ways {
    return this.list(parse(source.text), [state], source)
  }

  runText(text: Value, states: Ways, { source, line }: Place): Ways {
    // What is not known in it is a variable of a name that nobody else has.
    const names = text.map(piece => (typeof piece === 'string' ? null : `netheal_hole_${++this.#holes}`))
    const whole = text.map((piece, i) => (typeof piece === 'string' ? piece : `\${${names[i]}}`)).join('')
    const holes = text.flatMap((piece, i) => (typeof piece === 'string' ? [] : [[names[i] ?? '', [piece]] as const]))
    const given = states.map(state => {
      let to = state
      for (const [name, value] of holes) to = assignedValue(to, name, value, true)
      return to
    })
    const after = this.nested(() => this.list(parse(whole), given, textSource(source.file, whole, line)), given)
    return after.map(s => {
      let to = s
      for (const [name] of holes) to = put(to, name)
      return to
    })
  }

  runFile(file: string, state: State): Ways {
    const found = file.startsWith('/') ? this.fileText(file) : ({ kind: 'closed' } as const)
    if (found.kind !== 'text') {
      const missing = [...state.missing, { file, closed: found.kind === 'closed' }]
      return [{ ...state, missing, status: 'maybe' }]
    }
    const after = this.nested(() => this.read(textSource(file, found.text, 1), state), [state])
    return after.map(s => (s.flow === 'return' ? { ...s, flow: 'on' } : s))
  }

  call({ body, source }: Defined, args: readonly Value[], state: State, place: Place): Ways {
    const inner = { ...state, args, locals: new Map() }
    const after = this.nested(() => this.at(`${place.line}()`, () => this.node(body, [inner], source)), [inner])
    return after.map(s => {
      let restored = s
      for (const [name, before] of s.locals ?? []) restored = put(restored, name, before ?? undefined)
      return { ...restored, args: state.args, locals: state.locals, flow: s.flow === 'return' ? 'on' : s.flow }
    })
  }

  fileText(file: string): FileText {
    const found = this.#files.get(file)
    if (found === undefined) this.wanted.add(file)
    return found ?? { kind: 'closed' }
  }

  wroteTo(file: Value): void {
    const path = known(file)
    if (path?.startsWith('/') && !path.startsWith('/dev/')) this.outputs.add(path)
  }

  started(started: Started): void {
    if (this.#quiet === 0) this.runs.push(started)
  }

  command(words: readonly Value[], state: State, place: Place): boolean {
    return this.#quiet > 0 || this.#onCommand({ words, state, place, path: this.#path.join('/') })
  }

  unclear(text: string, { line }: Place): void {
    if (this.#quiet === 0) this.unclearAt.set(text, line)
  }

  spend(count = 1): boolean {
    this.#steps += count
    if (this.#steps > MOST_STEPS) this.tooMuch ??= `it takes more than ${MOST_STEPS} steps to follow`
    return this.tooMuch === null
  }

  nested(inner: () => Ways, instead: Ways): Ways {
    if (this.#depth >= DEEPEST) this.tooMuch ??= `it is nested more than ${DEEPEST} levels deep`
    if (this.tooMuch !== null) return instead
    this.#depth++
    const after = inner()
    this.#depth--
    return after
  }

  at<T>(step: string | number, inner: () => T): T {
    this.#path.push(step)
    const result = inner()
    this.#path.pop()
    return result
  }

  /** Its statements, one after another; ways that have ended stay as they are. */
  list({ commands }: Pick<CompoundList, 'commands'>, states: Ways, source: Source): Ways {
    let now = states
    for (const { command } of commands) {
      const on = now.filter(s => s.flow === 'on')
      if (on.length === 0 || !this.spend(costOf(on))) break
      const after = this.nested(() => this.at(command.pos, () => this.node(command, on, source)), on)
      now = distinct([...now.filter(s => s.flow !== 'on'), ...after])
    }
    return now
  }

  silently<T>(inner: () => T): T {
    this.#quiet++
    const result = inner()
    this.#quiet--
    return result
  }

  node(node: Node, states: Ways, source: Source): Ways {
    return walkNode(this, node, states, source)
  }

  around(source: Source): Around {
    return {
      source,
      spend: () => this.spend(),
      outputOf: (script: ParsedScript, state: State) => {
        const own =
          script.source === undefined ? source : textSource(source.file, script.source, source.lineAt(script.pos))
        const inner: State = { ...state, output: [], flow: 'on' }
        const after = this.nested(() => this.at(script.pos, () => this.list(script, [inner], own)), [inner])
        const texts = [...new Set(after.map(s => known(s.output ?? [])))]
        const [text] = texts
        return texts.length !== 1 || text === null || text === undefined || this.tooMuch !== null
          ? holed(after)
          : [withoutLineEnds(text)]
      },
    }
  }
}

function withoutLineEnds(text: string): string {
  let end = text.length
  while (text[end - 1] === '\n') end--
  return text.slice(0, end)
}

/** What a step costs: ways and variables are carried along and compared. */
function costOf(states: Ways): number {
  const most = Math.max(...states.map(s => s.variables.size))
  return states.length * (1 + Math.floor((most / 50) ** 2))
}

/** What it prints is one line with a hole in it: `$(echo "$PREFIX-backend")`. */
function holed(after: Ways): Value | null {
  const [only, ...more] = after
  const output = only?.output ?? []
  const last = output.at(-1)
  const isPlain = more.length === 0 && output.every(p => typeof p === 'string' || !p.text.startsWith('$('))
  return isPlain && typeof last === 'string' && last === '\n' && known(output) === null ? output.slice(0, -1) : null
}
