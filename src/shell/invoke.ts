// What one command does, its words expanded: the shell's own commands, what runs others, Docker, and everything else.
import { tested } from './condition.ts'
import type { Machine, Place } from './machine.ts'
import { outputOfKnown } from './output.ts'
import { readInto, readLines } from './read.ts'
import { assignedValue, forgotten, printed, put, type State, type Status } from './state.ts'
import { fieldsOf, joined, known, shownValue, unknown, type Value } from './value.ts'
import { programOf, unwrapped, withoutOptions } from './wrapper.ts'

type Words = readonly Value[]
const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh'])
/** What runs a file in another language. */
const INTERPRETERS = /^(python[\d.]*|perl|ruby|node|nodejs|php|deno|bun|uv|pipenv|poetry)$/
const SCRIPT = /^[^-].*\.(py|pl|rb|[cm]?[jt]s|php)$/
const NO_INPUT = { input: null, inputLine: null }

/** The ways that it may go on from there. Nothing is run. */
export function invoke(
  words: Words,
  state: State,
  place: Place,
  machine: Machine,
  isWrapped = false,
): readonly State[] {
  const name = programOf(words)
  const rest = words.slice(1)
  const first = known(words[0])
  if (words.length === 0) return [state]
  const defined = isWrapped || first === null ? undefined : state.functions.get(first)
  if (defined !== undefined) return machine.call(defined, rest, state, place)
  const builtin = isWrapped && name !== 'eval' ? null : shellOwn(name, rest, state, place, machine)
  if (builtin !== null) return builtin
  const inner = unwrapped(words)
  if (inner !== null) {
    const set = inner.sets.reduce(
      (s, t) => assignedValue(s, t.slice(0, t.indexOf('=')), [t.slice(t.indexOf('=') + 1)], true),
      state,
    )
    const after = inner.rest.length === 0 && state.input !== null ? textFromInput(state, place, machine) : null
    return after ?? back(state, invoke(inner.rest, set, place, machine, true))
  }
  return other(name, words, state, place, machine)
}

/** What runs in a process of its own leaves nothing behind but its output. */
function back(before: State, after: readonly State[]): readonly State[] {
  return after.map(s => ({ ...before, output: s.output, status: s.status }))
}

/** Null: none of the shell's own. */
function shellOwn(name: string, args: Words, state: State, place: Place, machine: Machine): readonly State[] | null {
  const done = (status: Status, over: Partial<State> = {}): readonly State[] => [{ ...state, ...over, status }]
  const flow = (kind: State['flow']): readonly State[] => {
    const code = known(args[0])
    const status = args.length === 0 ? state.status : code === null ? 'maybe' : code === '0' ? 'yes' : 'no'
    return done(status, { flow: kind })
  }
  switch (name) {
    case ':':
    case 'true':
      return done('yes')
    case 'false':
      return done('no')
    case 'exit':
    case 'return':
    case 'break':
    case 'continue':
      return flow(name)
    case 'exec':
      if (args.length === 0) return done('yes')
      return back(state, invoke(args, state, place, machine, true)).map(s => ({ ...s, flow: 'exit' }))
    case 'cd':
      return done('yes', { folder: withoutOptions(args, '').at(-1) ?? [] })
    case 'shift': {
      const count = Number(known(args[0] ?? ['1']))
      return done('yes', { args: state.args === null || Number.isNaN(count) ? null : state.args.slice(count) })
    }
    case 'set': {
      const at = args.findIndex(a => known(a) === '--')
      const first = known(args[0]) ?? ''
      if (at === -1 && (args.length === 0 || /^[-+]/.test(first))) return done('yes')
      return done('yes', { args: args.slice(at + 1) })
    }
    case 'unset':
      return [{ ...args.reduce((s, a) => put(s, known(a) ?? ''), state), status: 'yes' }]
    case 'getopts':
      return [{ ...forgotten(state, [known(args[1]) ?? '', 'OPTARG'], place.line), status: 'maybe' }]
    case '[':
    case 'test': {
      const all = name === '[' ? args.slice(0, -1) : args
      return done(tested(all, path => isFile(path, machine)))
    }
    case 'read':
      return [readInto(args, state, place.line)]
    case 'mapfile':
    case 'readarray':
      return [readLines(args, state, place.line)]
    case 'alias':
      return args.reduce<readonly State[]>((states, arg) => {
        const [, as, meaning] = /^([\w.-]+)=(.+)$/s.exec(known(arg) ?? '') ?? []
        if (as === undefined) return states
        // A function of the same meaning; one that begins with its own name means the program.
        const self = meaning?.split(/\s/)[0] === as ? 'command ' : ''
        return machine.runText([`${as}() { ${self}${meaning} "$@"; }`], states, place)
      }, done('yes'))
    case 'eval':
      if (/^\$\((apt-config|ssh-agent|dircolors|getopt|locale|lesspipe)\b/.test(shownValue(args[0] ?? [])))
        return done('maybe')
      return machine.runText(spaced(args), [state], place)
    case 'trap':
      // What it does at its end, it does.
      return args.length < 2 ? done('yes') : back(state, machine.runText(args[0] ?? [], [state], place))
    case '.':
    case 'source': {
      const file = args[0] ?? []
      const path = pathIn(state, known(file))
      if (path === null || !path.startsWith('/')) machine.unclear(shownValue(file), place)
      if (path === null) return done('maybe', { missing: [...state.missing, { file: shownValue(file), closed: true }] })
      const given = args.length > 1 ? { ...state, args: args.slice(1) } : state
      return machine.runFile(path, given).map(s => ({ ...s, args: state.args }))
    }
    default:
      return null
  }
}

function other(name: string, words: Words, state: State, place: Place, machine: Machine): readonly State[] {
  const args = words.slice(1)
  const after = (output: Value | null): readonly State[] => {
    const made = state.output === null ? [] : (output ?? [piped(state, place)])
    return [{ ...printed(state, made), status: output === null ? 'maybe' : 'yes' }]
  }
  const text = (script: Value, given: Words, over: Partial<State> = {}): readonly State[] =>
    back(state, machine.runText(script, [{ ...inProcess(state), ...NO_INPUT, ...over, args: given }], place))
  if (SHELLS.has(name) || name === 'su' || name === 'runuser' || name === 'sg') {
    const at = args.findIndex(a => /^(-\w*c|--command)$/.test(known(a) ?? ''))
    if (at !== -1) {
      const zero = args[at + 2]
      const named = zero === undefined ? state : assignedValue(state, '0', zero, true)
      return text(args[at + 1] ?? [], args.slice(at + 3), { variables: inProcess(named).variables })
    }
    if (name === 'sg') return text(args[1] ?? [], [])
    const script = SHELLS.has(name) ? withoutOptions(args, 'oO') : []
    if (script.length === 0 || known(script[0]) === '-') return textFromInput(state, place, machine) ?? after(null)
    start(script, state, place, machine)
    return after(null)
  }
  if (name === 'ssh') {
    const [host, ...command] = withoutOptions(args, 'bcDEeFIiJLlmOopQRSWw')
    const isHere = /^([^@]*@)?(localhost|127\.[\d.]+|::1|\$\(hostname\b.*|\$HOSTNAME)$/.test(shownValue(host ?? []))
    const over = isHere || host === undefined ? {} : { host: joined([['ssh://'], host]) }
    const { input, inputLine } = state
    if (command.length > 0) return text(spaced(command), [], { ...over, input, inputLine })
    return textFromInput({ ...state, ...over }, place, machine)?.map(s => ({ ...s, host: state.host })) ?? after(null)
  }
  if (name === 'at' || name === 'batch') return textFromInput(state, place, machine) ?? after(null)
  if (name === 'xargs') return each(itemised(args, state, place), state, place, machine)
  if (name === 'parallel') return each(parallel(args, state, place), state, place, machine)
  if (name === 'find') {
    const at = args.findIndex(a => /^-(exec|execdir|ok|okdir)$/.test(known(a) ?? ''))
    const found: Value = [unknown(`$(${place.text})`, place.line)]
    const command = args.slice(at + 1).map(a => (known(a) === '{}' ? found : a))
    const end = command.findIndex(a => /^(;|\+)$/.test(known(a) ?? ''))
    return at === -1 ? after(null) : each([command.slice(0, end === -1 ? undefined : end)], state, place, machine)
  }
  if (name === 'tee') for (const file of withoutOptions(args, '')) machine.wroteTo(file)
  const said = outputOfKnown(name, args, state, machine)
  if (said !== null) return after(said)
  if (machine.command(words, state, place) || state.host !== null) return after(null)
  const script = INTERPRETERS.test(name) ? args.findIndex(a => SCRIPT.test(known(a) ?? '')) : -1
  start(script === -1 ? words : args.slice(script), state, place, machine)
  return after(null)
}

/** Another file; one whose name is not known may be anything. */
function start(words: Words, state: State, place: Place, machine: Machine): void {
  const path = pathIn(state, known(words[0]))
  if (path === null) machine.unclear(shownValue(words[0] ?? []), place)
  if (path === null || path === '' || state.host !== null) return
  const env = [...state.variables].flatMap(([name, v]) =>
    v.exported ? [[name, v.entries.get('0') ?? []] as const] : [],
  )
  machine.started({ path, args: words.slice(1, 21), env: Object.fromEntries(env) })
}

/** What a new process sees: only what is exported. */
function inProcess(state: State): State {
  const variables = new Map([...state.variables].filter(([, v]) => v.exported))
  const functions = new Map([...state.functions].filter(([, f]) => f.exported))
  return { ...state, variables, functions, locals: null }
}

/** `bash <<EOF`, `echo ... | sh`; null where nobody knows what it is given. */
function textFromInput(state: State, place: Place, machine: Machine): readonly State[] | null {
  if (state.input === null) return null
  if (state.input.length === 1 && typeof state.input[0] !== 'string') {
    machine.unclear(`${shownValue(state.input)} as a script`, place)
    return null
  }
  const at = { ...place, line: state.inputLine ?? place.line }
  return back(state, machine.runText(state.input, [{ ...inProcess(state), ...NO_INPUT, args: [] }], at))
}

function each(commands: readonly Words[], state: State, place: Place, machine: Machine): readonly State[] {
  let states: readonly State[] = [state]
  for (const command of commands)
    states = states.flatMap(s => back(s, invoke(command, { ...s, input: null }, place, machine, true)))
  return states.map(s => ({ ...s, status: 'maybe' }))
}

/** The commands that xargs makes of its input. */
function itemised(args: Words, state: State, place: Place): readonly Words[] {
  const texts = args.map(known)
  const glued = texts.map(t => /^(?:-I|-i|--replace=)(.+)$/.exec(t ?? '')?.[1]).find(t => t !== undefined)
  const marker =
    glued ?? (texts.includes('-I') ? (texts[texts.indexOf('-I') + 1] ?? '{}') : texts.includes('-i') ? '{}' : null)
  const count = Number(
    texts.map(t => /^-[nL](\d+)$/.exec(t ?? '')?.[1]).find(t => t !== undefined) ??
      valueAfter(texts, ['-n', '-L', '--max-args']) ??
      0,
  )
  const command = withoutOptions(args, 'InLPdaEs')
  const items = fieldsFrom(state.input, place, marker === null ? ' \t\n' : '\n')
  if (marker !== null) return items.map(item => command.map(w => replaced(w, marker, item)))
  const size = count > 0 ? count : Math.max(1, items.length)
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => [
    ...command,
    ...items.slice(i * size, i * size + size),
  ])
}

function parallel(args: Words, state: State, place: Place): readonly Words[] {
  const at = args.findIndex(a => known(a) === ':::')
  const command = withoutOptions(at === -1 ? args : args.slice(0, at), 'jPnNS')
  const items = at === -1 ? fieldsFrom(state.input, place, '\n') : args.slice(at + 1)
  const hasMarker = command.some(w => shownValue(w).includes('{}'))
  return items.map(item => [['eval'], ...command.map(w => replaced(w, '{}', item)), ...(hasMarker ? [] : [item])])
}

function fieldsFrom(input: Value | null, place: Place, separators: string): Words {
  if (input === null) return [[unknown(`what ${place.text.split(/\s/)[0] ?? ''} is given`, place.line)]]
  return fieldsOf(input, separators)
}

function valueAfter(texts: readonly (string | null)[], names: readonly string[]): string | null {
  const at = texts.findIndex(t => t !== null && names.includes(t))
  return at === -1 ? null : (texts[at + 1] ?? null)
}

function replaced(word: Value, marker: string, item: Value): Value {
  return joined(
    word.flatMap(piece => {
      if (typeof piece !== 'string') return [[piece]]
      return piece.split(marker).flatMap((text, i) => (i === 0 ? [[text]] : [item, [text]]))
    }),
  )
}

/** Output that only a run would tell, with what it was made of. */
function piped(state: State, place: Place) {
  const [from, ...more] = state.input ?? []
  const before =
    typeof from === 'object' && more.length === 0 && from.text.startsWith('$(') ? `${from.text.slice(2, -1)} | ` : ''
  return unknown(`$(${before}${place.text})`, place.line)
}

function spaced(words: Words): Value {
  return joined(words.flatMap((w, i) => (i === 0 ? [w] : [[' '], w])))
}

/** Relative to the last `cd`. */
function pathIn({ folder }: State, path: string | null): string | null {
  if (path === null || path.startsWith('/') || !path.includes('/')) return path
  const base = known(folder)
  return base === null ? null : base === '' ? path : `${base}/${path.replace(/^\.\//, '')}`
}

/** Of a file of settings, whether it is there; everything else changes while the script runs. */
export function isFile(path: string, machine: Machine): Status {
  if (!/^\/.*\.(env|conf|sh)$|^\/etc\/(default|sysconfig)\//.test(path)) return 'maybe'
  const { kind } = machine.fileText(path)
  return kind === 'text' ? 'yes' : kind === 'absent' ? 'no' : 'maybe'
}
