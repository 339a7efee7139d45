// What `netheal diagnose` finds: one answer to one question of the runbook, with its evidence and its remedy. Pure data.

/** docs/design.md, "Diagnosis", in its order. */
export const TOPICS = [
  'networks',
  'restarts',
  'pools',
  'readiness',
  'automation',
  'loops',
  'database',
  'netheal',
] as const
export type Topic = (typeof TOPICS)[number]

/**
 * `well`: looked at, and as it should be. `wrong`: not as it should be. `note`: worth knowing, nothing to be done.
 * `unseen`: could not be looked at, and why: never called healthy.
 */
export type Verdict = 'well' | 'wrong' | 'note' | 'unseen'

export interface Finding {
  readonly topic: Topic
  /** Stable, for scripts and for `diagnose/rules/causes.ts`: `detached`, `dns-missing`, `restarted-by-host`. Kebab case. */
  readonly code: string
  readonly verdict: Verdict
  /** The container, network, URL, file or probe that it is about; null: the host, or netheal itself. */
  readonly subject: string | null
  /** One sentence, without a full stop: `pms-backend is not attached to bccg...`. */
  readonly summary: string
  /** What was seen, a line each: field and value, log line, file:line. Untrusted text in here is shown printable. */
  readonly evidence: readonly string[]
  /** What to do, a step each, in the words of the runbook where it has them; empty for nothing. */
  readonly remedy: readonly string[]
}
