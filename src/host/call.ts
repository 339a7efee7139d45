// One call of Docker in a script, as a whole tuple: what it does, and for each container the network, the names and the address
// that stand with it, and whose engine it is. Each part is known, or named as not known, with its line.
import type { DockerVerb } from '../diagnose/rules/automation.ts'
import { holesOf, known, shownValue, type Value } from '../shell/value.ts'

export type Part =
  | { readonly kind: 'known'; readonly value: string }
  /** `text`: as it stands in the script, or what came of it and is no name. */
  | { readonly kind: 'unknown'; readonly text: string; readonly line: number }

export interface DockerCall {
  /** `run`: `docker run --name`, which is no deed to a container that is there. */
  readonly command: DockerVerb | 'run'
  /** Null: the command takes none. For compose the container is a service. */
  readonly network: Part | null
  readonly container: Part | null
  readonly aliases: readonly Part[]
  readonly address: Part | null
  readonly address6: Part | null
  /** Options of a connect that no rule has a word for: `--link`. */
  readonly options: readonly string[]
  /** Null: this host's engine. */
  readonly host: Part | null
}

/** A call of Docker, where it stands. Of those with the same `path` only one can come true: branches, one way each. */
export interface ScriptCall extends DockerCall {
  /** Null: the script's own file. */
  readonly file: string | null
  readonly line: number
  readonly text: string
  readonly path: string
}

/** A call of which nothing else is known. */
export const PLAIN: Omit<DockerCall, 'command'> = {
  network: null,
  container: null,
  aliases: [],
  address: null,
  address6: null,
  options: [],
  host: null,
}

export const DEEDS: Readonly<Record<string, DockerVerb>> = {
  restart: 'restart',
  stop: 'stop',
  start: 'start',
  kill: 'kill',
  rm: 'remove',
}
const NAME = /^[a-zA-Z0-9][\w.-]*$/
export const ADDRESS6 = /^[0-9a-fA-F:.]+$/

/** What is no name that Docker gives is not known: `{}`, `--`, a text with spaces. */
export function partOf(value: Value, line: number, form: RegExp = NAME): Part {
  const text = known(value)
  if (text !== null && form.test(text)) return { kind: 'known', value: text }
  return unknownPart(shownValue(value), holesOf(value)[0]?.line || line)
}

/** `text`: what stands there. */
export function unknownPart(text: string, line: number): Part {
  return { kind: 'unknown', text: text === '' ? 'an empty text' : text.slice(0, 200), line }
}
