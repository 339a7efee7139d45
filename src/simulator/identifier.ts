// Identifiers as Docker makes them: 64 hexadecimal digits, 12 of them as the short form.
import { randomBytes } from 'node:crypto'

export function newId(): string {
  return randomBytes(32).toString('hex')
}

export function shortOf(id: string): string {
  return id.slice(0, 12)
}

/** A name for a container that was created without one. */
export function newName(): string {
  return `sim_${randomBytes(5).toString('hex')}`
}
