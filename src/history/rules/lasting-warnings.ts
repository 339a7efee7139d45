// The warnings of a story, and when those were over that last: what could not be attached, or not be reached.

import { lastingName } from '../../core/identity.ts'
import type { Logged } from './entry-text.ts'
import { lastingKey } from './lasting-name.ts'
import type { WarningSeen } from './story.ts'

type Open = { -readonly [K in keyof WarningSeen]: WarningSeen[K] }

const PROVING: ReadonlySet<string> = new Set(['prove', 'reach'])
/** What a proof from inside ends. */
const UNPROVEN: ReadonlySet<string> = new Set(['unresolved', 'unreachable', 'unproven'])

export class LastingWarnings {
  readonly warnings: Open[] = []
  readonly #open = new Map<Open, string>()

  /** In the order of the log. */
  take(entry: Logged): void {
    if (entry.kind === 'warning') this.#begin(entry)
    // A text line names no network: it is about all that was asked for inside this container.
    else if (entry.kind === 'success' && PROVING.has(entry.verb))
      this.#end(entry.at, (w, code) => UNPROVEN.has(code) && isOf(w, entry.container, entry.network))
    else if (entry.kind === 'returned' && entry.reason !== null)
      this.#end(entry.at, (w, code) => code === entry.reason && isOf(w, entry.container, entry.network))
  }

  #begin({ at, container, network, message, hint, code }: Extract<Logged, { readonly kind: 'warning' }>): void {
    const warning: Open = {
      ...{ at, container, network },
      message: hint === null ? message : `${message}; ${hint}`,
      over: null,
    }
    this.warnings.push(warning)
    if (code !== null) this.#open.set(warning, code)
  }

  #end(at: number, isMeant: (warning: Open, code: string) => boolean): void {
    for (const [warning, code] of this.#open) {
      if (!isMeant(warning, code)) continue
      warning.over = Math.max(warning.at, at)
      this.#open.delete(warning)
    }
  }
}

function isOf(warning: Open, container: string, network: string | null): boolean {
  if (warning.container === null || warning.network === null) return false
  if (network === null) return lastingName(warning.container) === lastingName(container)
  return lastingKey({ container: warning.container, network: warning.network }) === lastingKey({ container, network })
}
