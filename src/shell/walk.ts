// What each construct of a script needs of the reader that walks through it.
import type { CompoundList } from 'unbash'
import type { Around } from './expand.ts'
import type { Machine } from './machine.ts'
import type { Defined, Source, State } from './state.ts'

export type Ways = readonly State[]
export type Node = CompoundList['commands'][number]['command'] | CompoundList | Defined['body']

export interface Walk {
  readonly machine: Machine
  readonly around: (source: Source) => Around
  /** False: it is too much. */
  readonly spend: (count?: number) => boolean
  /** One level deeper; `instead` where that is too deep. */
  readonly nested: (inner: () => Ways, instead: Ways) => Ways
  /** With one more step on the path that tells places of the run apart. */
  readonly at: <T>(step: string | number, inner: () => T) => T
  /** Only to see where it leads: nothing that is found is written down. */
  readonly silently: <T>(inner: () => T) => T
  readonly list: (list: Pick<CompoundList, 'commands'>, states: Ways, source: Source) => Ways
  readonly node: (node: Node, states: Ways, source: Source) => Ways
}
