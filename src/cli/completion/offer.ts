// What a shell offers where a value is expected. Static only: pressing TAB reads no config and asks no engine.
import type { Grammar, Value } from './grammar.ts'

export type Offer =
  | { readonly kind: 'files' }
  | { readonly kind: 'folders' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** A value is expected here, and it cannot be guessed. */
  | { readonly kind: 'anything' }

/** By the name of the value, as in `--config <file>`. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  duration: ['15m', '30m', '1h', '2h', '1d'],
  when: ['1h', '24h', '7d', '30d'],
  host: ['unix:///var/run/docker.sock', 'tcp://', 'ssh://'],
}

const FILES: ReadonlySet<string> = new Set(['file', 'path', 'script'])
const FOLDERS: ReadonlySet<string> = new Set(['folder', 'directory', 'dir'])

/** Letters that mean nothing to either shell, within single quotes or a word list. */
const HARMLESS = /^[\w.,/@:+-]+$/

export function offerFor(value: Value, grammar: Grammar): Offer {
  const name = value.name.toLowerCase()
  if (value.choices.length > 0) return words(value.choices)
  if (FILES.has(name)) return { kind: 'files' }
  if (FOLDERS.has(name)) return { kind: 'folders' }
  if (name === 'command') return words(grammar.commands.map(command => command.name))
  return words(Object.hasOwn(WORDS, name) ? (WORDS[name] ?? []) : [])
}

function words(list: readonly string[]): Offer {
  const harmless = list.filter(word => HARMLESS.test(word))
  return harmless.length === 0 ? { kind: 'anything' } : { kind: 'words', words: harmless }
}
