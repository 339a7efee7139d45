/** One call of the installed netheal: what is typed, with which exit code it ends, and what must be true then. */
import type { NethealProcess } from '../cli/process.ts'
import type { Host, Ran } from './host.ts'

export interface Call {
  /** What it shows, without its group. */
  readonly title: string
  /** As it is typed, `@` at the beginning of a path standing for the host's folder. */
  readonly argv: readonly string[]
  readonly code: number
  /** Of the environment, `@` standing for the same. */
  readonly env?: Readonly<Record<string, string>>
  /** Its output goes to a terminal, and so does what it says on stderr. */
  readonly onTerminal?: boolean
  readonly before?: (host: Host) => Promise<void> | void
  /** While it runs: signals, and waiting for what it says. */
  readonly during?: (netheal: NethealProcess, host: Host) => Promise<void>
  /** After its end. */
  readonly holds: (ran: Ran, host: Host) => Promise<void> | void
}

/** What a command printed with `--json`. */
export function jsonOf({ out }: Ran): Record<string, unknown> {
  return JSON.parse(out) as Record<string, unknown>
}
