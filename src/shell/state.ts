// Where a reading of a script stands: its variables, functions, arguments, and what came of the last command. Never changed:
// where the script may go two ways, there are two of them from then on, and each keeps what stood together.
import type { Function as ShellFunction } from 'unbash'
import { joined, sameValue, unknown, type Value } from './value.ts'

export interface Variable {
  /** A plain one is at `0`, as in bash. */
  readonly entries: ReadonlyMap<string, Value>
  readonly exported: boolean
  /** Another name for this variable: `declare -n`. */
  readonly refersTo?: string
}

/** A script's text: the file that it stands in, and the line that it begins at there. */
export interface Source {
  readonly file: string | null
  readonly text: string
  readonly lineAt: (position: number) => number
}

export interface Defined {
  readonly body: ShellFunction['body']
  readonly source: Source
  /** A new process finds it, too: `export -f`. */
  readonly exported?: true
}

export interface State {
  readonly variables: ReadonlyMap<string, Variable>
  readonly functions: ReadonlyMap<string, Defined>
  /** Null: nobody knows what the script is given. */
  readonly args: readonly Value[] | null
  /** False: what it finds set is not known either. */
  readonly isCallerKnown: boolean
  /** What was there before a `local`, by name; null: none was. */
  readonly locals: ReadonlyMap<string, Variable | null> | null
  /** What is left to be read; null: not known. */
  readonly input: Value | null
  /** The line that it begins at, of a here-document; null: it stands nowhere. */
  readonly inputLine: number | null
  /** What it printed so far; null: nobody asks. */
  readonly output: Value | null
  /** The folder of the last `cd`. */
  readonly folder: Value
  /** Whose engine: that of another host, behind an `ssh`. */
  readonly host: Value | null
  /** Files that it reads settings from, and that could not be read. `closed`: there is one. */
  readonly missing: readonly { readonly file: string; readonly closed: boolean }[]
  readonly flow: 'on' | 'break' | 'continue' | 'return' | 'exit'
  /** Did the last command succeed? */
  readonly status: Status
}

export type Status = 'yes' | 'no' | 'maybe'

/** More ways than these are taken together: what differs between them is not known any more. */
const MOST_STATES = 12

/** It prints this, where somebody asks for it. */
export function printed(state: State, text: Value): State {
  return state.output === null ? state : { ...state, output: joined([state.output, text]) }
}

export function assigned(state: State, as: string, entries: ReadonlyMap<string, Value>, exported = false): State {
  const name = meant(state, as)
  const before = state.variables.get(name)
  const variable = { entries, exported: exported || (before?.exported ?? false) }
  return { ...state, variables: new Map(state.variables).set(name, variable) }
}

export function variableOf(state: State, name: string): Variable | undefined {
  return state.variables.get(meant(state, name))
}

/** The variable that a name stands for, through other names for it. */
function meant({ variables }: State, name: string): string {
  let to = name
  for (let links = 0; links < 8; links++) to = variables.get(to)?.refersTo ?? to
  return to
}

export function assignedValue(state: State, name: string, value: Value, exported = false): State {
  return assigned(state, name, new Map([['0', value]]), exported)
}

/** The variable as it was; undefined: not set. */
export function put(state: State, name: string, variable?: Variable): State {
  const variables = new Map(state.variables)
  if (variable === undefined) variables.delete(name)
  else variables.set(name, variable)
  return { ...state, variables }
}

/** The ways that are left, each once. Two that differ only in how their last command ended are one. */
export function distinct(states: readonly State[]): readonly State[] {
  if (states.length < 2) return states
  let kept: State[] = []
  for (const state of states) {
    if (kept.length > 2 * MOST_STATES) kept = [...together(kept)]
    const at = kept.findIndex(k => isSame(k, state))
    const other = kept[at]
    if (other === undefined) kept.push(state)
    else if (other.status !== state.status) kept[at] = { ...other, status: 'maybe' }
  }
  return kept.length <= MOST_STATES ? kept : together(kept)
}

function isSame(a: State, b: State): boolean {
  return (
    a.flow === b.flow &&
    a.functions === b.functions &&
    a.locals?.size === b.locals?.size &&
    a.missing.length === b.missing.length &&
    sameValue(a.folder, b.folder) &&
    sameValue(a.output ?? [], b.output ?? []) &&
    sameValue(a.input ?? [], b.input ?? []) &&
    JSON.stringify(a.args) === JSON.stringify(b.args) &&
    a.variables.size === b.variables.size &&
    changedNames(a, b).length === 0
  )
}

/** Variables that are not the same in both. */
export function changedNames(a: State, b: State): readonly string[] {
  if (a.variables === b.variables) return []
  const names = new Set([...a.variables.keys(), ...b.variables.keys()])
  return [...names].filter(name => !isSameVariable(a.variables.get(name), b.variables.get(name)))
}

function isSameVariable(a: Variable | undefined, b: Variable | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  return (
    a.exported === b.exported &&
    a.refersTo === b.refersTo &&
    JSON.stringify([...a.entries]) === JSON.stringify([...b.entries])
  )
}

/** The state with these variables taken for not known. */
export function forgotten(state: State, names: readonly string[], line: number): State {
  return names.reduce((rest, name) => assignedValue(rest, name, [unknown(`$${name}`, line)]), state)
}

function together(states: readonly State[]): readonly State[] {
  return [...Map.groupBy(states, s => s.flow).values()].flatMap(some => {
    const [first, ...others] = some
    if (first === undefined) return []
    const differ = [...new Set(others.flatMap(o => changedNames(first, o)))]
    const sameArgs = others.every(o => JSON.stringify(o.args) === JSON.stringify(first.args))
    return [
      { ...forgotten(first, differ, 0), input: null, status: 'maybe' as const, args: sameArgs ? first.args : null },
    ]
  })
}
