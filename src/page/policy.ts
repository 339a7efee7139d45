// What the page may load. In a file of its own: whoever serves the page needs no more of it.
import { createHash } from 'node:crypto'
import { STYLE } from './style.ts'

/** Content-Security-Policy of the document, and of the header of whoever serves it: its own style sheet, and nothing else. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`
