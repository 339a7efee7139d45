// What a `[`, a `[[` or a pattern of a `case` says where both sides are known; `maybe` for everything else.
import type { TestExpression } from 'unbash'
import type { Status } from './state.ts'
import { known, type Value } from './value.ts'

/** A variable that is set nowhere is empty here. */
function textOf(value: Value | undefined): string | null {
  return known(value?.filter(piece => typeof piece === 'string' || piece.unset !== true))
}

/** `[ WORDS ]`; `isFile`: whether there is such a file, where that is known. */
export function tested(words: readonly Value[], isFile: (path: string) => Status): Status {
  const [first, second, third, ...more] = words
  if (first === undefined) return 'no'
  if (known(first) === '!') return opposite(tested(words.slice(1), isFile))
  if (more.length > 0) return 'maybe'
  if (third !== undefined) return compared(textOf(first), known(second) ?? '', textOf(third))
  return second === undefined ? isText(textOf(first)) : unary(known(first) ?? '', textOf(second), isFile)
}

/** `[[ ... ]]`; `expanded` expands a word. */
export function testedExpression(
  test: TestExpression,
  expanded: (word: Extract<TestExpression, { type: 'TestUnary' }>['operand']) => Value,
  isFile: (path: string) => Status,
): Status {
  switch (test.type) {
    case 'TestUnary':
      return unary(test.operator, textOf(expanded(test.operand)), isFile)
    case 'TestBinary':
      if (/[*?[]/.test(test.right.text)) return globbed(test, textOf(expanded(test.left)), expanded)
      return compared(textOf(expanded(test.left)), test.operator, textOf(expanded(test.right)))
    case 'TestLogical': {
      const all = test.operands.map(o => testedExpression(o, expanded, isFile))
      const [deciding, other]: readonly Status[] = test.operator === '&&' ? ['no', 'yes'] : ['yes', 'no']
      if (deciding === undefined || other === undefined) return 'maybe'
      return all.includes(deciding) ? deciding : all.every(s => s === other) ? other : 'maybe'
    }
    case 'TestNot': {
      const inner = testedExpression(test.operand, expanded, isFile)
      return test.negations.length % 2 === 1 ? opposite(inner) : inner
    }
    case 'TestGroup':
      return testedExpression(test.expression, expanded, isFile)
  }
}

/** Compared with a pattern; one that is quoted in part is not looked at. */
function globbed(
  { operator, right }: Extract<TestExpression, { type: 'TestBinary' }>,
  left: string | null,
  expanded: (word: typeof right) => Value,
): Status {
  if (!/^[=!]=?$/.test(operator) || /["']|\\[*?[\]]/.test(right.text)) return 'maybe'
  const status = matchesPattern(left, known(expanded(right)))
  return operator === '!=' ? opposite(status) : status
}

/** A pattern of a `case`, as it stands after expanding: `api|worker`, `*`, `api-*`. */
export function matchesPattern(text: string | null, pattern: string | null): Status {
  if (pattern === '*') return 'yes'
  if (text === null || pattern === null || /[?[\]\\(]/.test(pattern)) return 'maybe'
  const [start = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return text === pattern ? 'yes' : 'no'
  const end = rest.pop() ?? ''
  if (!text.startsWith(start) || text.length < start.length + end.length || !text.endsWith(end)) return 'no'
  let at = start.length
  for (const middle of rest) {
    const found = text.indexOf(middle, at)
    if (found === -1 || found + middle.length > text.length - end.length) return 'no'
    at = found + middle.length
  }
  return 'yes'
}

export function opposite(status: Status): Status {
  return status === 'maybe' ? 'maybe' : status === 'yes' ? 'no' : 'yes'
}

function isText(text: string | null): Status {
  return text === null ? 'maybe' : text === '' ? 'no' : 'yes'
}

function unary(operator: string, text: string | null, isFile: (path: string) => Status): Status {
  if (operator === '-n') return isText(text)
  if (operator === '-z') return opposite(isText(text))
  return text !== null && /^-[efrs]$/.test(operator) ? isFile(text) : 'maybe'
}

function compared(left: string | null, operator: string, right: string | null): Status {
  if (left === null || right === null) return 'maybe'
  const [a, b] = [Number(left), Number(right)]
  const answers: Readonly<Record<string, boolean>> = {
    '=': left === right,
    '==': left === right,
    '!=': left !== right,
    '-eq': a === b,
    '-ne': a !== b,
    '-lt': a < b,
    '-le': a <= b,
    '-gt': a > b,
    '-ge': a >= b,
  }
  if (operator.startsWith('-') && (Number.isNaN(a) || Number.isNaN(b))) return 'maybe'
  const answer = Object.hasOwn(answers, operator) ? answers[operator] : undefined
  return answer === undefined ? 'maybe' : answer ? 'yes' : 'no'
}
