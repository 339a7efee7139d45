// From the entries of the action log to the story: each loss with what became of it. Pure; whatever the log lacks (a crash
// in the middle, its beginning rotated away, a clock that was set back) makes the story poorer, never wrong.

import { assertNever } from '../../core/errors.ts'
import { type Outage, outageOf } from '../../core/outage.ts'
import type { Detach, Evidence } from '../../core/state.ts'
import { type Logged, outageFrom } from './entry-text.ts'
import { LastingWarnings } from './lasting-warnings.ts'
import { loopsOf, type ToldLoss } from './loop-episodes.ts'
import type { Loss, RestartMade, Story } from './story.ts'

/**
 * `entries` in the order of the log. One that is stamped later than `now` counts as of now, as in the state (the clock was
 * set back since then). The lists of the story are sorted by time.
 */
export function storyOf(entries: readonly Logged[], now: number): Story {
  const past = entries.map(e => (e.at > now ? { ...e, at: now } : e))
  const ledger = new Ledger()
  const restarts: RestartMade[] = []
  const lasting = new LastingWarnings()
  for (const [line, entry] of past.entries()) {
    ledger.take(entry, line)
    const restart = restartOf(entry)
    if (restart !== null) restarts.push(restart)
    lasting.take(entry)
  }
  const told = ledger.losses
  return {
    losses: sorted(told.map(({ inOnePass: _, line: __, ...loss }) => loss)),
    loops: loopsOf(past, told),
    restarts: sorted(restarts),
    warnings: sorted(lasting.warnings),
    span: spanOf(past),
  }
}

function spanOf(entries: readonly Logged[]): Story['span'] {
  const [first] = entries
  if (first === undefined) return null
  return entries.reduce(({ from, to }, { at }) => ({ from: Math.min(from, at), to: Math.max(to, at) }), {
    from: first.at,
    to: first.at,
  })
}

/**
 * The evidence that the state still has, put to the entries of a text log, which has none. Of the same attachment and the
 * same moment: a text line has whole seconds, and gets the moment itself.
 */
export function withEvidence(entries: readonly Logged[], detaches: readonly Detach[]): readonly Logged[] {
  if (detaches.length === 0) return entries
  const known = Map.groupBy(detaches, d => momentKey(d.container, d.network, d.at))
  return entries.map(entry => {
    if (entry.kind !== 'fixing' && entry.kind !== 'lost') return entry
    if (entry.evidence !== null || entry.cause === null || entry.network === null) return entry
    const some = known.get(momentKey(entry.container, entry.network, entry.at))
    // Several within a second are in the order of their lines; the last one may have been tried again within it.
    const detach = some !== undefined && some.length > 1 ? some.shift() : some?.[0]
    return detach === undefined ? entry : { ...entry, at: Math.max(entry.at, detach.at), evidence: detach.evidence }
  })
}

function momentKey(container: string, network: string, at: number): string {
  return `${container} ${network} ${Math.floor(at / 1000)}`
}

function restartOf(entry: Logged): RestartMade | null {
  if (entry.kind !== 'success' && entry.kind !== 'failed') return null
  if (entry.verb !== 'restart' && entry.verb !== 'start') return null
  const { container, at, verb } = entry
  return { container, at, verb, succeeded: entry.kind === 'success' }
}

function sorted<T extends { readonly at: number }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => a.at - b.at)
}

type Open = { -readonly [K in keyof ToldLoss]: ToldLoss[K] } & {
  /** It has been noticed in one pass, and nothing came between: what the log says it took is the whole of it. */
  inOnePass: boolean
}

type Fixing = Extract<Logged, { readonly kind: 'fixing' }>
type Lost = Extract<Logged, { readonly kind: 'lost' }>
type Success = Extract<Logged, { readonly kind: 'success' }>
type Ended = Extract<Logged, { readonly kind: 'success' | 'failed' }>

/** Pairs what was noticed with what was done about it, attachment by attachment. */
class Ledger {
  readonly losses: Open[] = []
  /** The last loss of each attachment that may still get an end. */
  readonly #open = new Map<string, Open>()
  /** Noticed in words that do not name the network: the action that follows does. */
  readonly #unnamed = new Map<string, Fixing>()
  /** The last healed loss of each container, until a proof of its names. */
  readonly #unproven = new Map<string, Open>()

  #line = 0

  /** `line`: its place among the entries. */
  take(entry: Logged, line: number): void {
    this.#line = line
    switch (entry.kind) {
      case 'fixing':
        if (entry.network === null) this.#unnamed.set(entry.container, entry)
        else this.#notice(entry, entry.network)
        return
      case 'lost':
        this.#leave(entry)
        return
      case 'action':
        this.#name(entry.container, entry.network)
        return
      case 'success':
      case 'failed':
        if (entry.verb === 'connect' || entry.verb === 'repair') this.#end(entry)
        else if (entry.kind === 'success' && entry.verb === 'prove') this.#prove(entry)
        return
      case 'warning':
        if (entry.code === 'gone') this.#goneAway(entry.container, entry.network, entry.message)
        return
      case 'returned':
        this.#return(entry)
        return
      case 'loop':
      case 'cleared':
        return
      default:
        assertNever(entry)
    }
  }

  #name(container: string, network: string | null): void {
    const unnamed = this.#unnamed.get(container)
    if (unnamed === undefined || network === null) return
    this.#unnamed.delete(container)
    this.#notice(unnamed, network)
  }

  #notice(entry: Fixing, network: string): void {
    const open = this.#open.get(keyOf(entry.container, network))
    if (open === undefined || !isSame(open, entry)) {
      this.#begin(entry.at, entry.container, network, entry.cause, entry.evidence)
      return
    }
    // Tried again; it was also found that the network had been made anew (core/observation.ts).
    open.inOnePass = false
    open.cause = entry.cause ?? open.cause
    open.outcome = open.failures > 0 ? 'failed' : 'open'
  }

  #leave(entry: Lost): void {
    const open = this.#open.get(keyOf(entry.container, entry.network))
    // Each is written once; again only where a crash came between the log and the state.
    const again = open !== undefined && sameEvidence(open.evidence, entry.evidence)
    const loss = again ? open : this.#begin(entry.at, entry.container, entry.network, entry.cause, entry.evidence)
    loss.outcome = 'left'
    loss.why = entry.why
    loss.inOnePass = false
  }

  #end(entry: Ended): void {
    const { container, network } = entry
    const open = network === null ? this.#anyOf(container) : this.#open.get(keyOf(container, network))
    if (open === undefined) {
      // The log was cut. A line without its milliseconds may also be torn, in the middle of a name.
      const whole = network !== null && (entry.kind === 'failed' || entry.milliseconds !== null)
      if (!whole) return
      this.#settle(this.#begin(entry.at, container, network, null, null, 'cut'), entry)
      return
    }
    this.#settle(open, entry)
  }

  #settle(open: Open, entry: Ended): void {
    if (entry.kind === 'failed') {
      open.outcome = 'failed'
      open.failures += 1
      open.why = entry.hint === null ? entry.error : `${entry.error}; ${entry.hint}`
      return
    }
    if (entry.milliseconds === null && open.cause === null && open.untold === null) open.untold = 'script'
    if (entry.notes.includes('joins at its next start')) {
      open.outcome = 'waiting'
      return
    }
    const said = open.inOnePass && open.failures === 0 ? entry.milliseconds : null
    open.outcome = 'healed'
    // A line of text has whole seconds only, and is no earlier than what it says it took.
    open.healedAt = Math.max(open.at + (said ?? 0), entry.at)
    open.milliseconds = said ?? (open.untold === 'cut' ? entry.milliseconds : Math.max(0, entry.at - open.at))
    if (open.failures === 0) open.why = null
    open.outage = outageOfHeal(open, entry)
    this.#open.delete(keyOf(open.container, open.network))
    this.#unproven.set(open.container, open)
  }

  /** Back on its network, and of use again only when the names resolve: the first proof after a heal ends the outage. */
  #prove({ container, at }: Ended): void {
    const healed = this.#unproven.get(container)
    this.#unproven.delete(container)
    if (healed?.outage == null || healed.healedAt === null) return
    const later = at - healed.healedAt
    // Of two lines within a second the stamps do not tell.
    if (later >= SECOND) healed.outage = { min: healed.outage.min, max: healed.outage.max + later }
  }

  /** It is there again, and the log has no heal of it. */
  #return({ at, container, network }: Extract<Logged, { readonly kind: 'returned' }>): void {
    const open = this.#open.get(keyOf(container, network))
    if (open === undefined) return
    open.outcome = 'returned'
    open.healedAt = Math.max(open.at, at)
    open.milliseconds = open.healedAt - open.at
    const { at: noticedAt, evidence } = open
    open.outage = evidence === null ? null : outageOf({ at: noticedAt, evidence }, open.healedAt)
    this.#open.delete(keyOf(container, network))
  }

  /** Nothing failed: container or network went away under our hands. */
  #goneAway(container: string | null, network: string | null, why: string): void {
    const open = container === null || network === null ? undefined : this.#open.get(keyOf(container, network))
    if (open === undefined) return
    open.outcome = 'left'
    open.why = why
    open.inOnePass = false
  }

  #anyOf(container: string): Open | undefined {
    return [...this.#open.values()].findLast(o => o.container === container)
  }

  #begin(
    at: number,
    container: string,
    network: string,
    cause: Loss['cause'],
    evidence: Evidence | null,
    untold: Loss['untold'] = null,
  ): Open {
    const loss: Open = {
      ...{ container, network, at, cause, untold, evidence, outcome: 'open', healedAt: null, milliseconds: null },
      outage: null,
      ...{ failures: 0, why: null, inOnePass: true, line: this.#line },
    }
    this.losses.push(loss)
    this.#open.set(keyOf(container, network), loss)
    return loss
  }
}

const SECOND = 1_000

/** By the evidence, which knows the moments; else by what the line says, which is rounded. */
function outageOfHeal({ at, cause, evidence, healedAt }: Open, { kind, notes }: Success): Outage | null {
  if (kind !== 'success' || cause === null) return null
  const said = notes.flatMap(note => outageFrom(note) ?? [])[0] ?? null
  if (evidence === null || healedAt === null) return said
  // The moment of the loss may have been found beside the heal, after the line that has the evidence.
  const isFound = evidence.lostAt === null && said !== null && said.min === said.max
  return isFound ? said : outageOf({ at, evidence }, healedAt)
}

function keyOf(container: string, network: string): string {
  return `${container} ${network}`
}

/** A line of FIXING goes on with what is open: tried again. Else it is another loss, and the open one never got an end. */
function isSame(open: Open, entry: Fixing): boolean {
  // Accepted, and then it did not join: that is not lost again, and no cause is named.
  if (open.outcome === 'waiting') return entry.cause === null
  // Evidence goes with a loss that this very pass has found: the same one again only where a crash came in between.
  if (entry.evidence !== null) return sameEvidence(open.evidence, entry.evidence)
  if (entry.cause === open.cause) return true
  return entry.cause === 'network-recreated' && (open.cause === 'explicit' || open.cause === 'network-removed')
}

function sameEvidence(a: Evidence | null, b: Evidence | null): boolean {
  if (a === null || b === null) return false
  return (
    a.containerId === b.containerId &&
    a.previousId === b.previousId &&
    a.previousNetworkId === b.previousNetworkId &&
    a.lastAttachedAt === b.lastAttachedAt
  )
}
