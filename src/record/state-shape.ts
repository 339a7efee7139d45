// What a state file holds: three slices, each owned by its part of the house, and what each must be to be believed. Nothing
// else is kept.
import * as z from 'zod/mini'
import type { Intent } from '../core/intent.ts'
import { EMPTY_STATE, type State } from '../core/state.ts'
import { intentShape, stateShape } from '../heal/state-shape.ts'
import { countsShape } from '../metrics/counts-shape.ts'
import { type Counts, NO_COUNTS } from '../metrics/rules/counts.ts'
import { noticesShape } from '../notify/notices-shape.ts'
import { NO_NOTICES, type Notices } from '../notify/rules/notices.ts'

/** All that is kept in the state file. */
export interface Stored {
  /** The healer's. */
  readonly state: State
  /** The notifier's. */
  readonly notices: Notices
  /** For metrics. */
  readonly counts: Counts
}

export const EMPTY: Stored = { state: EMPTY_STATE, notices: NO_NOTICES, counts: NO_COUNTS }

/** Of the file. 1: one flat object; it is read, and the next save makes it 2. */
export const VERSION = 2

const stored = z.object({ version: z.literal(VERSION), state: stateShape, notices: noticesShape, counts: countsShape })

/** Before the slices: one object of everything, of which the last five came later than the first files. */
const version1 = z.object({
  version: z.literal(1),
  ...z.omit(stateShape, { passes: true, daemon: true }).shape,
  daemon: z._default(stateShape.shape.daemon, null),
  tally: z._default(countsShape, EMPTY.counts),
  incidents: z._default(noticesShape.shape.incidents, []),
  outbox: z._default(noticesShape.shape.outbox, []),
  targets: z._default(noticesShape.shape.targets, {}),
})

function fromVersion1({ version: _, tally, incidents, outbox, targets, ...healing }: z.infer<typeof version1>): Stored {
  return {
    state: { ...healing, passes: tally.passes + tally.failedPasses },
    notices: { incidents, outbox, targets },
    counts: tally,
  }
}

type Read = Omit<z.infer<typeof stored>, 'version'>
// Both ways: what this lets through is stored state, and none that was saved is refused when it is loaded.
const bothWays: Stored extends Read ? (Read extends Stored ? true : never) : never = true

export type ReadStored =
  | { readonly kind: 'stored'; readonly stored: Stored }
  | { readonly kind: 'wrong'; readonly why: string }

/** What is stored in the text of a state file of this version or the one before, or in words what is wrong with it. Never throws. */
export function readStored(text: string): ReadStored {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'wrong', why: text.trim() === '' ? 'it is empty' : 'it is not JSON, or damaged' }
  }
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  if (version === 1) {
    const old = version1.safeParse(value)
    return old.success ? { kind: 'stored', stored: fromVersion1(old.data) } : wrong(old.error)
  }
  if (typeof version === 'number' && version !== VERSION) {
    return { kind: 'wrong', why: `it is of version ${version}, and this netheal reads ${VERSION}` }
  }
  const read = stored.safeParse(value)
  if (!read.success || !bothWays) return wrong(read.error)
  const { version: _, ...slices } = read.data
  return { kind: 'stored', stored: slices }
}

function wrong(error: z.core.$ZodError | undefined): ReadStored {
  const where = error?.issues[0]?.path.slice(0, 2).map(String).join('.')
  return { kind: 'wrong', why: where ? `"${where}" in it is not as it should be` : 'it holds something else' }
}

/** What a line of `state.ahead` says; null for a torn or a strange one. Never throws. */
export function readIntent(line: string): Intent | null {
  if (line === '') return null
  try {
    const read = intentShape.safeParse(JSON.parse(line))
    return read.success ? read.data : null
  } catch {
    return null
  }
}
