// Who gets notices, as the delivery queue sees it: one target of the config, whatever its format, and what it answers.

import type { Notice } from './rules/notice.ts'
import type { Address } from './rules/outbox.ts'

export interface Receiver extends Address {
  /**
   * Tries once, within a deadline of its own, and gives up when `signal` aborts. Never rejects but for a bug; nothing of its
   * answer holds an address or a token.
   */
  send(notice: Notice, signal: AbortSignal): Promise<Answer>
}

/** `later`: worth another try, not before `after` milliseconds where the other side named them. `refused`: it never will. */
export type Answer =
  | { readonly kind: 'delivered'; readonly detail: string }
  | { readonly kind: 'later'; readonly why: string; readonly after: number | null }
  | { readonly kind: 'refused'; readonly why: string }

/** What a message says of where it comes from. */
export interface Sender {
  /** The host's name. */
  readonly host: string
  /** Under which address the page is seen (`http.url`); null: nobody said. */
  readonly page: string | null
  /** It is a trial (`netheal notify-test`), and nothing has happened. */
  readonly test: boolean
}

/** A value that is fetched at the last moment, and kept by nobody. May throw a NethealError that says what is missing. */
export type Fetched = () => Promise<string>
