// The constructs of a script, from its syntax tree: lists, branches, pipes, functions. Branches are ways that exclude each other.
import type { CompoundList } from 'unbash'
import { matchesPattern, opposite, testedExpression } from './condition.ts'
import { expandOne } from './expand.ts'
import { isFile } from './invoke.ts'
import { loop, namesIn } from './loop.ts'
import { redirected, simple } from './simple.ts'
import { distinct, forgotten, printed, type Source, type State, type Status } from './state.ts'
import { known } from './value.ts'
import type { Node, Walk, Ways } from './walk.ts'

export function walkNode(walk: Walk, node: Node, states: Ways, source: Source): Ways {
  const list = (inner: CompoundList, from: Ways): Ways => walk.nested(() => walk.list(inner, from, source), from)
  switch (node.type) {
    case 'Command':
      return states.flatMap(s => simple(walk, node, s, source))
    case 'Pipeline':
      return states.flatMap(s => pipeline(walk, node, s, source))
    case 'AndOr':
      return andOr(walk, node, states, source)
    case 'CompoundList':
      return list(node, states)
    case 'BraceGroup':
      return list(node.body, states)
    case 'Subshell':
      return states.flatMap(s => subshell(s, inner => list(node.body, inner)))
    case 'Redirected':
      return states.flatMap(s => {
        const { state, isCaught } = redirected(walk, node.redirects, s, source)
        const after = walk.nested(() => walk.node(node.command, [state], source), [state])
        return after.map(a => ({ ...a, input: s.input, output: isCaught ? s.output : a.output }))
      })
    case 'Function':
      return states.map(s => {
        const defined = { body: node.body, source }
        return { ...s, functions: new Map(s.functions).set(node.name.value, defined), status: 'yes' as const }
      })
    case 'If': {
      const ended: State[] = []
      let left = states
      for (const { clause, then } of [node, ...node.elif]) {
        const asked = list(clause, left)
        ended.push(...asked.filter(s => s.flow !== 'on'))
        const on = asked.filter(s => s.flow === 'on')
        ended.push(
          ...list(
            then,
            on.filter(s => s.status !== 'no'),
          ),
        )
        left = on.filter(s => s.status !== 'yes')
      }
      return distinct([...ended, ...(node.else === undefined ? left : list(node.else, left))])
    }
    case 'Case':
      return states.flatMap(s => branches(walk, node, s, source))
    case 'For':
    case 'Select':
    case 'While':
    case 'ArithmeticFor':
      return distinct(states.flatMap(s => loop(walk, node, s, source)))
    case 'TestCommand':
      return states.map(s => {
        const around = walk.around(source)
        const status = testedExpression(
          node.expression,
          w => expandOne(w, s, around).value,
          path => isFile(path, walk.machine),
        )
        return { ...s, status }
      })
    case 'Coproc':
      return states.flatMap(s => subshell(s, inner => walk.node(node.body, inner, source)))
    case 'ArithmeticCommand':
      return states.map(s => ({ ...forgotten(s, namesIn(node.body), source.lineAt(node.pos)), status: 'maybe' }))
  }
}

function andOr(
  walk: Walk,
  { commands, operators }: Extract<Node, { type: 'AndOr' }>,
  states: Ways,
  source: Source,
): Ways {
  let now = states
  for (const [i, command] of commands.entries()) {
    const stops: Status = operators[i - 1] === '||' ? 'yes' : 'no'
    const goes = i === 0 ? now : now.filter(s => s.flow === 'on' && s.status !== stops)
    // One that may stop here has stopped with that status.
    const stays =
      i === 0
        ? []
        : now.flatMap(s =>
            s.flow !== 'on' || s.status === stops ? [s] : s.status === 'maybe' ? [{ ...s, status: stops }] : [],
          )
    const after =
      goes.length === 0 ? [] : walk.nested(() => walk.at(command.pos, () => walk.node(command, goes, source)), goes)
    now = distinct([...stays, ...after])
  }
  return now
}

/** A process of its own: it leaves its output behind, and nothing else. */
function subshell(state: State, inner: (states: Ways) => Ways): Ways {
  return inner([state]).map(s => ({ ...state, output: s.output, status: s.flow === 'on' ? s.status : 'maybe' }))
}

function pipeline(
  walk: Walk,
  { commands, prefixes }: Extract<Node, { type: 'Pipeline' }>,
  state: State,
  source: Source,
): Ways {
  const isNot = prefixes.some(p => p.type === 'Negation')
  const [only, ...more] = commands
  const ended = (s: State): State => (isNot ? { ...s, status: opposite(s.status) } : s)
  if (only === undefined) return [state]
  if (more.length === 0) return walk.nested(() => walk.node(only, [state], source), [state]).map(ended)
  let now: Ways = [{ ...state, output: [] }]
  for (const [i, command] of commands.entries()) {
    const isLast = i === commands.length - 1 && state.output === null
    const given =
      i === 0
        ? now
        : distinct(now.map(s => ({ ...state, input: s.output, inputLine: null, output: isLast ? null : [] })))
    now = walk.nested(() => walk.at(command.pos, () => walk.node(command, given, source)), given)
  }
  return distinct(
    now.map(s => ended({ ...printed(state, s.output ?? []), status: s.flow === 'on' ? s.status : 'maybe' })),
  )
}

function branches(walk: Walk, { word, items }: Extract<Node, { type: 'Case' }>, state: State, source: Source): Ways {
  const around = walk.around(source)
  const said = expandOne(word, state, around)
  const ended: State[] = []
  let open: Ways = [said.state]
  /** From the branch before, by its `;&`. */
  let falling: Ways = []
  for (const { pattern, body, terminator } of items) {
    // A quoted `*` is a star, and no pattern.
    const answers = pattern.map(p =>
      /["'\\]/.test(p.text) && /[*?[]/.test(p.text)
        ? 'maybe'
        : matchesPattern(known(said.value), known(expandOne(p, state, around).value)),
    )
    const fits: Status = answers.includes('yes') ? 'yes' : answers.includes('maybe') ? 'maybe' : 'no'
    const from = fits === 'no' ? falling : [...falling, ...open]
    const after = from.length === 0 ? [] : walk.nested(() => walk.list(body, from, source), from)
    const left = fits === 'yes' ? [] : open
    falling = terminator === ';&' ? after : []
    open = terminator === ';;&' ? distinct([...left, ...after]) : left
    if (terminator !== ';&' && terminator !== ';;&') ended.push(...after)
  }
  return distinct([...ended, ...falling, ...open])
}
