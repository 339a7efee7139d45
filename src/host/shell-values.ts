// What the words of a script may stand for, as far as plain assignments, loops over lists and arguments of its own
// functions tell. Several assignments of one variable are all of its values: which one counts would take a run to know.
import type { Call, ShellScript } from './shell-script.ts'
import { literal, type Part, type Word } from './shell-word.ts'

export interface Values {
  readonly values: readonly string[]
  /** What could not be told, as it stands in the script: `$NETWORK`, `$(docker ps -q)`. */
  readonly unresolved: readonly string[]
}

export interface Surroundings {
  /** The script's own arguments. */
  readonly args: readonly string[]
  /** Variables that its caller sets: the crontab's, the unit's. */
  readonly env: Readonly<Record<string, string>>
  /** Files of variables that its caller reads: `EnvironmentFile=` of a unit. */
  readonly files: readonly string[]
}

export const NO_SURROUNDINGS: Surroundings = { args: [], env: {}, files: [] }

const MOST_VALUES = 64
/** A few lines can be made to stand for more than a machine can hold; then the rest stays unresolved. */
const MOST_STEPS = 20_000
const LONGEST_TEXT = 60

/** Answers for the words of one script. `within`: the function that the word stands in. */
export function valuesIn(script: ShellScript, around: Surroundings): (word: Word, within: string | null) => Values {
  const bound = Map.groupBy(script.bindings, b => b.name)
  let steps = 0
  const calls = Map.groupBy(script.calls, c => (c.words[0] === undefined ? null : literal(c.words[0])))

  function ofWord(word: Word, within: string | null, seen: readonly string[]): Values {
    let values: readonly string[] = ['']
    const unresolved: string[] = []
    for (const part of word.parts) {
      const found = ofPart(part, within, seen)
      unresolved.push(...found.unresolved)
      values = values.flatMap(v => found.values.map(f => v + f)).slice(0, MOST_VALUES)
    }
    const [only] = word.parts
    // The shell splits an unquoted variable at its spaces: "a b" is two containers.
    const splits = word.parts.length === 1 && only?.kind === 'variable' && !only.quoted
    return { values: unique(splits ? values.flatMap(v => v.split(/\s+/)) : values), unresolved: unique(unresolved) }
  }

  function ofPart(part: Part, within: string | null, seen: readonly string[]): Values {
    switch (part.kind) {
      case 'text':
        return { values: [part.text], unresolved: [] }
      case 'command':
        return { values: [], unresolved: [shortened(`$(${part.text.trim()})`)] }
      case 'other':
        return { values: [], unresolved: [shortened(part.text)] }
      case 'variable':
        return ofVariable(part, within, seen)
    }
  }

  function ofVariable(
    { name, fallback }: Extract<Part, { kind: 'variable' }>,
    within: string | null,
    seen: readonly string[],
  ): Values {
    const key = /^[\d@*]/.test(name) ? `${within} ${name}` : name
    // `X="${X:-default}"` asks for itself: what is meant is whatever was there before.
    if (++steps < MOST_STEPS && seen.length < 16 && !seen.includes(key)) {
      const found = /^[\d@*]/.test(name)
        ? ofArgument(name, within, [...seen, key])
        : joined((bound.get(name) ?? []).flatMap(b => b.words.map(w => ofWord(w, b.within, [...seen, key]))))
      if (found.values.length > 0 || found.unresolved.length > 0) return found
    }
    const given = around.env[name]
    if (given !== undefined) return { values: [given], unresolved: [] }
    if (fallback !== null) return ofWord(fallback, within, seen)
    return { values: [], unresolved: [`$${name}`] }
  }

  function ofArgument(name: string, within: string | null, seen: readonly string[]): Values {
    const all = name === '@' || name === '*'
    if (within === null) {
      const args = all ? around.args : around.args.slice(Number(name) - 1, Number(name))
      return { values: args, unresolved: args.length === 0 ? [`$${name}`] : [] }
    }
    const given = (call: Call): readonly Word[] =>
      all ? call.words.slice(1) : call.words.slice(Number(name), Number(name) + 1)
    return joined((calls.get(within) ?? []).flatMap(call => given(call).map(w => ofWord(w, call.within, seen))))
  }

  return (word, within) => ofWord(word, within, [])
}

function joined(found: readonly Values[]): Values {
  return {
    values: unique(found.flatMap(f => f.values)).slice(0, MOST_VALUES),
    unresolved: unique(found.flatMap(f => f.unresolved)),
  }
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT - 3)}...` : line
}
