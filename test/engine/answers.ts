/**
 * What netheal prints with --json and keeps in state.json, as far as these tests read it. Declared here and not taken
 * from src: others script against it.
 */

export interface PlannedAction {
  readonly kind: 'attach' | 'repair'
  readonly container: string
  readonly network: string
  readonly why: string
  readonly warnings: readonly string[]
  readonly effect: string
  readonly aliases: readonly string[]
}

export interface LoopAnswer {
  readonly container: string
  readonly network: string | null
  readonly kind: 'detach-loop' | 'restart-loop'
  readonly cause: string
  readonly source: string
  readonly count: number
  readonly since: string
  /** In seconds. */
  readonly every: number | null
}

export interface CheckAnswer {
  readonly version: number
  readonly inSync: boolean
  readonly actions: readonly PlannedAction[]
  readonly blocked: readonly { container: string; network: string; reason: string; hint: string }[]
  readonly skipped: readonly { container: string; network: string; reason: string }[]
  readonly satisfied: readonly { container: string; network: string; warnings: readonly string[] }[]
  readonly loops: readonly LoopAnswer[]
  readonly paused: string | null
}

export interface OnceAnswer extends CheckAnswer {
  readonly outcomes: readonly {
    kind: 'verified' | 'unverified' | 'failed'
    container: string
    network: string
    cause: string | null
    milliseconds: number
    restarted: boolean
    resolved: boolean | null
    started: boolean
    waiting: boolean
  }[]
}

export interface StatusAnswer {
  readonly version: number
  readonly healer: {
    alive: boolean
    mode: string | null
    pid: number | null
    lastPassAt: string | null
    lastPassOk: boolean | null
  }
  readonly attachments: readonly {
    container: string
    network: string
    state: string
    since: string
    lastDetach: { at: string; cause: string } | null
  }[]
  readonly loops: readonly LoopAnswer[]
  readonly paused: string | null
  readonly problems: readonly string[]
}

export interface DetachRecord {
  readonly container: string
  readonly network: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly cause: string
  readonly evidence: {
    readonly containerId: string
    readonly previousId: string | null
    readonly lostAt: number | null
    readonly coolify: boolean
    readonly deployment: string | null
  }
}
