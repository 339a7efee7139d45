// Why something was lost, and what loops: each word once. Types, the shapes of files and texts are made of these tables.
// docs/design.md, "Detaches and their causes" and "Loops".

/** Why an attachment was lost. */
export const DETACH_CAUSES = [
  /** The same container, and its entry is gone: somebody disconnected it. */
  'explicit',
  /** Another container under the same identity. */
  'replaced',
  'network-recreated',
  'network-removed',
  /** A start that failed dropped the entry (Docker 29). */
  'start-failed',
] as const
export type DetachCause = (typeof DETACH_CAUSES)[number]

/** The same number for each cause: where counting begins. */
export function perCause<T>(value: (cause: DetachCause) => T): Record<DetachCause, T> {
  return Object.fromEntries(DETACH_CAUSES.map(cause => [cause, value(cause)])) as Record<DetachCause, T>
}

export const LOOP_KINDS = ['detach-loop', 'restart-loop'] as const
export type LoopKind = (typeof LOOP_KINDS)[number]

/** What keeps doing it, and what ends that for good, in a sentence. */
const REMEDIES = {
  'coolify-redeploy':
    'each Coolify deploy creates a new container without the network; add the network to the resource in Coolify (in a compose file: under networks, as external), or find out what deploys so often',
  redeploy: 'something recreates the container without the network; add the network to its compose file or run command',
  'network-recreated':
    'something removes the network and creates it again; declare it as external in the compose file of its stack',
  'start-failed':
    'its start fails again and again, and this engine drops its networks then; docker inspect -f "{{.State.Error}}" says why it does not start',
  'outside-detach': 'something on this host runs docker network disconnect; look in cron, systemd timers and scripts',
  'outside-restart':
    'something on this host restarts the container; look for docker restart in cron, systemd timers and scripts',
} as const
export type LoopSource = keyof typeof REMEDIES
export const LOOP_SOURCES = Object.keys(REMEDIES) as readonly LoopSource[]

export function remedyFor(source: LoopSource): string {
  return REMEDIES[source]
}
