// An entry as one line of the action log: `json` as pino writes it, `text` the same facts in the form of the operators' old
// script, so that their greps go on working.

import { type Entry, sentenceOf, wordOf } from '../core/entry.ts'
import { printable, printableJson } from '../core/printable.ts'
import { isoOf, stampOf } from '../core/stamp.ts'

export type LineFormat = 'text' | 'json'

/**
 * Makes lines, each with its line feed:
 * `[2025-12-29 14:32:01 UTC] FIXING: pms-backend not attached to bccg4gs4o4kgsowocw08wkw4 (cause: replaced)`, or JSON with
 * `level`, `time` (ISO, UTC), `word`, the fields of the entry (without `at`, which is `time`) and the sentence as `message`.
 */
export async function lineMaker(format: LineFormat): Promise<(entry: Entry) => string> {
  if (format === 'text') return textOf
  // By way of `default`: a bundler gives a CommonJS module nothing else when it is loaded like this.
  const { default: pinos } = await import('pino')
  let line = ''
  const logger = pinos.pino(
    { base: null, timestamp: false, messageKey: 'message', formatters: { level: level => ({ level }) } },
    {
      write: (json: string) => {
        line = `${printableJson(json.trimEnd())}\n`
      },
    },
  )
  return entry => {
    logger[levelOf(entry)](factsOf(entry), printable(sentenceOf(entry)))
    return line
  }
}

function textOf(entry: Entry): string {
  return `[${stampOf(entry.at)}] ${wordOf(entry)}: ${printable(sentenceOf(entry))}\n`
}

/** Without `message`: a warning has one, and the sentence, which says more, goes by that name. */
function factsOf(entry: Entry): Record<string, unknown> {
  const { at, message: _, ...facts } = { message: '', ...entry }
  return { time: isoOf(at), word: wordOf(entry), ...facts }
}

function levelOf(entry: Entry): 'info' | 'warn' | 'error' {
  switch (entry.kind) {
    case 'failed':
      return 'error'
    case 'lost':
    case 'loop':
    case 'warning':
      return 'warn'
    default:
      return 'info'
  }
}
