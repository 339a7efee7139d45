// The process and the terminal, as a command sees them. main.ts makes the real one; tests make their own.

export interface ProcessIo {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pid: number
  out(text: string): void
  err(text: string): void
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly signals: Signals
}

export interface Terminal {
  readonly isTerminal: boolean
  /** On a terminal, unless NO_COLOR says otherwise. */
  readonly color: boolean
  /** It goes to journald, which takes a line's priority from its beginning. */
  readonly isJournal?: boolean
}

export interface Signals {
  /** The first SIGTERM or SIGINT: finish the current action. To a command that never reads this, the first one is the end. */
  readonly stop: AbortSignal
  /** The second one: end now. */
  readonly abort: AbortSignal
  /** SIGHUP. Replaces the one before. */
  onReload(reload: () => void): void
}

/** The exit code of a command (docs/design.md, "Exit codes"), which has done its own printing. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5
