// One question to a readiness URL, and the words in which it is shown.

import { excerpt } from '../excerpt.ts'
import type { HttpAnswer } from '../http-port.ts'
import type { Finding } from '../rules/finding.ts'

/** What was asked, and what came of it. */
export interface Asked {
  readonly url: string
  /** Milliseconds. */
  readonly timeout: number
  readonly answer: HttpAnswer
  /** What `/health` beside it says; null: not asked. */
  readonly lives: { readonly url: string; readonly answer: HttpAnswer } | null
  /** The container that was started within the last minute, and how long ago in milliseconds; null: none was. */
  readonly young: { readonly label: string; readonly age: number } | null
}

/** A finding without what is the same for all of them. */
export type Said = Omit<Finding, 'topic' | 'subject'>

/** The URL without its password and its query, which may hold a token. */
export function shownUrl(url: string): string {
  const shown = new URL(url)
  return excerpt(`${shown.origin}${shown.pathname}${shown.search === '' ? '' : '?...'}`)
}

/** A length of time in milliseconds, for a sentence. */
export function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`
}
