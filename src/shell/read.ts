// `read` and `mapfile`: what they take from their input, as far as that is known.
import { assigned, assignedValue, type State } from './state.ts'
import { fieldsOf, joined, known, unknown, type Value } from './value.ts'
import { withoutOptions } from './wrapper.ts'

/** `read NAME...`: the next line into the names; the last one takes what is left of it. */
export function readInto(args: readonly Value[], state: State, at: number): State {
  const names = withoutOptions(args, 'adeinNptu').flatMap(a => known(a) ?? [])
  const options = args.flatMap(a => known(a) ?? []).filter(a => a.startsWith('-'))
  const array = options.some(o => /^-\w*a$/.test(o))
  const wanted = array && names.length === 0 ? args.flatMap(a => known(a) ?? []).slice(-1) : names
  const into = wanted.length === 0 ? ['REPLY'] : wanted
  const { input } = state
  const next = input === null || options.some(o => o.startsWith('-u')) ? null : nextLine(input)
  if (next === null) {
    const [only, ...more] = input ?? []
    const value = typeof only === 'object' && more.length === 0 && into.length === 1 ? only : null
    return { ...into.reduce((s, n) => assignedValue(s, n, [value ?? unknown(`$${n}`, at)]), state), status: 'maybe' }
  }
  if (next.kind === 'end') return { ...into.reduce((s, n) => assignedValue(s, n, []), state), status: 'no' }
  const separators = known(state.variables.get('IFS')?.entries.get('0')) ?? ' \t\n'
  const rest: State = { ...state, input: next.rest, status: 'yes' }
  const fields = separators === '' ? [next.line] : fieldsOf(next.line, separators)
  if (array) return assigned(rest, into[0] ?? '', new Map(fields.map((f, i) => [String(i), f])))
  return into.reduce((s, name, i) => {
    const own = i < into.length - 1 ? fields.slice(i, i + 1) : fields.slice(i)
    const separator = separators[0] ?? ' '
    return assignedValue(s, name, joined(own.flatMap((f, k) => (k === 0 ? [f] : [[separator], f]))))
  }, rest)
}

/** `mapfile -t NAME`: every line. */
export function readLines(args: readonly Value[], state: State, at: number): State {
  const name = known(withoutOptions(args, 'dnOsuCc')[0]) ?? 'MAPFILE'
  const lines: Value[] = []
  for (
    let next = state.input === null ? null : nextLine(state.input);
    next?.kind === 'line';
    next = nextLine(next.rest)
  )
    lines.push(next.line)
  const [only] = state.input ?? []
  const isOpen = state.input === null || (lines.length === 0 && state.input.length > 0)
  const hole: Value = [typeof only === 'object' ? only : unknown(`$${name}`, at)]
  return { ...assigned(state, name, new Map((isOpen ? [hole] : lines).map((l, i) => [String(i), l]))), status: 'yes' }
}

type Next = { readonly kind: 'line'; readonly line: Value; readonly rest: Value } | { readonly kind: 'end' }

/** Null: the line is the output of a command, which may be many. */
function nextLine(input: Value): Next | null {
  const line: Value[number][] = []
  for (const [i, piece] of input.entries()) {
    if (typeof piece !== 'string') {
      if (piece.text.startsWith('$(') || input.length === 1) return null
      line.push(piece)
      continue
    }
    const end = piece.indexOf('\n')
    if (end === -1) line.push(piece)
    else {
      const left = piece.slice(end + 1)
      return {
        kind: 'line',
        line: joined([[...line, piece.slice(0, end)]]),
        rest: [...(left === '' ? [] : [left]), ...input.slice(i + 1)],
      }
    }
  }
  return line.length === 0 ? { kind: 'end' } : { kind: 'line', line: joined([line]), rest: [] }
}
