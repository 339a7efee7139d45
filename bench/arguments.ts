// The command line of `npm run bench`. Pure.
import { parseArgs } from 'node:util'

/** What a row is called: by its number in the documentation, or by one word. */
export interface Named {
  readonly number: number
  readonly name: string
  readonly title: string
}

export interface Arguments<Row> {
  readonly wanted: readonly Row[]
  readonly quick: boolean
  readonly output: 'text' | 'json' | 'markdown'
  readonly help: boolean
  /** Replacements of each kind in row 2; null for the usual number. */
  readonly count: number | null
  /** A generation of the Docker Engine; null for this machine's own packages. */
  readonly engine: string | null
  /** The compose of row 2, if one is named. */
  readonly compose: string | null
}

export function usage(rows: readonly Named[], engines: readonly string[]): string {
  return `usage: npm run bench -- [ROW...] [--quick] [--json | --markdown] [--count N] [--engine ENGINE] [--compose FILE]
  ROW        a row by its name or number; all of them by default
  --quick    few runs: proves that each row works, not how fast anything is
  --json     for programs; --markdown for docs/benchmarks.md
  --count    replacements of each kind in row 2
  --engine   a Docker Engine of this generation instead of this machine's own: ${engines.join(', ')}
  --compose  the compose of row 2
rows:${rows.map(row => `\n  ${row.number}  ${row.name.padEnd(12)} ${row.title}`).join('')}
`
}

/** Throws TypeError for a mistake, in words. */
export function argumentsOf<Row extends Named>(
  argv: readonly string[],
  rows: readonly Row[],
  engines: readonly string[],
): Arguments<Row> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      count: { type: 'string' },
      engine: { type: 'string' },
      compose: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const isCalled = (word: string) => (row: Named) => row.name === word || String(row.number) === word
  const unknown = positionals.find(word => !rows.some(isCalled(word)))
  if (unknown !== undefined) throw new TypeError(`${unknown} is no row: ${rows.map(row => row.name).join(', ')}`)
  const count = values.count === undefined ? null : Number(values.count)
  if (count !== null && !(Number.isInteger(count) && count > 0))
    throw new TypeError(`--count ${values.count} is not a whole number from 1 on`)
  const { engine = null, compose = null, quick, help } = values
  if (engine !== null && !engines.includes(engine))
    throw new TypeError(`--engine ${engine} is not one of ${engines.join(', ')}`)
  if (values.json && values.markdown) throw new TypeError('--json or --markdown, not both')
  const output = values.json ? 'json' : values.markdown ? 'markdown' : 'text'
  const wanted = positionals.length === 0 ? rows : rows.filter(row => positionals.some(word => isCalled(word)(row)))
  return { wanted, quick, output, help, count, engine, compose }
}
