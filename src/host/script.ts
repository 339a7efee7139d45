// A script of this host, read as text: which of its lines touch containers, which files it runs or reads its settings from,
// where its output goes. Nothing is run. A script in another language is searched for the words only.
import type { DockerVerb } from '../diagnose/rules/automation.ts'
import { dockerCommandOf } from './docker-command.ts'
import { type ShellScript, shellScript } from './shell-script.ts'
import { NO_SURROUNDINGS, type Surroundings, type Values, valuesIn } from './shell-values.ts'
import { sourceOf } from './shell-word.ts'
import { unwrap } from './wrapper.ts'

export interface ScriptLine {
  readonly line: number
  readonly text: string
  readonly kind: DockerVerb
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  readonly unresolved: readonly string[]
}

/** Another file that the script runs, by its path or its bare name. */
export interface Started {
  readonly path: string
  readonly args: readonly string[]
}

export interface ScriptReading {
  readonly lines: readonly ScriptLine[]
  readonly runs: readonly Started[]
  /** Files of variables that it reads: `. /etc/pms.env`. */
  readonly sources: readonly string[]
  /** Files that it writes its output into. */
  readonly outputs: readonly string[]
  /** What its own assignments may stand for, by name. */
  readonly variables: ReadonlyMap<string, Values>
}

const LONGEST_LINE = 200
const DEEPEST = 3
const NOTHING: Values = { values: [], unresolved: [] }
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/[^:@/\s]*):[^@\s]*@/g, '$1:***@'],
  [/((?:authorization|x-[\w-]*(?:key|token))\s*:\s*(?:bearer |basic )?)[^"'\s]+/gi, '$1***'],
  [/(\b\w*(?:password|passwd|secret|token|api_?key)\w*\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s;&|]+)/gi, '$1***'],
  [/((?:^|\s)(?:-u|--user)\s+)\S+:\S+/g, '$1***'],
]

/** @param firstLine the number of its first line: a crontab's command stands somewhere in its file */
export function readScript(text: string, around: Surroundings = NO_SURROUNDINGS, firstLine = 1): ScriptReading {
  return isShell(text) ? readShell(text, around, firstLine) : readOther(text)
}

function isShell(text: string): boolean {
  const [, program] = /^#!\s*\S*?(?:\/env\s+(?:-S\s+)?)?([\w.+-]+)(?:\s|$)/.exec(text) ?? []
  return program === undefined || /^(ba|da|a|k|z)?sh$/.test(program)
}

function readShell(text: string, around: Surroundings, firstLine: number): ScriptReading {
  const lines = text.split('\n')
  const found: ScriptLine[] = []
  const runs: Started[] = []
  const sources: string[] = []
  const outputs: string[] = []
  const variables = new Map<string, Values>()

  const visit = (script: ShellScript, depth: number): void => {
    const valuesOf = valuesIn(script, around)
    for (const { name, words, within } of script.bindings) {
      const values = words.map(w => valuesOf(w, within))
      const before = variables.get(name)
      variables.set(name, {
        values: [...new Set([...(before?.values ?? []), ...values.flatMap(v => v.values)])],
        unresolved: [...new Set([...(before?.unresolved ?? []), ...values.flatMap(v => v.unresolved)])],
      })
    }
    let folder = ''
    for (const { words, outputs: into, within, line } of script.calls) {
      outputs.push(...into.flatMap(w => valuesOf(w, within).values))
      const spoken = words.map(w => valuesOf(w, within))
      if (spoken[0]?.values[0] === 'cd') folder = spoken[1]?.values[0] ?? ''
      if (spoken[0]?.values[0] === 'tee') outputs.push(...spoken.slice(1).flatMap(v => v.values))
      const meant = unwrap(spoken)
      if (meant.kind === 'text') {
        const word = words[meant.text === null ? -1 : spoken.indexOf(meant.text)]
        if (depth < DEEPEST && word !== undefined) {
          const { values, unresolved } = meant.text ?? NOTHING
          // With a variable that is not known here its text is still worth reading.
          const texts = unresolved.length === 0 ? values : [sourceOf(word)]
          for (const inner of texts.map(t => shellScript(t, line)))
            visit({ calls: inner.calls, bindings: [...script.bindings, ...inner.bindings] }, depth + 1)
        }
      } else if (meant.kind === 'file') {
        const path = meant.path.startsWith('./') && folder !== '' ? `${folder}/${meant.path.slice(2)}` : meant.path
        if (meant.isSourced) sources.push(path)
        else runs.push({ path, args: meant.args })
      } else if (meant.kind === 'command') {
        const done = dockerCommandOf(meant.words)
        if (done !== null) found.push({ line, text: shown(lines[line - firstLine] ?? ''), ...done })
        else {
          const [program, ...args] = meant.words.map(w => w.values[0] ?? '')
          if (program === undefined) continue
          const path = program.startsWith('./') && folder !== '' ? `${folder}/${program.slice(2)}` : program
          runs.push({ path, args: args.slice(0, 20) })
        }
      }
    }
  }
  visit(shellScript(text, firstLine), 0)
  const files = [...new Set([...around.files, ...sources])]
  return {
    lines: sorted(found.map(l => ({ ...l, unresolved: l.unresolved.map(u => withFiles(u, files)) }))),
    runs,
    sources: [...new Set(sources)],
    outputs: [...new Set(outputs)].filter(o => o.startsWith('/') && !o.startsWith('/dev/')),
    variables,
  }
}

/** A variable that is set nowhere here may come from a file that is read, and that was not looked into. */
function withFiles(unresolved: string, files: readonly string[]): string {
  return files.length > 0 && /^\$[A-Za-z_]\w*$/.test(unresolved)
    ? `${unresolved} (from ${files.join(' or ')}?)`
    : unresolved
}

/** Python, Perl, ...: the words stand in strings, with commas between them; which names are meant is not told. */
const WORDS: readonly (readonly [RegExp, DockerVerb])[] = [
  [/\bdocker\b.*\bnetwork\W{1,6}connect\b|\bnetwork\w*\.connect\(/, 'connect'],
  [/\bdocker\b.*\bnetwork\W{1,6}disconnect\b|\bnetwork\w*\.disconnect\(/, 'disconnect'],
  [/\bdocker\W{1,6}(container\W{1,6})?restart\b|\bcontainer\w*\.restart\(/, 'restart'],
  [/\bdocker\W{1,6}(container\W{1,6})?stop\b|\bcontainer\w*\.stop\(/, 'stop'],
  [/\bdocker\W{1,6}(container\W{1,6})?start\b|\bcontainer\w*\.start\(/, 'start'],
  [/\bdocker\W{1,6}(container\W{1,6})?(kill)\b|\bcontainer\w*\.kill\(/, 'kill'],
  [/\bdocker\W{1,6}(container\W{1,6})?(rm)\b|\bcontainer\w*\.remove\(/, 'remove'],
]

function readOther(text: string): ScriptReading {
  const lines = text.split('\n').flatMap((content, i): ScriptLine[] => {
    if (content.length > 2_000 || /^\s*(#|\/\/)/.test(content)) return []
    const kind = WORDS.find(([pattern]) => pattern.test(content))?.[1]
    if (kind === undefined) return []
    const unresolved = ['names in a script that is not a shell script']
    return [{ line: i + 1, text: shown(content), kind, containers: [], networks: [], unresolved }]
  })
  return { lines, runs: [], sources: [], outputs: [], variables: new Map() }
}

/** Two commands on one line are two findings; the same one through two paths is one. */
function sorted(lines: readonly ScriptLine[]): readonly ScriptLine[] {
  const unique = new Map(lines.map(l => [JSON.stringify(l), l]))
  return [...unique.values()].sort((a, b) => a.line - b.line)
}

/** A line of a script as it may be shown: what looks like a secret is not. */
export function shown(line: string): string {
  const masked = SECRETS.reduce(
    (text, [pattern, instead]) => text.replace(pattern, instead),
    line.slice(0, 2_000).trim(),
  )
  return masked.length > LONGEST_LINE ? `${masked.slice(0, LONGEST_LINE - 3)}...` : masked
}
