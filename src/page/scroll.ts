// A box for what may be wider than a phone: it scrolls, and the page does not. The keyboard reaches it.
import { html, type Markup } from './markup.ts'

/** `label` is read aloud, and is another one for each box of a page. */
export function scrolling(label: string, table: Markup): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}">${table}</div>`
}
