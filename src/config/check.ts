// Turns zod's issues into problems that people can act on: one per place, with what is expected there.
import * as z from 'zod/mini'
import type { Origin } from './config.ts'
import { hidden, withoutUrls } from './hidden.ts'
import { nearest } from './near.ts'
import { overlaps } from './overlap.ts'
import type { Problem } from './problem.ts'
import { type FileRule, rule } from './rule-schema.ts'
import { type FileConfig, fileSchema } from './schema.ts'
import { isSecret, keysOf, options, schemaAt, typeOf } from './shape.ts'
import { pathText, shown } from './shown.ts'
import { valueAt } from './value-at.ts'
import { type Words, wordsOf } from './words.ts'

type Path = readonly PropertyKey[]
type Issue = z.core.$ZodIssue

export type Checked =
  | { readonly kind: 'good'; readonly file: FileConfig }
  | { readonly kind: 'bad'; readonly problems: readonly Problem[] }

/**
 * Checks the whole config and finds all problems.
 * @param value the file, with flags and environment applied
 * @param originOf where the value at a path (`log.format`) came from
 */
export function check(value: unknown, originOf: (path: string) => Origin): Checked {
  const parsed = parse(fileSchema, value)
  if (parsed.success) {
    const problems = overlaps(parsed.data.attachments, originOf)
    return problems.length === 0 ? { kind: 'good', file: parsed.data } : { kind: 'bad', problems }
  }
  const problems = parsed.error.issues.flatMap(issue => problemsIn(issue, [], value, originOf))
  return { kind: 'bad', problems: [...onePerPlace(problems), ...overlaps(goodRules(value), originOf)] }
}

/** zod would compile each object on first use, which pays off from the hundredth parse on; here there is one. */
function parse<S extends z.ZodMiniType>(schema: S, value: unknown): z.core.util.SafeParseResult<z.output<S>> {
  return z.safeParse(schema, value, { jitless: true })
}

/** So that overlaps are reported together with all other problems. */
function goodRules(value: unknown): readonly (FileRule | null)[] {
  const attachments = valueAt(value, ['attachments'])
  if (!Array.isArray(attachments)) return []
  return attachments.map(entry => {
    const parsed = parse(rule, entry)
    return parsed.success ? parsed.data : null
  })
}

function problemsIn(issue: Issue, base: Path, root: unknown, originOf: (path: string) => Origin): readonly Problem[] {
  const path = [...base, ...issue.path]
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownKey(path, key, originOf))
  if (issue.code === 'invalid_union') {
    // Of the option with the right type: its own issues say more than "none of these".
    const meant = issue.errors.find(issues => !issues.some(found => found.path.length === 0 && isOfType(found)))
    if (meant !== undefined) return meant.flatMap(found => problemsIn(found, path, root, originOf))
  }
  const text = pathText(path)
  const origin = originOf(text)
  const { advice: conflict, instead } = paramsOf(issue)
  if (conflict !== undefined) return [{ kind: 'conflict', path: text, origin, why: issue.message, advice: conflict }]
  const got = valueAt(root, path)
  const words = wordsAt(path, issue.code === 'custom' ? got : undefined)
  return [
    {
      kind: 'value',
      path: text,
      origin,
      expected: words.expected ?? 'something else',
      got: got === undefined ? null : (isSecret(fileSchema, path) && hidden(got)) || shown(got),
      advice: withoutUrls(instead ?? '') || adviceFor(words, got, origin),
    },
  ]
}

/** What `conflicts` and `withCheck` attached to the issue. */
function paramsOf(issue: Issue): { readonly advice?: string; readonly instead?: string } {
  return issue.code === 'custom' ? (issue.params ?? {}) : {}
}

/** True for an issue that says "not of this type at all". */
function isOfType(issue: Issue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union'
}

/** @param judged a value of the right type that failed its own check: the words are those for values of its type */
function wordsAt(path: Path, judged: unknown): Words {
  const schema = schemaAt(fileSchema, path)
  if (schema === null) return {}
  const option = judged === undefined ? undefined : options(schema).find(one => typeOf(one) === typeNameOf(judged))
  return { ...wordsOf(schema), ...(option === undefined ? {} : wordsOf(option)) }
}

function typeNameOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value
}

function adviceFor(words: Words, got: unknown, origin: Origin): string {
  const advice = words.advise?.(got) ?? near(words, got)
  if (advice !== null) return withoutUrls(advice)
  if (words.example === undefined) return ''
  const fromShell = origin.kind !== 'file' && origin.kind !== 'default'
  return `For example: ${fromShell && typeof words.example !== 'object' ? String(words.example) : JSON.stringify(words.example)}.`
}

/** For `allways`, where `always` is one of the words allowed. */
function near(words: Words, got: unknown): string | null {
  if (typeof got !== 'string') return null
  const choices = [...(words.expected ?? '').matchAll(/"([a-z-]+)"/g)].map(match => match[1] ?? '')
  const found = nearest(got, choices)
  return found === null ? null : `Did you mean "${found}"?`
}

function unknownKey(path: Path, key: string, originOf: (path: string) => Origin): Problem {
  const text = pathText([...path, key])
  return { kind: 'unknown-key', path: text, origin: originOf(text), advice: keyAdvice(path, key) }
}

function keyAdvice(path: Path, key: string): string {
  const schema = schemaAt(fileSchema, path)
  const known = schema === null ? [] : Object.keys(keysOf(schema))
  const found = nearest(key, known)
  if (found !== null) return `Did you mean "${found}"?`
  const section = sectionOf(key)
  if (section !== null) return `It belongs in "${section}".`
  return known.length === 0 ? 'Remove it.' : `Valid keys: ${known.filter(name => name !== '$schema').join(', ')}.`
}

/** The section that has this key, for a key in the wrong place. */
function sectionOf(key: string): string | null {
  const sections = Object.entries(keysOf(fileSchema))
  // For a list of objects: its first entry.
  const found = sections.find(([, schema]) => Object.hasOwn(keysOf(schemaAt(schema, [0]) ?? schema), key))
  return found === undefined ? null : found[0]
}

/** zod may find several things wrong with one value: the first says enough, and a misspelt key says why one is missing. */
function onePerPlace(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>()
  const misspelt = new Set<string>()
  for (const problem of problems) {
    if (problem.kind === 'unknown-key') misspelt.add(problem.path.replace(/\.[^.]*$/, ''))
  }
  return problems.filter(problem => {
    if (problem.kind !== 'value') return true
    if (seen.has(problem.path) || misspelt.has(problem.path)) return false
    seen.add(problem.path)
    return true
  })
}
