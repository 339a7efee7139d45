/**
 * The rules of ARCHITECTURE.md about what may import and use what, as functions from one source file to its problems.
 * The architecture test runs them over src/, and over snippets that break each of them.
 */
import { posix } from 'node:path'
import { comparedTextsOf, globalsOf, importsOf } from './source-tree.ts'

/** A file of src/, by its path from src/ with forward slashes: `core/plan.ts`. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

const parts = [
  ...[
    'core',
    'heal',
    'diagnose',
    'docker',
    'history',
    'record',
    'shell',
    'host',
    'init',
    'notify',
    'metrics',
    'page',
    'http',
  ],
  ...['config', 'concurrency', 'simulator', 'cli'],
]

/** The pure part of a topic: a folder of its own name, held by that name. */
const rules = ['diagnose/rules', 'history/rules', 'init/rules', 'metrics/rules', 'notify/rules']

/** Which parts a part may import; `heal/ports` is the ports alone. */
const directions: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  ...Object.fromEntries(rules.map(part => [part, ['core', ...rules]])),
  heal: ['core', 'concurrency', 'heal'],
  diagnose: ['core', 'concurrency', 'heal/ports', 'heal/observe-read-only', 'history', 'diagnose', ...rules],
  docker: ['core', 'concurrency', 'heal/ports', 'diagnose/ports', 'docker', 'diagnose/rules', 'init/rules'],
  history: ['core', 'heal/ports', 'record', 'history'],
  // Each slice of the state comes with its owner's check.
  record: [
    ...['core', 'concurrency', 'heal/ports', 'record', ...rules],
    ...['heal/state-shape', 'metrics/counts-shape', 'notify/notices-shape'],
  ],
  shell: ['shell'],
  host: ['core', 'heal/ports', 'diagnose/ports', 'host', 'shell', 'diagnose/rules', 'init/rules'],
  init: ['core', 'heal/ports', 'diagnose/ports', 'host', 'init', ...rules],
  notify: ['core', 'heal/ports', 'heal/notebook', 'record/slice', 'notify'],
  metrics: ['core', 'metrics'],
  page: ['core', 'page', 'history/rules'],
  http: ['core', 'heal/ports', 'http'],
  config: ['core', 'config', 'diagnose/rules/probe', 'notify/rules/notice'],
  concurrency: ['concurrency'],
  simulator: ['simulator'],
  cli: parts,
  'main.ts': parts,
}

const longest = 300
const saysNothing = /^(utils?|helpers?|common|types?|interfaces?)$/

/** Packages without I/O, clock, randomness and state: functions of their arguments. */
const purePackages = new Set(['fastest-levenshtein'])

/** The one file that knows what time it is. */
const clock = 'cli/clock.ts'
/** Whose rights the process has, while it writes into a directory of another user. */
const rights = 'record/as-owner.ts'
/** An engine's answer is waited for so long, by no clock that a test could set. */
const deadline = 'docker/deadline.ts'
const timeModules = /^(node:)?timers(\/promises)?$|^node-cron$/
const timeGlobals = ['Date.now', 'new Date()', 'setTimeout', 'setInterval']
const impureGlobals = [
  ...['Math.random', 'performance', 'process', 'console', 'crypto', 'fetch', 'require', 'AbortSignal'],
  ...['setImmediate', 'queueMicrotask'],
]

/** Everything that is wrong with the file, in words; empty when all is well. */
export function problemsOf(file: SourceFile): string[] {
  const part = partOf(file.path)
  const imports = importsOf(file.text)
  const globals = globalsOf(file.text)
  return [
    ...directionProblems(file.path, part, imports),
    ...globalProblems(file.path, part, globals),
    ...errorProblems(file, part),
    ...nameProblems(file),
  ].map(problem => `src/${file.path}: ${problem}`)
}

/** The folder of src/ that a file lies in; a `rules` folder is a part of its own. */
function partOf(path: string): string {
  const [first = path, second = ''] = path.split('/')
  return second === 'rules' ? `${first}/rules` : first
}

/** Functions of their arguments alone: no I/O, no clock, no randomness. */
function isPure(part: string): boolean {
  return part === 'core' || part.endsWith('/rules')
}

function directionProblems(path: string, part: string, imports: readonly (string | null)[]): string[] {
  const allowed = directions[part]
  if (allowed === undefined)
    return [`${part} is no part of the house: test/support/source-rules.ts says what may import what`]
  return imports.flatMap(name => {
    if (name === null) return ['imports a module by a name that is not a plain string']
    if (!name.startsWith('.')) return packageProblems(path, part, name)
    const target = posix.join(posix.dirname(path), name)
    if (target.startsWith('../')) return [`imports ${name}, which is outside of src`]
    const fits = allowed.some(it => target === it || target === `${it}.ts` || target.startsWith(`${it}/`))
    return fits ? [] : [`imports ${target}: ${part} may import ${allowed.join(', ')}`]
  })
}

function packageProblems(path: string, part: string, name: string): string[] {
  // Of it, only what calculates: whether text is an address, and in which subnet.
  if (path === 'core/subnet.ts' && name === 'node:net') return []
  if (isPure(part) && !purePackages.has(name)) {
    return [`imports ${name}: ${part} is pure, it imports nothing but rules and packages that only calculate`]
  }
  if (/^(dockerode|docker-modem)(\/|$)/.test(name) && part !== 'docker') {
    return [`imports ${name}: only docker knows Docker's words`]
  }
  if (/^(node:)?process$/.test(name) && path !== 'main.ts') return [`imports ${name}: only main.ts touches process`]
  if (timeModules.test(name) && path !== clock && part !== 'simulator') {
    return [`imports ${name}: only ${clock} owns the time`]
  }
  return []
}

function globalProblems(path: string, part: string, globals: ReadonlySet<string>): string[] {
  const problems: string[] = []
  if (isPure(part)) {
    for (const name of impureGlobals) if (globals.has(name)) problems.push(`uses ${name}: ${part} is pure`)
  } else if (globals.has('process') && path !== 'main.ts' && path !== rights) {
    problems.push('uses process: only main.ts does')
  }
  if (part !== 'simulator' && path !== clock) {
    for (const name of timeGlobals) {
      if (globals.has(name) && !(path === deadline && name === 'setTimeout')) {
        problems.push(`uses ${name}: only ${clock} owns the time`)
      }
    }
  }
  return problems
}

/** What an error says is for people: whoever decides looks at its code. The simulator plays the engine. */
function errorProblems({ path, text }: SourceFile, part: string): string[] {
  if (part === 'docker' || part === 'simulator' || readsLogs.has(posix.basename(path))) return []
  return comparedTextsOf(text, errorTexts).map(name => `looks into ${name}: only docker reads what an error says`)
}

const errorTexts = new Set(['message', 'error', 'hint', 'why', 'note'])
/** Their messages are those of lines in a log, ours or an app's. */
const readsLogs = new Set(['logged-line.ts', 'pool-line.ts', 'entry-text.ts'])

function nameProblems({ path, text }: SourceFile): string[] {
  const vague = path.split('/').filter(name => saysNothing.test(name.replace(/\.ts$/, '')))
  const lines = text.trimEnd().split('\n').length
  return [
    ...vague.map(name => `${name} says nothing: name it after the noun that it holds`),
    ...(lines > longest ? [`has ${lines} lines: ${longest} at most`] : []),
  ]
}
