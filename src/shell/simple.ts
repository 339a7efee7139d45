// A simple command: its assignments, its redirections, and what it is given.
import type { Assignment, Command, Redirection } from 'unbash'
import { type Around, expand, expandOne, expandText } from './expand.ts'
import { invoke } from './invoke.ts'
import type { Place } from './machine.ts'
import { assigned, forgotten, put, type Source, type State, variableOf } from './state.ts'
import { joined, known, unknown, type Value } from './value.ts'
import type { Walk, Ways } from './walk.ts'

const DECLARERS = new Set(['local', 'declare', 'typeset', 'export', 'readonly'])

export function simple(walk: Walk, node: Command, before: State, source: Source): Ways {
  const around = walk.around(source)
  const words = [...(node.name === undefined ? [] : [node.name]), ...node.args.filter(a => a.type === 'Word')]
  const line = source.lineAt(node.name?.pos ?? node.pos)
  const place: Place = { source, line, text: source.text.slice(node.pos, Math.min(node.end, node.pos + 400)) }
  const { state: fed, isCaught } = redirected(walk, node.redirects, before, source)
  const { fields, state: expanded } = expand(words, fed, around)
  const prefix = node.prefix.filter(p => p.type === 'Assignment')
  if (fields.length === 0) {
    const after = prefix.reduce((s, a) => assign(a, s, around), expanded)
    return [{ ...after, input: before.input, status: /[`(]/.test(place.text) ? 'maybe' : 'yes' }]
  }
  const declares = DECLARERS.has(known(fields[0]) ?? '')
  const given = prefix.reduce((s, a) => exported(assign(a, s, around), a.name), expanded)
  const after = declares
    ? [declare(fields, node, given, around)]
    : invoke([...fields, ...meaningsOf(node, given, around)], given, place, walk.machine)
  return after.map(s => {
    const restored = prefix.reduce((to, { name }) => put(to, name, before.variables.get(name)), s)
    const kept = fed.input === before.input ? s.input : before.input
    return { ...restored, input: kept, output: isCaught ? before.output : s.output }
  })
}

function declare(fields: readonly Value[], node: Command, state: State, around: Around): State {
  const [command, ...options] = fields.map(f => known(f) ?? '')
  const exports = command === 'export' || options.some(o => /^-\w*x/.test(o))
  const isLocal = state.locals !== null && command !== 'export' && command !== 'readonly'
  const names = [
    ...node.args.flatMap(a => (a.type === 'Assignment' ? a.name : [])),
    ...options.filter(o => /^[A-Za-z_]\w*$/.test(o)),
  ]
  if (options.some(o => /^-\w*f/.test(o))) {
    const functions = new Map(state.functions)
    for (const name of names) {
      const defined = functions.get(name)
      if (defined !== undefined && exports) functions.set(name, { ...defined, exported: true })
    }
    return { ...state, functions, status: 'yes' }
  }
  const locals = new Map(state.locals)
  if (isLocal) for (const name of names) if (!locals.has(name)) locals.set(name, state.variables.get(name) ?? null)
  const scoped = isLocal ? { ...state, locals } : state
  const refers = options.some(o => /^-\w*n/.test(o))
  const set = node.args.reduce((s, a) => {
    if (a.type !== 'Assignment') return s
    return refers ? referring(a, s, around) : assign(a, s, around)
  }, scoped)
  return { ...(exports ? names.reduce(exported, set) : set), status: 'yes' }
}

/** `alias NAME=MEANING`, whose arguments stand in the tree as assignments, as words again. */
function meaningsOf({ args }: Command, state: State, around: Around): readonly Value[] {
  return args.flatMap(a =>
    a.type === 'Assignment' && a.value.type === 'Word'
      ? [joined([[`${a.name}=`], expandOne(a.value, state, around).value])]
      : [],
  )
}

/** `declare -n NAME=OTHER`; of another that is not known nothing is known. */
function referring({ name, value }: Assignment, state: State, around: Around): State {
  const said = value.type === 'ArrayValue' ? [] : expandOne(value, state, around).value
  const other = known(said)
  if (other === null || !/^[A-Za-z_]\w*$/.test(other))
    return forgotten(put(state, name), [name], around.source.lineAt(value.pos))
  return put(state, name, { entries: new Map(), exported: false, refersTo: other })
}

function assign({ name, value, append, index }: Assignment, state: State, around: Around): State {
  const before = variableOf(state, name)?.entries ?? new Map<string, Value>()
  if (value.type === 'ArrayValue') {
    const entries = new Map(append ? before : [])
    let now = state
    for (const element of value.elements) {
      const key = /^\[([^\]]*)\]=/.exec(element.text)
      if (key?.[1] !== undefined) {
        const { value: whole } = expandOne(element, now, around)
        const text = known(whole)
        const at = text?.indexOf(']=') ?? -1
        if (text !== null && at > 0) entries.set(text.slice(1, at), [text.slice(at + 2)])
        else entries.set(key[1], [unknown(element.text, around.source.lineAt(element.pos))])
        continue
      }
      const several = expand([element], now, around)
      now = several.state
      for (const field of several.fields) entries.set(String(entries.size), field)
    }
    return assigned(now, name, entries)
  }
  const { value: said, state: now } = expandOne(value, state, around)
  const key = index === undefined ? '0' : known(expandOne(index, now, around).value)
  if (key === null) return forgotten(now, [name], around.source.lineAt(value.pos))
  const whole = append ? joined([before.get(key) ?? [], said]) : said
  return assigned(now, name, index === undefined && !append ? new Map([['0', whole]]) : new Map(before).set(key, whole))
}

export function redirected(
  walk: Walk,
  redirects: readonly Redirection[],
  before: State,
  source: Source,
): { state: State; isCaught: boolean } {
  const around = walk.around(source)
  let state = before
  let isCaught = false
  for (const redirect of redirects) {
    if (redirect.type === 'HereDoc') {
      const { body, delimiter, operator } = redirect
      const text: Value =
        delimiter?.quoted || body.parts === undefined ? [body.text] : expandText(body.parts, state, around)
      state = {
        ...state,
        inputLine: source.lineAt(body.pos),
        input: operator === '<<-' ? text.map(p => (typeof p === 'string' ? p.replace(/^\t+/gm, '') : p)) : text,
      }
      continue
    }
    const { target, operator } = redirect
    if (target === undefined) continue
    const inner = target.parts?.find(p => p.type === 'ProcessSubstitution')
    const value = inner === undefined ? expandOne(target, state, around).value : []
    if (operator === '<<<') state = { ...state, input: joined([value, ['\n']]), inputLine: null }
    else if (operator === '<') {
      const path = known(value)
      const file =
        inner !== undefined || path === null || !path.startsWith('/') || path.startsWith('/dev/')
          ? null
          : walk.machine.fileText(path)
      const output =
        inner?.script === undefined
          ? null
          : (walk.around(source).outputOf(inner.script, state) ?? [
              unknown(`$(${inner.text.slice(2, -1)})`, source.lineAt(inner.pos)),
            ])
      state = { ...state, inputLine: null, input: file?.kind === 'text' ? [file.text] : output }
    } else {
      if (inner?.script !== undefined) walk.around(source).outputOf(inner.script, { ...state, input: null })
      walk.machine.wroteTo(value)
      const { descriptor } = redirect
      const isOutput = descriptor === undefined || (descriptor.type === 'FileDescriptor' && descriptor.value === 1)
      if (isOutput && operator !== '<&') isCaught = true
    }
  }
  return { state, isCaught }
}

function exported(state: State, name: string): State {
  const variable = variableOf(state, name)
  return variable === undefined ? state : assigned(state, name, variable.entries, true)
}
