// One line of the action log, read back: text or JSON, each line by itself, since the format may be changed at any time.

import * as z from 'zod/mini'
import { DETACH_CAUSES, LOOP_KINDS, LOOP_SOURCES } from '../core/cause.ts'
import { VERB_NAMES } from '../core/verb.ts'
import { type Logged, loggedFrom } from './rules/entry-text.ts'

/** `quiet`: a line of the old script that says that nothing was wrong. `unreadable`: torn, garbage, or none of ours. */
export type ReadLine =
  | { readonly kind: 'entry'; readonly entry: Logged }
  | { readonly kind: 'quiet' }
  | { readonly kind: 'unreadable' }

const UNREADABLE: ReadLine = { kind: 'unreadable' }

/** Never throws, whatever is in it. Without its line feed. */
export function readLine(line: string): ReadLine {
  return line.startsWith('{') ? jsonLine(line) : textLine(line)
}

const TEXT = /^\[(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC\] (?:([A-Z]+): (.*)|=+ .* =+)$/s

function textLine(line: string): ReadLine {
  const [, day, time, word, sentence] = TEXT.exec(line) ?? []
  const at = Date.parse(`${day}T${time}Z`)
  if (!Number.isFinite(at)) return UNREADABLE
  // `====== Check Complete ======`, `OK: pms-backend already attached to ...`
  if (word === undefined || word === 'OK' || word === 'DEGRADED') return { kind: 'quiet' }
  const entry = loggedFrom(at, word, sentence ?? '')
  return entry === null ? UNREADABLE : { kind: 'entry', entry }
}

function jsonLine(line: string): ReadLine {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return UNREADABLE
  }
  const read = logged.safeParse(value)
  if (!read.success) return UNREADABLE
  const { time, ...facts } = read.data
  const at = Date.parse(time)
  if (!Number.isFinite(at)) return UNREADABLE
  if (facts.kind !== 'warning') return { kind: 'entry', entry: { at, ...facts } }
  // Its `message` is the sentence, with the hint in it.
  const tail = `; ${facts.hint}`
  const message = facts.message.endsWith(tail) ? facts.message.slice(0, -tail.length) : facts.message
  return { kind: 'entry', entry: { at, ...facts, message } }
}

const text = z.string()
const number = z.number()
const cause = z.enum(DETACH_CAUSES)
const verb = z.enum(VERB_NAMES)
const loop = z.enum(LOOP_KINDS)
const source = z.enum(LOOP_SOURCES)
const subject = { time: text, container: text, network: text }
const evidence = z.object({
  containerId: text,
  previousId: z.nullable(text),
  networkId: z.nullable(text),
  previousNetworkId: text,
  lastAttachedAt: z.nullable(number),
  lostAt: z._default(z.nullable(number), null),
  startedAt: z.nullable(number),
  exitCode: z.nullable(number),
  coolify: z.boolean(),
  deployment: z.nullable(text),
})

/** As `lineMaker` writes them (record/line.ts): an Entry without `at`, and a warning's words by the name of `message`. */
const logged = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('fixing'),
    ...subject,
    why: text,
    cause: z.nullable(cause),
    evidence: z.nullable(evidence),
  }),
  z.object({ kind: z.literal('action'), ...subject, verb, notes: z.readonly(z.array(text)) }),
  z.object({ kind: z.literal('success'), ...subject, verb, milliseconds: number, notes: z.readonly(z.array(text)) }),
  z.object({
    kind: z.literal('failed'),
    ...subject,
    verb,
    error: text,
    hint: z.nullable(text),
    retryIn: z.nullable(number),
  }),
  z.object({ kind: z.literal('lost'), ...subject, cause, evidence, why: text }),
  z.object({
    kind: z.literal('loop'),
    ...subject,
    network: z.nullable(text),
    loop,
    cause: text,
    source,
    count: number,
    within: number,
    every: z.nullable(number),
    remedy: text,
  }),
  z.object({ kind: z.literal('cleared'), ...subject, network: z.nullable(text), loop, quiet: number }),
  z.object({ kind: z.literal('returned'), ...subject, reason: z.nullable(text), after: number }),
  z.object({
    kind: z.literal('warning'),
    ...subject,
    container: z.nullable(text),
    network: z.nullable(text),
    code: text,
    message: text,
    hint: z.nullable(text),
  }),
])
