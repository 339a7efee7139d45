// A simulated container and its network entries. Data; lifecycle.ts and attach.ts change it.
import type { Instant } from './instant.ts'
import type { Lock } from './lock.ts'

/** What is asked of an endpoint at a create or a connect. */
export interface EndpointWish {
  readonly aliases?: readonly string[]
  readonly ipv4?: string | null
  readonly gatewayPriority?: number
}

/** One entry of NetworkSettings.Networks, under the network's name. */
export interface Entry {
  /** Empty until the first start after a connect made while stopped. */
  networkId: string
  /** Empty while there is no endpoint. */
  endpointId: string
  address: string
  prefix: number
  gateway: string
  mac: string
  /** As asked for, without the short id that 20.10 adds. Null: none asked for. */
  readonly aliases: readonly string[] | null
  readonly ipv4: string | null
  readonly gatewayPriority: number
  /** True once the engine has worked out the names (at a connect or a start): a plain create has not. */
  named: boolean
  /** What a list goes on showing after a failed start, though an inspect does not: measured on all three engines. */
  ghost: {
    readonly endpointId: string
    readonly address: string
    readonly gateway: string
    readonly prefix: number
  } | null
}

export type Status = 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'removing' | 'dead'
export type RestartPolicyName = 'no' | 'always' | 'unless-stopped' | 'on-failure'

export interface ContainerSpec {
  readonly name?: string
  /** 64 hexadecimal digits; made up when it is not given. */
  readonly id?: string
  readonly image?: string
  readonly command?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly environment?: readonly string[]
  /** `bridge` when it is not given; `host`, `none`, `container:<id>`, or a network's name. */
  readonly networkMode?: string
  /** By network name; the network of `networkMode` is among them even when it is not named here. */
  readonly networks?: Readonly<Record<string, EndpointWish>>
  readonly restart?: RestartPolicyName
  readonly maximumRetries?: number
  readonly autoRemove?: boolean
  readonly tty?: boolean
  /** `json-file` when it is not given; of a `none` no log can be read. */
  readonly logDriver?: string
  readonly hostname?: string
}

export interface SimContainer {
  readonly id: string
  name: string
  readonly image: string
  readonly command: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly environment: readonly string[] | null
  readonly networkMode: string
  readonly restart: { readonly name: RestartPolicyName | ''; readonly maximumRetries: number }
  readonly autoRemove: boolean
  readonly tty: boolean
  readonly logDriver: string
  readonly hostname: string
  readonly created: Instant
  readonly entries: Map<string, Entry>
  /** Ids of endpoints whose interface was lost since the last start. */
  readonly lost: Set<string>
  readonly lock: Lock
  status: Status
  pid: number
  exitCode: number
  error: string
  startedAt: Instant
  finishedAt: Instant
  restartCount: number
  sandboxId: string
  manuallyStopped: boolean
  /** Milliseconds of the next back-off after a crash: 100, doubled at each crash, back to 100 after a run of 10 s. */
  backOff: number
  /** Cancels the timer of the process's own end or of the back-off; null when there is none. */
  cancelTimer: (() => void) | null
  /** True once it is gone: a caller that waited for the lock must look again. */
  removed: boolean
}

/** Docker's own `Running`: true while paused and in crash back-off, too. */
export function isUp(container: SimContainer): boolean {
  return container.status === 'running' || container.status === 'paused' || container.status === 'restarting'
}

/** True when there is a process: not in back-off. */
export function hasProcess(container: SimContainer): boolean {
  return container.status === 'running' || container.status === 'paused'
}
