// Which containers `--container` selects, by the names in the log and in the state.
import { nearest } from '../../config/near.ts'
import { lastingName } from '../../core/identity.ts'
import { matches as matchesName } from '../../core/selector.ts'
import type { State } from '../../core/state.ts'
import type { Logged } from '../../history/rules/entry-text.ts'

export interface ContainerMatch {
  readonly asked: string
  /** The names that match; empty for none. */
  readonly names: readonly string[]
  /** What may have been meant instead. */
  readonly near: readonly string[]
}

export function matchesOf(asked: string, entries: readonly Logged[], state: State): ContainerMatch {
  const known = new Set([
    ...entries.flatMap(e => (e.container === null ? [] : [e.container])),
    ...Object.values(state.attachments).map(a => a.container),
  ])
  const isAsked = (name: string): boolean => matchesName(asked, { name, labels: {} })
  // One of its names, or their common part, selects all the names that its deploys gave it.
  const meant = new Set([...known].filter(name => isAsked(name) || isAsked(lastingName(name))).map(lastingName))
  const names = [...known].filter(name => meant.has(lastingName(name)))
  if (names.length > 0) return { asked, names: names.sort(), near: [] }
  const inIt = [...known].filter(name => asked.length > 2 && name.includes(asked.replaceAll('*', '')))
  const near = nearest(asked.replaceAll('*', ''), [...known])
  return { asked, names, near: [...new Set([...(near === null ? [] : [near]), ...inIt.sort()])].slice(0, 5) }
}
