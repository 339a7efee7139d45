// What reading a script needs of the reader as a whole, and what it writes down on its way.
import type { Defined, Source, State } from './state.ts'
import type { Value } from './value.ts'

/** Another file that the script runs, by its path or its bare name. */
export interface Started {
  readonly path: string
  readonly args: readonly Value[]
  /** What it exports. */
  readonly env: Readonly<Record<string, Value>>
}

/** Where a command stands. */
export interface Place {
  readonly source: Source
  readonly line: number
  readonly text: string
}

export type FileText = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'absent' | 'closed' }

/** What a script is read for: each command that is not the shell's own. `path`: the same place of the run for all its ways. */
export type OnCommand = (command: {
  readonly words: readonly Value[]
  readonly state: State
  readonly place: Place
  readonly path: string
}) => boolean

export interface Machine {
  /** A text that is a script of its own: `sh -c`, `eval`. */
  readonly runText: (text: Value, states: readonly State[], place: Place) => readonly State[]
  /** A file read into this script. */
  readonly runFile: (file: string, state: State) => readonly State[]
  readonly call: (defined: Defined, args: readonly Value[], state: State, place: Place) => readonly State[]
  /** `closed`: it cannot be read, or was not read yet. */
  readonly fileText: (file: string) => FileText
  readonly wroteTo: (file: Value) => void
  readonly started: (started: Started) => void
  /** True: somebody knows what it does, and nothing else is to be found out about it. */
  readonly command: (words: readonly Value[], state: State, place: Place) => boolean
  /** It runs something, and cannot be told what. */
  readonly unclear: (text: string, place: Place) => void
}
