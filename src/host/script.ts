// A script of this host, read as text: what each of its lines asks of Docker, which files it runs or reads its settings from,
// where its output goes, and what of it could not be understood. Nothing is run.
import type { DockerVerb } from '../diagnose/rules/automation.ts'
import type { FileText, Started } from '../shell/machine.ts'
import { Reader } from '../shell/reader.ts'
import { textSource } from '../shell/source.ts'
import type { Source, State } from '../shell/state.ts'
import { joined, known, type Value } from '../shell/value.ts'
import type { DockerCall, ScriptCall } from './call.ts'
import { dockerCallsOf } from './docker-call.ts'
import { unitsStopped } from './engine-stop.ts'
import { programCallsOf, readOther } from './other-language.ts'
import { shown } from './shown.ts'

/** What one line does to containers, and all that it does to. */
export interface ScriptLine {
  readonly file: string | null
  readonly line: number
  readonly text: string
  readonly kind: DockerVerb
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  readonly unresolved: readonly string[]
}

export interface Surroundings {
  /** The script's own file, and its arguments; null: not known. */
  readonly file: string | null
  readonly args: readonly Value[] | null
  /** Variables that its caller sets: the crontab's, the unit's. */
  readonly env: Readonly<Record<string, Value>>
  /** Files of variables that its caller reads, and that could not be read. */
  readonly missing: readonly string[]
  /** The number of its first line: a crontab's command stands somewhere in its file. */
  readonly firstLine: number
  readonly files: ReadonlyMap<string, FileText>
}

export const NO_SURROUNDINGS: Surroundings = {
  file: null,
  args: null,
  env: {},
  missing: [],
  firstLine: 1,
  files: new Map(),
}

export interface ScriptReading {
  readonly calls: readonly ScriptCall[]
  readonly runs: readonly Started[]
  /** Units that it stops or restarts, where it does. */
  readonly units: readonly (Pick<ScriptCall, 'file' | 'line' | 'path' | 'text'> & { readonly unit: string })[]
  /** Files that it writes its output into. */
  readonly outputs: readonly string[]
  /** What its variables hold at its end, where that is known. */
  readonly variables: ReadonlyMap<string, readonly string[]>
  /** Files whose text would say more, and was not given in `files`. */
  readonly wanted: readonly string[]
  /** Why it was not understood to its end; it may do more than what was found. */
  readonly unclear: readonly string[]
}

export function readScript(text: string, around: Surroundings = NO_SURROUNDINGS): ScriptReading {
  const nothing = { runs: [], units: [], outputs: [], variables: new Map(), wanted: [], unclear: [] }
  return isShell(text, around.file) ? readShell(text, around) : { ...nothing, calls: readOther(text) }
}

function isShell(text: string, file: string | null): boolean {
  const [, program] = /^#! {0,9}\S*?(?:\/env +(?:-S +)?)?([\w.+-]+)(?:\s|$)/.exec(text.slice(0, 200)) ?? []
  if (program === undefined) return file === null || !/\.(py|pl|rb|[cm]?[jt]s|php)$/.test(file)
  return /^(ba|da|a|k|z)?sh$/.test(program)
}

function readShell(text: string, around: Surroundings): ScriptReading {
  const calls: ScriptCall[] = []
  const units: ScriptReading['units'][number][] = []
  const reader = new Reader(around.files, ({ words, state, place, path }) => {
    const found = [
      ...dockerCallsOf(words, engineOf(state), place.line),
      ...programCallsOf(words, state.input, place.line),
    ]
    const stopped = state.host === null ? unitsStopped(words) : []
    for (const unit of stopped)
      units.push({
        unit,
        path,
        file: place.source.file,
        line: place.line,
        text: shown(lineIn(place.source, place.line)),
      })
    if (found.length === 0) return false
    const { file } = place.source
    const content = shown(lineIn(place.source, place.line))
    const elsewhere = state.host === null ? null : partOfHost(state.host, place.line)
    for (const call of found)
      calls.push({ ...call, host: elsewhere ?? call.host, file, line: place.line, path, text: content })
    return true
  })
  const start: State = {
    variables: new Map(
      Object.entries(around.env).map(([name, value]) => [name, { entries: new Map([['0', value]]), exported: true }]),
    ),
    functions: new Map(),
    args: around.args,
    isCallerKnown: around.args !== null,
    locals: null,
    input: null,
    inputLine: null,
    output: null,
    folder: [],
    host: null,
    missing: around.missing.map(file => ({ file, closed: false })),
    flow: 'on',
    status: 'yes',
  }
  const ends = reader.read(textSource(around.file, text, around.firstLine), start)
  const variables = new Map<string, readonly string[]>()
  for (const { variables: held } of ends) {
    for (const [name, { entries }] of held) {
      const texts = [...entries.values()].map(known).filter(t => t !== null)
      variables.set(name, [...new Set([...(variables.get(name) ?? []), ...texts])])
    }
  }
  const unclear = [...reader.unclearAt].map(
    ([what, line]) => `line ${line} runs ${shown(what)}, and what that is was not found`,
  )
  return {
    calls,
    units,
    runs: reader.runs,
    outputs: [...reader.outputs],
    variables,
    wanted: [...reader.wanted],
    unclear: reader.tooMuch === null ? unclear : [`it was not read to its end: ${reader.tooMuch}`, ...unclear],
  }
}

/** What the surroundings say of the engine: DOCKER_HOST before DOCKER_CONTEXT. */
function engineOf({ variables }: State): Value | null {
  const held = (name: string): Value => variables.get(name)?.entries.get('0') ?? []
  if (held('DOCKER_HOST').length > 0) return held('DOCKER_HOST')
  const context = held('DOCKER_CONTEXT')
  return context.length === 0 || known(context) === 'default' ? null : joined([['context '], context])
}

function partOfHost(host: Value, line: number): DockerCall['host'] {
  const text = known(host)
  return text === null ? { kind: 'unknown', text: 'the host of an ssh', line } : { kind: 'known', value: text }
}

const linesOfSource = new WeakMap<Source, readonly string[]>()

function lineIn(source: Source, line: number): string {
  const lines = linesOfSource.get(source) ?? source.text.split('\n')
  linesOfSource.set(source, lines)
  return lines[line - source.lineAt(0)] ?? ''
}

/** What no name server knows is no name of a container that somebody meant. */
const LONGEST_NAME = 255
/** On one line; nobody writes more by hand. */
const MOST_NAMES = 50

/** By line: what stands together in one. Two commands on one line are two; what another host's engine is asked is none. */
export function linesOf(calls: readonly ScriptCall[]): readonly ScriptLine[] {
  const found = new Map<string, ScriptLine>()
  for (const { command, network, container, host, file, line, text } of calls) {
    if (command === 'run' || host?.kind === 'known') continue
    const key = JSON.stringify([file, line, command, network, host])
    const before = found.get(key)
    const parts = [network, container, host].filter(p => p !== null)
    const isName = (part: typeof network): boolean => part?.kind === 'known' && part.value.length <= LONGEST_NAME
    const names = (part: typeof network): readonly string[] =>
      part?.kind === 'known' && isName(part) ? [part.value] : []
    found.set(key, {
      file,
      line,
      text,
      kind: command,
      containers: unique([...(before?.containers ?? []), ...names(container)]),
      networks: unique([...(before?.networks ?? []), ...names(network)]),
      unresolved: unique([
        ...(before?.unresolved ?? []),
        ...parts.flatMap(p => (isName(p) ? [] : [shown(p.kind === 'known' ? p.value : p.text)])),
      ]),
    })
  }
  return [...found.values()].toSorted((a, b) => a.line - b.line)
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].slice(0, MOST_NAMES)
}
