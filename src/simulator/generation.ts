// What differs between the engine generations, as data. Every trait was measured on 20.10.24, 26.1.5 and 28.5.2, and the
// contract suite repeats the measurements; the rows of the older ones are in test/support/simulator/generations.ts.

export interface Traits {
  readonly version: string
  readonly apiVersion: string
  readonly minApiVersion: string
  /** 20.10 says `die` before the `disconnect` of each network, 23 and later after it. */
  readonly dieFirst: boolean
  /** Before 28 an explicit disconnect of a running container is announced twice. */
  readonly doubledDisconnect: boolean
  /** From 28 on an explicit disconnect of a stopped container is not announced. */
  readonly silentStoppedDisconnect: boolean
  /** 23 and later refuse a second network of the same name whatever CheckDuplicate says. */
  readonly uniqueNetworkNames: boolean
  /** 28 refuses a connect during crash back-off; 20.10 and 26 attach to the old sandbox. */
  readonly backOffConnectRefused: boolean
  /** Before the reason of a failed start. */
  readonly startErrorPrefix: string
  /** What `default` becomes as HostConfig.NetworkMode. */
  readonly defaultMode: 'default' | 'bridge'
  /** 28 empties SandboxID at a stop. */
  readonly clearsSandbox: boolean
  readonly missingProgram: { readonly exitCode: number; readonly suffix: string }
  /** API 1.48 and later: an endpoint can say which network keeps the default route. */
  readonly gatewayPriority: boolean
  /** 20.10 and 26 read StartedAt when the process already runs: its first lines may be older. */
  readonly lateStartedAt: boolean
  /** Before API 1.52 container events carry `status`, `id` and `from` beside Type, Action and Actor. */
  readonly legacyEventFields: boolean
  /** 29: a start that fails drops one of the container's entries, if it is not a network that is missing. */
  readonly failedStartDropsEntry: boolean
  /** 20.10 begins its messages with a capital. */
  readonly capitals: boolean
  /** 23 and later: a `die` says how long the process ran. */
  readonly execDuration: boolean
  /** The wording of an unknown filter, of a removal refused, of a network with members. */
  readonly era: 1 | 2 | 3
}

/** What the demo runs on. */
export const ENGINE_28: Traits = {
  version: '28.5.2',
  apiVersion: '1.51',
  minApiVersion: '1.24',
  dieFirst: false,
  doubledDisconnect: false,
  silentStoppedDisconnect: true,
  uniqueNetworkNames: true,
  backOffConnectRefused: true,
  startErrorPrefix: 'failed to set up container networking: ',
  defaultMode: 'bridge',
  clearsSandbox: true,
  lateStartedAt: false,
  missingProgram: { exitCode: 127, suffix: '' },
  capitals: false,
  execDuration: true,
  era: 3,
  gatewayPriority: true,
  legacyEventFields: true,
  failedStartDropsEntry: false,
}

/** True when API version `a` is older than `b`; both are `major.minor`. */
export function isOlder(a: string, b: string): boolean {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number)
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number)
  return aMajor === bMajor ? aMinor < bMinor : aMajor < bMajor
}
