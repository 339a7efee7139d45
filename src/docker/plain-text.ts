// A log line as a person reads it: without the colours, links and cursor movements that a program writes for a terminal. uvicorn
// says `Started server process [\e[36m1\e[0m]` where it believes in one; what is matched in a line is its words.
import { stripVTControlCharacters } from 'node:util'

/** The escape character as JSON, Python and shells spell it, with a sequence of colours or the like after it. */
const SPELLED = /\\(?:u001[bB]|x1[bB]|033|e)\[[0-9;?]{0,32}[A-Za-z]/g

export function plainText(line: string): string {
  const plain = line.includes('\u001b') || line.includes('\u009b') ? stripVTControlCharacters(line) : line
  return plain.includes('\\') ? plain.replace(SPELLED, '') : plain
}
