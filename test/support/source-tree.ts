/**
 * Reads TypeScript the way the architecture test needs it: what a file imports, and which globals it really uses.
 * Works on the parsed tree, so that comments, strings and local variables of the same name do not count.
 */
import { parseAst } from 'vitest/node'

interface TreeNode {
  readonly type: string
  readonly [key: string]: unknown
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function childrenOf(node: TreeNode): TreeNode[] {
  return Object.values(node)
    .flatMap(value => (Array.isArray(value) ? value : [value]))
    .filter(isNode)
}

function* descendants(node: TreeNode): Generator<TreeNode> {
  yield node
  for (const child of childrenOf(node)) yield* descendants(child)
}

const parse = (text: string): TreeNode => parseAst(text, { lang: 'ts' }) as unknown as TreeNode

/** Every module that the file names: import, export from, import(), import types, require. `null`: not a plain string. */
export function importsOf(text: string): (string | null)[] {
  const found: (string | null)[] = []
  for (const node of descendants(parse(text))) {
    if (namesModule.has(node.type) && isNode(node.source)) found.push(literal(node.source))
    if (node.type === 'TSExternalModuleReference' && isNode(node.expression)) found.push(literal(node.expression))
    if (node.type === 'CallExpression' && isNode(node.callee) && node.callee.name === 'require') {
      found.push(literal(Array.isArray(node.arguments) ? node.arguments[0] : null))
    }
  }
  return found
}

const namesModule = new Set([
  ...['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression', 'TSImportType'],
])

function literal(node: unknown): string | null {
  return isNode(node) && node.type === 'Literal' && typeof node.value === 'string' ? node.value : null
}

/**
 * The texts that the file looks into: `error.message.includes(...)`, `/.../.test(hint)`, `error === '...'`, each by its name:
 * `error.message`. `names` are those of the variables and properties to be found.
 */
export function comparedTextsOf(text: string, names: ReadonlySet<string>): string[] {
  const found: string[] = []
  for (const node of descendants(parse(text))) {
    for (const compared of comparedIn(node)) {
      const name = textName(compared)
      if (name !== null && names.has(name.split('.').at(-1) ?? '')) found.push(name)
    }
  }
  return found
}

const comparing = new Set([
  'includes',
  'startsWith',
  'endsWith',
  'match',
  'matchAll',
  'search',
  'indexOf',
  'localeCompare',
])
const matching = new Set(['test', 'exec'])

function comparedIn(node: TreeNode): unknown[] {
  if (node.type === 'BinaryExpression' && /^[!=]==?$/.test(String(node.operator))) {
    const sides = [node.left, node.right]
    return sides.some(side => (literal(side) ?? '') !== '' || (isNode(side) && side.type === 'TemplateLiteral'))
      ? sides
      : []
  }
  if (node.type !== 'CallExpression' || !isNode(node.callee) || node.callee.type !== 'MemberExpression') return []
  const { object, property } = node.callee
  const method = isNode(property) ? String(property.name) : ''
  if (comparing.has(method)) return [object]
  return matching.has(method) && Array.isArray(node.arguments) ? [node.arguments[0]] : []
}

/** `a.b?.c` as "a.b.c", whatever is put around it: `(c ?? '')`, `String(c)`, `c.toLowerCase()`. */
function textName(node: unknown): string | null {
  if (!isNode(node)) return null
  switch (node.type) {
    case 'Identifier':
      return String(node.name)
    case 'MemberExpression': {
      const member = isNode(node.property) ? (literal(node.property) ?? String(node.property.name)) : ''
      return `${textName(node.object) ?? ''}.${member}`
    }
    case 'LogicalExpression':
      return textName(node.left)
    case 'CallExpression': {
      const [first] = Array.isArray(node.arguments) ? node.arguments : []
      if (isNode(node.callee) && node.callee.type === 'MemberExpression') return textName(node.callee.object)
      return isNode(node.callee) && node.callee.name === 'String' ? textName(first) : null
    }
    default:
      return isNode(node.expression) ? textName(node.expression) : null
  }
}

/**
 * The globals that the file uses: `process`, `Date.now`, `new Date()` (with no argument; with one it reads no clock),
 * `Math.random`, and so on; a member of a global as `name.member`, for `globalThis.name` as well as for `name`.
 */
export function globalsOf(text: string): Set<string> {
  const found = new Set<string>()
  visit(parse(text), new Set(), found)
  return found
}

function visit(node: TreeNode, outer: ReadonlySet<string>, found: Set<string>): void {
  // Types never run, and a property's or a label's name is no variable.
  if (node.type.startsWith('TS') && !wrapsValues.has(node.type)) return
  const scope = opensScope.has(node.type) ? new Set([...outer, ...declaredIn(node)]) : outer
  if (node.type === 'Identifier' && typeof node.name === 'string' && !scope.has(node.name)) found.add(node.name)
  const dotted = dottedName(node, scope)
  if (dotted !== null) found.add(dotted)
  if (node.type === 'NewExpression' || node.type === 'CallExpression') {
    const bare = Array.isArray(node.arguments) && node.arguments.length === 0
    // Date() without `new` is the present as well, whatever it is given.
    const present = bare || node.type === 'CallExpression'
    if (present && isNode(node.callee) && dottedName(node.callee, scope) === 'Date') found.add('new Date()')
  }
  for (const child of childrenOf(node)) if (!isPlainKey(node, child)) visit(child, scope, found)
}

/** `a` as "a", `a.b` as "a.b", `globalThis.a.b` as "a.b"; null for everything else, and for local names. */
function dottedName(node: TreeNode, scope: ReadonlySet<string>): string | null {
  if (node.type === 'Identifier') return typeof node.name === 'string' && !scope.has(node.name) ? node.name : null
  if (node.type !== 'MemberExpression' || !isNode(node.object) || !isNode(node.property)) return null
  const object = dottedName(node.object, scope)
  const member = node.computed === true ? literal(node.property) : node.property.name
  if (object === null || typeof member !== 'string') return null
  return object === 'globalThis' || object === 'global' ? member : `${object}.${member}`
}

const wrapsValues = new Set([
  ...['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression', 'TSTypeAssertion', 'TSInstantiationExpression'],
  ...['TSParameterProperty', 'TSEnumDeclaration', 'TSEnumBody', 'TSEnumMember', 'TSModuleDeclaration', 'TSModuleBlock'],
  'TSExportAssignment',
])

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])
const opensScope = new Set([
  ...functions,
  ...[
    'Program',
    'BlockStatement',
    'ForStatement',
    'ForOfStatement',
    'ForInStatement',
    'CatchClause',
    'SwitchStatement',
  ],
  ...['ClassDeclaration', 'ClassExpression', 'StaticBlock'],
])

function isPlainKey(parent: TreeNode, child: TreeNode): boolean {
  if (parent.type === 'MemberExpression') return child === parent.property && parent.computed !== true
  if (['PropertyDefinition', 'MethodDefinition', 'AccessorProperty'].includes(parent.type)) {
    return child === parent.key && parent.computed !== true
  }
  if (parent.type === 'Property') return child === parent.key && parent.computed !== true && parent.shorthand !== true
  return ['ImportSpecifier', 'ExportSpecifier', 'MetaProperty', 'LabeledStatement', 'BreakStatement'].includes(
    parent.type,
  )
    ? child.type === 'Identifier' && child !== parent.body
    : parent.type === 'ContinueStatement'
}

/** The names that a scope declares itself, not those of the scopes inside of it. */
function declaredIn(scope: TreeNode): string[] {
  const names: string[] = []
  const addFrom = (pattern: unknown): void => {
    if (!isNode(pattern)) return
    if (pattern.type === 'Identifier' && typeof pattern.name === 'string') names.push(pattern.name)
    else if (pattern.type === 'Property') addFrom(pattern.value)
    else if (pattern.type === 'AssignmentPattern') addFrom(pattern.left)
    else if (pattern.type === 'RestElement') addFrom(pattern.argument)
    else if (pattern.type === 'TSParameterProperty') addFrom(pattern.parameter)
    else if (pattern.type.endsWith('Pattern')) for (const child of childrenOf(pattern)) addFrom(child)
  }
  if (functions.has(scope.type))
    for (const parameter of Array.isArray(scope.params) ? scope.params : []) addFrom(parameter)
  if (scope.type !== 'FunctionDeclaration' && scope.type !== 'Program') addFrom(scope.id)
  if (scope.type === 'ClassDeclaration') addFrom(scope.id)
  if (scope.type === 'CatchClause') addFrom(scope.param)
  const collect = (node: TreeNode): void => {
    if (node.type === 'VariableDeclarator') addFrom(node.id)
    if (/^Import.*Specifier$/.test(node.type)) addFrom(node.local)
    if (/^(Function|Class|TSEnum|TSModule)Declaration$/.test(node.type)) addFrom(node.id)
    if (opensScope.has(node.type)) return
    for (const child of childrenOf(node)) collect(child)
  }
  for (const child of childrenOf(scope)) collect(child)
  return names
}

/** Every regular expression that is written as a literal. */
export function expressionsOf(text: string): { readonly pattern: string; readonly flags: string }[] {
  const found: { readonly pattern: string; readonly flags: string }[] = []
  for (const { type, regex } of descendants(parse(text))) {
    if (type !== 'Literal' || typeof regex !== 'object' || regex === null) continue
    const { pattern, flags } = regex as { readonly pattern: string; readonly flags: string }
    found.push({ pattern, flags })
  }
  return found
}
