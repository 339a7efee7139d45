// The directories that records live in.
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { asOwner } from './as-owner.ts'

const DIRECTORY_MODE = 0o750

/**
 * Makes the directory and those above it, each for the owner of the one above. Throws what the file system says.
 * One at a time: Node's own recursive way tries for ever where a file system says of a child that it is not there, and lets
 * nobody make it (/proc; Node 24.21).
 */
export function makeDirectory(path: string, mode: number = DIRECTORY_MODE): void {
  if (isDirectory(path)) return
  const parent = dirname(path)
  if (parent !== path) makeDirectory(parent, mode)
  try {
    asOwner(parent, () => mkdirSync(path, { mode }))
  } catch (error) {
    // Somebody else was quicker.
    if (!isDirectory(path)) throw error
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
