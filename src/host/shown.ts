// A line of a script of others as it may be shown: what looks like a secret is not, and it ends somewhere.
import { masked } from '../core/masked.ts'

const LONGEST_LINE = 200
const LONGEST_READ = 600

export function shown(line: string): string {
  const text = masked(line.slice(0, LONGEST_READ).trim())
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE - 3)}...` : text
}
