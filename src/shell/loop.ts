// Loops: turn by turn over what is known; of any other one, what changes from turn to turn is not known.
import { expand } from './expand.ts'
import { assignedValue, changedNames, distinct, forgotten, type Source, type State, type Status } from './state.ts'
import { known, unknown } from './value.ts'
import type { Node, Walk, Ways } from './walk.ts'

type Loop = Extract<Node, { type: 'For' | 'Select' | 'While' | 'ArithmeticFor' }>

export function loop(walk: Walk, node: Loop, state: State, source: Source): Ways {
  const body = (states: Ways): Ways =>
    walk
      .nested(() => walk.list(node.body, states, source), states)
      .map(s => (s.flow === 'continue' ? { ...s, flow: 'on' } : s))
  const left = (states: Ways): Ways => distinct(states.map(s => (s.flow === 'break' ? { ...s, flow: 'on' } : s)))
  const line = source.lineAt(node.pos)
  if (node.type === 'ArithmeticFor') {
    const names = namesIn(source.text.slice(node.pos, node.body.pos).slice(0, 200))
    return left([state, ...someTimes(walk, forgotten(state, names, line), from => body([from]), line)])
  }
  if (node.type === 'While') return left(whileLoop(walk, node, state, body, source))
  const name = node.name.value
  const words = node.wordlist === undefined ? null : expand(node.wordlist, state, walk.around(source))
  let now: Ways = [words?.state ?? state]
  for (const [i, field] of (words?.fields ?? state.args ?? [[unknown('$@', line)]]).entries()) {
    if (!walk.spend()) break
    const turn = (from: State): Ways => body([assignedValue(from, name, field)])
    const isKnown = known(field) !== null
    now = walk.at(i, () =>
      distinct(
        now.flatMap(s =>
          s.flow !== 'on' ? [s] : isKnown ? turn(s) : [s, ...someTimes(walk, s, from => turn(from), line)],
        ),
      ),
    )
  }
  return left(now)
}

/** By what is read as long as that is known; any number of times otherwise. */
function whileLoop(
  walk: Walk,
  node: Extract<Loop, { type: 'While' }>,
  state: State,
  body: (states: Ways) => Ways,
  source: Source,
): Ways {
  const goesOn: Status = node.kind === 'until' ? 'no' : 'yes'
  const ask = (states: Ways): Ways => walk.nested(() => walk.list(node.clause, states, source), states)
  const line = source.lineAt(node.pos)
  const done: State[] = []
  let now: Ways = [state]
  for (let turn = 0; now.length > 0 && walk.spend(now.length); turn++) {
    const next: State[] = []
    for (const from of now) {
      const asked = walk.silently(() => ask([from]))
      if (asked.every(s => s.input === from.input)) {
        const once = (s: State): Ways => {
          const again = ask([s])
          return [
            ...again,
            ...body(again.filter(a => a.flow === 'on' && (a.status === goesOn || a.status === 'maybe'))),
          ]
        }
        done.push(...walk.at(turn, () => someTimes(walk, from, once, line)))
        continue
      }
      walk.at(turn, () => {
        for (const s of ask([from])) {
          if (s.flow !== 'on' || s.status !== goesOn) done.push(s)
          if (s.flow === 'on' && (s.status === goesOn || s.status === 'maybe'))
            for (const after of body([s])) (after.flow === 'on' ? next : done).push(after)
        }
      })
    }
    now = distinct(next)
  }
  return done.map(s => (s.flow === 'on' ? { ...s, status: 'yes' } : s))
}

/** Nobody knows how often: what changes from turn to turn is not known in any of them. */
function someTimes(walk: Walk, state: State, turn: (from: State) => Ways, line: number): Ways {
  let from = state
  for (let i = 0; i < 3; i++) {
    const changed = new Set(walk.silently(() => turn(from)).flatMap(s => changedNames(from, s)))
    const names = [...changed].filter(name => !isForgotten(from, name))
    if (names.length === 0) break
    from = forgotten(from, names, line)
  }
  return turn(from).map(s => ({ ...s, status: 'maybe' }))
}

function isForgotten(state: State, name: string): boolean {
  const value = state.variables.get(name)?.entries.get('0')
  return value?.length === 1 && typeof value[0] === 'object' && value[0].text === `$${name}`
}

/** What is assigned in an arithmetic. */
export function namesIn(text: string): readonly string[] {
  return [...new Set(text.slice(0, 200).match(/[A-Za-z_]\w*(?=\s{0,9}(?:\+\+|--|[-+*/]?=[^=]))/g) ?? [])]
}
