// Colour and columns for a terminal. Elsewhere the same text, plain.
import { styleText } from 'node:util'
import { printable } from '../core/printable.ts'
import type { Terminal } from './process-io.ts'

export type Tone = 'good' | 'bad' | 'warn' | 'quiet' | 'strong'

const FORMATS = { good: 'green', bad: 'red', warn: 'yellow', quiet: 'dim', strong: 'bold' } as const

/** Colours a text where the terminal takes colours. */
export function painter(terminal: Terminal): (tone: Tone, text: string) => string {
  return (tone, text) => (terminal.color ? styleText(FORMATS[tone], text, { validateStream: false }) : text)
}

/** What comes from an engine or a file, safe to print. */
export const safe = printable

/** A word of fixed width at the start of a line. */
export function column(text: string, width: number): string {
  return text.padEnd(width)
}
