// What a command really runs: without sudo, timeout, flock and their kind, and what `sh -c` and xargs are given.
import type { Values } from './shell-values.ts'

export type Unwrapped =
  | { readonly kind: 'command'; readonly words: readonly Values[] }
  /** `sh -c TEXT`: a script of its own. */
  | { readonly kind: 'text'; readonly text: Values | null }
  /** A script file that a shell, or nobody but itself, runs: `bash /x.sh a`, `. /x.sh`. */
  | { readonly kind: 'file'; readonly path: string; readonly args: readonly string[]; readonly isSourced: boolean }
  | { readonly kind: 'nothing' }

/** How many words of their own they take besides options: `timeout 30 docker ...`, `flock FILE docker ...`. */
const WRAPPERS: Readonly<Record<string, number>> = {
  sudo: 0,
  doas: 0,
  env: 0,
  exec: 0,
  command: 0,
  builtin: 0,
  eval: 0,
  nohup: 0,
  nice: 0,
  ionice: 0,
  chronic: 0,
  setsid: 0,
  time: 0,
  xargs: 0,
  'systemd-cat': 0,
  stdbuf: 0,
  timeout: 1,
  flock: 1,
  chrt: 1,
  retry: 0,
}
/** Options of theirs whose value is a word of its own. */
const VALUED = /^-(u|g|n|k|s|c|t|w|E|I|P|L|a|d|-user|-signal|-kill-after|-wait|-timeout|-priority|-identifier)$/
const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh'])
const MOST_WRAPPERS = 8

/** Never throws. */
export function unwrap(words: readonly Values[]): Unwrapped {
  let rest = words
  for (let i = 0; i < MOST_WRAPPERS; i++) {
    const name = programOf(rest)
    if (!Object.hasOwn(WRAPPERS, name)) break
    rest = withoutWrapper(rest.slice(1), name)
  }
  const name = programOf(rest)
  if (name === '') return rest.length === 0 ? { kind: 'nothing' } : { kind: 'command', words: rest }
  if (name === '.' || name === 'source') return fileOf(rest.slice(1), true)
  if (SHELLS.has(name)) {
    const at = rest.findIndex((w, i) => i > 0 && /^-\w*c$/.test(w.values[0] ?? ''))
    if (at !== -1) return { kind: 'text', text: rest[at + 1] ?? null }
    const script = rest.findIndex((w, i) => i > 0 && !(w.values[0] ?? '-').startsWith('-'))
    return script === -1 ? { kind: 'nothing' } : fileOf(rest.slice(script), false)
  }
  return { kind: 'command', words: rest }
}

/** The file that a command is by itself, with its arguments; what is no path is looked for by the caller. */
export function fileOf(words: readonly Values[], isSourced: boolean): Unwrapped {
  // What cannot be resolved is still worth a name, where its variables are missed later.
  const path = words[0]?.values[0] ?? (isSourced ? words[0]?.unresolved[0] : undefined)
  if (path === undefined || path === '') return { kind: 'nothing' }
  return { kind: 'file', path, args: words.slice(1).flatMap(w => w.values), isSourced }
}

function programOf(words: readonly Values[]): string {
  return (words[0]?.values[0] ?? '').split('/').at(-1) ?? ''
}

function withoutWrapper(words: readonly Values[], name: string): readonly Values[] {
  let own = WRAPPERS[name] ?? 0
  let i = 0
  for (; i < words.length; i++) {
    const text = words[i]?.values[0] ?? ''
    if (text.startsWith('-')) {
      // `flock -c 'docker ...'` and `sudo -u root`; `-n 1` of xargs and `-n` of sudo and flock differ.
      if (name === 'flock' && text === '-c') return [{ values: ['sh'], unresolved: [] }, ...words.slice(i)]
      if (VALUED.test(text) && !((name === 'sudo' || name === 'flock') && text === '-n')) i++
    } else if (name === 'env' && /^\w+=/.test(text)) {
    } else if (own > 0) own--
    else break
  }
  return words.slice(i)
}
