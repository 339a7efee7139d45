// HTML by a template that escapes: whatever is put into it is text, unless it is markup that came out of it. No other way
// leads from a string to the page.

import { printable } from '../core/printable.ts'

const MARKUP = Symbol('markup')

/** A piece of HTML. Only this file makes one: not even JSON that looks like it passes for markup. */
export interface Markup {
  readonly [MARKUP]: string
}

export type Piece = Markup | string | number | null | readonly Markup[]

/** Untrusted text that is longer than this is cut: a name must not make the page unreadable. */
export const LONGEST_TEXT = 400

/**
 * `html\`<b title="${text}">${text}</b>\``: escapes each piece for a text or a quoted attribute, which are the only places
 * where one may stand. A list is joined, null is nothing.
 */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  let out = strings[0] ?? ''
  for (const [i, piece] of pieces.entries()) out += textOf(piece) + (strings[i + 1] ?? '')
  return { [MARKUP]: out }
}

export const NOTHING: Markup = html``

/** The HTML itself, for whoever sends it. */
export function sourceOf(markup: Markup): string {
  return markup[MARKUP]
}

/** A constant of ours (the style sheet), as it is. Never call it with anything that was read. */
export function verbatim(ours: string): Markup {
  return { [MARKUP]: ours }
}

function textOf(piece: Piece): string {
  if (piece === null) return ''
  if (typeof piece === 'number') return String(piece)
  if (typeof piece === 'string') return escaped(piece)
  return isMarkup(piece) ? piece[MARKUP] : piece.map(m => m[MARKUP]).join('')
}

function isMarkup(piece: Markup | readonly Markup[]): piece is Markup {
  return MARKUP in piece
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/** What cannot be seen is written out, so that a name reads the same as in the action log. */
function escaped(text: string): string {
  const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
  return printable(short).replace(/[&<>"'`]/g, char => ENTITIES[char] ?? '')
}

/** A name of others', set apart from the direction of the text around it. */
export function name(text: string): Markup {
  return html`<bdi>${text}</bdi>`
}
