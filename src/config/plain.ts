// Normalizes single values: durations to milliseconds, sizes to bytes, one form for selectors and for secrets.
// The schema has checked each of them.
import type { ContainerSelector } from '../core/rule.ts'
import type { Secret } from '../core/secret.ts'
import { parseDuration } from './duration.ts'
import type { FileSecret } from './secret-schema.ts'
import type { FileContainerSelector } from './selectors.ts'
import { parseSize } from './size.ts'

export function selectorOf(file: FileContainerSelector): ContainerSelector {
  if (typeof file === 'string') return file
  if (file.label !== undefined) return { label: file.label }
  if (file.compose !== undefined) return { compose: file.compose }
  const coolify = checked(file.coolify ?? null)
  if (typeof coolify === 'string') return { coolify }
  const { name, environment, project } = coolify
  return {
    coolify: name,
    ...(environment === undefined ? {} : { environment }),
    ...(project === undefined ? {} : { project }),
  }
}

export function secretOf(file: FileSecret): Secret {
  if (typeof file === 'string') return { kind: 'plain', value: file }
  if (file.env !== undefined) return { kind: 'env', name: file.env }
  return { kind: 'file', path: checked(file.file ?? null) }
}

export function milliseconds(text: string): number {
  return checked(parseDuration(text))
}

export function bytes(text: string): number {
  return checked(parseSize(text))
}

/** The schema guarantees a value: anything else is a bug of ours. */
export function checked<T>(value: T | null): T {
  if (value === null) throw new Error('the schema let a value through that it must refuse')
  return value
}

/** `supabase-db:5432` into its parts; `port` null where there is none. */
export function splitTarget(text: string): { readonly host: string; readonly port: number | null } {
  const found = /^([^:]*):(\d{1,6})$/.exec(text)
  return { host: found?.[1] ?? text, port: found === null ? null : Number(found[2]) }
}
