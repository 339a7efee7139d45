// Makes untrusted text fit to be a part of one line on a terminal. Container names, labels and engine messages come from
// others: a line feed in them would forge a log line, an escape or a bidi override would rewrite what an operator sees.

/** Control (C0, DEL, C1), format (bidi overrides and isolates, zero width, tags), line and paragraph separators, lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** True where a text holds one of these. */
export function holdsUnseen(text: string): boolean {
  return text.search(UNSEEN) >= 0
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * The text with every unseen character written out: `\n`, `\r`, `\t`, else `\u001b` or `\u{e0001}`. Everything else stays
 * as it is, a backslash too: `printable(printable(x))` is `printable(x)`.
 */
export function printable(text: string): string {
  return text.replace(UNSEEN, unseen => {
    const code = unseen.codePointAt(0) ?? 0
    return SHORT[unseen] ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : unit(code))
  })
}

/** JSON that means the same and is printable: JSON.stringify and pino leave DEL, C1, bidi and the separators as they are. */
export function printableJson(json: string): string {
  return json.replace(UNSEEN, unseen =>
    unseen
      .split('')
      .map(half => unit(half.charCodeAt(0)))
      .join(''),
  )
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`
}
