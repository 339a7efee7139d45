// What is wrong with a config, as data and as text. All problems of a config are reported at once, in one NethealError.

import { assertNever, NethealError } from '../core/errors.ts'
import { printable } from '../core/printable.ts'
import type { Origin } from './config.ts'

/** `path` is written as in `attachments[0].network`; `advice` is one or more whole sentences. */
export type Problem =
  | {
      readonly kind: 'value'
      readonly path: string
      readonly origin: Origin
      /** What is expected: `a duration from 1s to 5m`. */
      readonly expected: string
      /** What is there, shortened and made harmless: `5 (a number)`. Null: nothing. */
      readonly got: string | null
      readonly advice: string
    }
  | { readonly kind: 'unknown-key'; readonly path: string; readonly origin: Origin; readonly advice: string }
  /** Values that are valid by themselves but not together, or a duplicate key. */
  | {
      readonly kind: 'conflict'
      readonly path: string
      readonly origin: Origin
      readonly why: string
      readonly advice: string
    }
  | {
      readonly kind: 'syntax'
      /** Both from 1; the column counts UTF-16 units. */
      readonly line: number
      readonly column: number
      readonly origin: Origin
      readonly why: string
      readonly advice: string
      /** The line itself and a caret below the column, each made harmless and of the same width. */
      readonly excerpt: readonly [string, string]
    }
  /** The file as a whole. `closed`: this user may not read it; `unusable`: not a file, empty, too big, ... */
  | {
      readonly kind: 'file'
      readonly fault: 'missing' | 'closed' | 'unusable'
      readonly origin: Origin
      readonly why: string
      readonly advice: string
    }

/** With more than this the first ones would scroll off the terminal. */
const MOST_SHOWN = 50

const HINT = 'fix it, then check it with `netheal config`'

/** A NethealError `config` (its hint says what to do next) with all problems; `problemsOf` returns them as data. */
export function configError(file: string, problems: readonly Problem[]): NethealError {
  const [first] = problems
  if (first?.kind === 'file') return new NethealError('config', first.why, { hint: first.advice, cause: { problems } })
  const lines = problems.slice(0, MOST_SHOWN).map(problem => `  ${problemText(problem)}`)
  if (problems.length > MOST_SHOWN) lines.push(`  ... and ${problems.length - MOST_SHOWN} more.`)
  return new NethealError('config', [headline(file, problems), ...lines].join('\n'), {
    hint: HINT,
    cause: { problems },
  })
}

/** The problems of an error that `configError` made, for `--json`; empty for every other error. */
export function problemsOf(error: unknown): readonly Problem[] {
  if (!(error instanceof NethealError) || error.code !== 'config') return []
  const { cause } = error
  if (typeof cause !== 'object' || cause === null || !('problems' in cause) || !Array.isArray(cause.problems)) return []
  return cause.problems as readonly Problem[]
}

/** One problem for people. A syntax error takes three lines, any other one line. */
export function problemText(problem: Problem): string {
  switch (problem.kind) {
    case 'value': {
      const what =
        problem.got === null
          ? `missing; expected ${problem.expected}`
          : `expected ${problem.expected}; got ${problem.got}`
      return said(place(problem), `${what}.`, problem.advice)
    }
    case 'unknown-key':
      return said(
        place(problem),
        `unknown ${problem.origin.kind === 'environment' ? 'variable' : 'key'}.`,
        problem.advice,
      )
    case 'conflict':
      return said(place(problem), problem.why, problem.advice)
    case 'syntax': {
      const number = String(problem.line)
      const [line, caret] = problem.excerpt
      return [
        said(`line ${number}, column ${problem.column}`, problem.why, problem.advice),
        `    ${number} | ${line}`.trimEnd(),
        `    ${' '.repeat(number.length)} | ${caret}`,
      ].join('\n')
    }
    case 'file':
      return said('', problem.why, problem.advice)
    default:
      return assertNever(problem)
  }
}

function said(where: string, why: string, advice: string): string {
  return `${where === '' ? '' : `${where}: `}${why}${advice === '' ? '' : ` ${advice}`}`
}

/** A value from the environment is named by its variable, not by the key that it sets. */
function place(problem: { readonly path: string; readonly origin: Origin }): string {
  const { kind, name } = problem.origin
  return kind === 'file' || kind === 'default' ? problem.path || 'the file as a whole' : `${name} (${kind})`
}

function headline(file: string, problems: readonly Problem[]): string {
  const kinds = new Set(problems.map(({ origin }) => placeOf(origin.kind)))
  const places = [...kinds].map((kind, i) => (kind === 'file' ? printable(file) : `${i === 0 ? 'The' : 'the'} ${kind}`))
  const have = places.length === 1 ? 'has' : 'have'
  return `${places.join(' and ')} ${have} ${problems.length} problem${problems.length === 1 ? '' : 's'}:`
}

function placeOf(kind: Origin['kind']): 'file' | 'environment' | 'command line' {
  if (kind === 'flag') return 'command line'
  return kind === 'environment' || kind === 'systemd' ? 'environment' : 'file'
}
