// Bytes into lines. Chunks are not lines, and a chunk may end inside a character (docs/engine-facts.md, "The event
// stream").
import { StringDecoder } from 'node:string_decoder'
import { NethealError } from '../core/errors.ts'

const LONGEST = 1024 * 1024

/**
 * Feed it chunks; it calls `onLine` for each whole line that is not blank. Throws NethealError for a line longer than 1
 * MiB.
 */
export function lineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return chunk => {
    // What has no end yet is not looked through again: it may come byte by byte.
    const text = decoder.write(chunk)
    let start = 0
    for (;;) {
      const end = text.indexOf('\n', start)
      if (end === -1) break
      const line = rest + text.slice(start, end)
      rest = ''
      if (line.trim() !== '') onLine(line)
      start = end + 1
    }
    rest += text.slice(start)
    if (rest.length > LONGEST)
      throw new NethealError('engine-unreachable', 'the event stream contains a line of more than 1 MiB')
  }
}
