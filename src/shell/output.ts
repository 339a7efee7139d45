// What a few plain commands print, where their words are known: lists for loops, paths of neighbouring files.
import type { Machine } from './machine.ts'
import type { State } from './state.ts'
import { joined, known, type Value } from './value.ts'
import { withoutOptions } from './wrapper.ts'

/** Null: another command, or only a run would tell. */
export function outputOfKnown(name: string, args: readonly Value[], state: State, machine: Machine): Value | null {
  const path = known(withoutOptions(args, '')[0])
  switch (name) {
    case 'echo': {
      const isOpen = known(args[0]) === '-n'
      const words = /^-(n|e|ne|en)$/.test(known(args[0]) ?? '') ? args.slice(1) : args
      if (
        known(args[0])?.includes('e') &&
        words.length < args.length &&
        words.some(w => (known(w) ?? '\\').includes('\\'))
      )
        return null
      return joined([...words.flatMap((w, i) => (i === 0 ? [w] : [[' '], w])), [isOpen ? '' : '\n']])
    }
    case 'printf':
      return printed(known(args[0]), args.slice(1))
    case 'cat': {
      if (args.length === 0) return state.input
      const file = path === null || !path.startsWith('/') ? null : machine.fileText(path)
      return file?.kind === 'text' && args.length === 1 ? [file.text] : null
    }
    case 'dirname':
      return path === null ? null : [`${path.includes('/') ? path.slice(0, path.lastIndexOf('/')) || '/' : '.'}\n`]
    case 'basename': {
      const suffix = known(args[1]) ?? ''
      const base = path?.split('/').at(-1) ?? null
      return base === null || args.length > 2
        ? null
        : [`${suffix !== '' && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base}\n`]
    }
    case 'readlink':
    case 'realpath':
      return path?.startsWith('/') ? [`${path}\n`] : null
    case 'pwd':
      return known(state.folder)?.startsWith('/') ? joined([state.folder, ['\n']]) : null
    case 'seq': {
      const numbers = args.map(a => Number(known(a) ?? Number.NaN))
      const [from, to] = numbers.length === 1 ? [1, numbers[0]] : numbers
      if (numbers.length > 2 || from === undefined || to === undefined || !(to - from <= 100 && from <= to)) return null
      return [Array.from({ length: to - from + 1 }, (_, i) => `${from + i}\n`).join('')]
    }
    default:
      return null
  }
}

/** Formats of `%s` and line ends only. */
function printed(format: string | null, args: readonly Value[]): Value | null {
  if (format === null || /%[^s%]|\\[^nt]/.test(format)) return null
  const pieces = format.split('\\n').join('\n').split('\\t').join('\t').split('%s')
  const holes = pieces.length - 1
  if (holes === 0) return [pieces[0] ?? '']
  const rounds = Math.max(1, Math.ceil(args.length / holes))
  const all: Value[] = []
  for (let round = 0; round < rounds; round++) {
    for (const [i, piece] of pieces.entries()) {
      all.push([piece])
      if (i < holes) all.push(args[round * holes + i] ?? [])
    }
  }
  return joined(all)
}
