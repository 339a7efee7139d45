// Untrusted text as a part of a line of evidence, and words as a part of a command that somebody will copy.
import { masked } from '../core/masked.ts'

/** Characters after the bound in which the end of a password is still looked for. */
const FAR = 4_096

/** One line of at most `longest` characters, with what looks like a secret masked. */
export function excerpt(text: string, longest = 300): string {
  const line = text.replace(/\s+/g, ' ').trim()
  // What is thrown away is not searched, and a password is never cut in two: the bound comes last.
  const shown = masked(line.slice(0, longest + FAR))
  const characters = [...shown]
  return characters.length > longest ? `${characters.slice(0, longest).join('')}...` : shown
}

/** The first lines that say something, each as an excerpt. */
export function excerptLines(text: string, most = 5): readonly string[] {
  const lines = text.split('\n').filter(line => line.trim() !== '')
  return lines.slice(0, most).map(line => excerpt(line))
}

/** A word as a shell takes it, whatever is in it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
