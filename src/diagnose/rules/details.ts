// One container as a diagnosis sees it: everything of its inspect that a question asks for.

/** A container as its inspect shows it, whole. Times in milliseconds since the epoch; null for "never". */
export interface ContainerDetails {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly imageId: string
  readonly createdAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly status: string
  readonly running: boolean
  readonly exitCode: number
  /** State.Error: why the last start failed; empty for none. */
  readonly error: string
  /** The network, as the engine names it, for want of which the last start failed; null: another reason, or none. */
  readonly missingNetwork: string | null
  readonly oomKilled: boolean
  readonly restartCount: number
  /** `no`, `always`, `unless-stopped`, `on-failure`. */
  readonly restartPolicy: string
  readonly labels: Readonly<Record<string, string>>
  /** Entrypoint and command, as they run. May hold secrets: searched for flags, never shown whole. */
  readonly argv: readonly string[]
  /** `json-file`, `local`, `journald`, `none`, ... */
  readonly logDriver: string
  /** Health.Status, null where the container has no health check. */
  readonly health: string | null
  /** By the network's name (the key in NetworkSettings.Networks): IPAddress, else GlobalIPv6Address; none that is empty. */
  readonly addresses: Readonly<Record<string, string>>
}
