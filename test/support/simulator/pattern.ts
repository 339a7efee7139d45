// How Docker matches names in a list: exactly, or as a regular expression.
import type { Filters } from '../../../src/simulator/filters.ts'

/** True when the key is not asked for, or one of its values is the source or, as a regular expression, found in it. */
export function pattern(filters: Filters, key: string, source: string): boolean {
  return !filters.has(key) || filters.get(key).some(value => value === source || found(value, source))
}

function found(pattern: string, source: string): boolean {
  try {
    return new RegExp(pattern).test(source)
  } catch {
    return false
  }
}
