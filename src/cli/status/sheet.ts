// Lines for a person: untrusted text made printable; coloured and wrapped on a terminal, one fact per line elsewhere.
import type { Terminal } from '../process-io.ts'
import { painter, safe, type Tone } from '../style.ts'
import { wrapped } from '../wrap.ts'

export interface LineStyle {
  /** Columns before the line. */
  readonly indent?: number
  /** Columns before what does not fit on it; as `indent` unless told otherwise. */
  readonly hang?: number
  readonly tone?: Tone
  /** Its first word has this colour instead. */
  readonly head?: Tone
}

export class Sheet {
  readonly #terminal: Terminal
  readonly #lines: string[] = []

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  say(text: string, { indent = 0, hang = indent, tone, head }: LineStyle = {}): void {
    const paint = painter(this.#terminal)
    const plain = safe(text)
    const lines = this.#terminal.isTerminal ? wrapped(plain, indent, hang) : [' '.repeat(indent) + plain]
    const headEnd = indent + plain.search(/ |$/)
    for (const [i, line] of lines.entries()) {
      const rest = (part: string): string => (tone === undefined || part === '' ? part : paint(tone, part))
      this.#lines.push(
        head !== undefined && i === 0 ? paint(head, line.slice(0, headEnd)) + rest(line.slice(headEnd)) : rest(line),
      )
    }
  }

  blank(): void {
    this.#lines.push('')
  }

  add(other: Sheet): void {
    for (const line of other.#lines) this.#lines.push(line)
  }

  get lines(): readonly string[] {
    return this.#lines
  }

  get text(): string {
    return `${this.#lines.join('\n')}\n`
  }
}
