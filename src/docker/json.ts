// Values of an answer's JSON, of which nothing is known: what is not of the wanted kind is an error, or is empty.
import { NethealError } from '../core/errors.ts'

export type Json = Readonly<Record<string, unknown>>

export function object(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    throw nonsense(what)
  return value as Json
}

export function optionalObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

export function optionalText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** What of it is text. All of it is, as a rule, and then it is not copied: of a pass over 10,000 containers that is a tenth. */
export function labelsOf(value: unknown): Readonly<Record<string, string>> {
  const all = optionalObject(value)
  return isAllText(all) ? all : Object.fromEntries(Object.entries(all).filter(isTextEntry))
}

function isAllText(json: Json): json is Readonly<Record<string, string>> {
  return Object.values(json).every(isText)
}

export function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isTextEntry(entry: [string, unknown]): entry is [string, string] {
  return isText(entry[1])
}

export function nonsense(what: string): NethealError {
  return new NethealError('engine-unreachable', `the engine's answer makes no sense: no usable ${what}`, {
    hint: 'check whether something else listens there, or a proxy is in between',
  })
}
