// Rules, selectors and identity: which container is which, and which of them a rule speaks of.

/** Which containers. A string is a name, exact or with `*`. */
export type ContainerSelector =
  | string
  | { readonly label: Readonly<Record<string, string>> }
  /** `project/service` */
  | { readonly compose: string }
  /** A Coolify resource by its name or uuid; previews of pull requests are left out. */
  | CoolifySelector

/** `environment` and `project`, by their names, where several resources have one name. */
export interface CoolifySelector {
  readonly coolify: string
  readonly environment?: string
  readonly project?: string
}

/** Which network. A string is a name or an id; `of` is the one network that this container is on. */
export type NetworkSelector = string | { readonly of: ContainerSelector }

/** Every network that a container which answers to the selector is on now: each is an attachment of its own. */
export interface EachNetwork {
  readonly ofEach: ContainerSelector
}

/** The networks that containers ask for by their labels, among those that are allowed: see labelled.ts. */
export interface LabelledNetworks {
  readonly labels: {
    /** Names or globs of the networks that labels may ask for. */
    readonly networks: readonly string[]
    /** `netheal`: the labels are `netheal.network`, `netheal.aliases`, ... */
    readonly prefix: string
  }
}

export interface RestartPolicy {
  /** `never`: default. `after-attach`: what the cron script did. `if-unresolved`: only where DNS does not come by itself. */
  readonly when: 'never' | 'after-attach' | 'if-unresolved'
  /** At least so long between two restarts of the same container identity. Milliseconds. */
  readonly cooldown: number
  readonly maxPerHour: number
  /** `if-unresolved` waits so long for the names to resolve by themselves. Milliseconds. */
  readonly grace: number
}

/** `supabase-db:5432` */
export interface ReachTarget {
  readonly host: string
  readonly port: number
}

/** One entry of `attachments` in the config, with every default filled in. */
export interface Rule {
  /** None where labels ask: see labelled.ts. */
  readonly containers: readonly ContainerSelector[]
  readonly network: NetworkSelector | EachNetwork | LabelledNetworks
  /** Names that must resolve inside the container once it is attached. */
  readonly resolve: readonly string[]
  /** Null: keep what the attachment had when it was last seen. */
  readonly aliases: readonly string[] | null
  readonly ipv4: string | null
  readonly ipv6: string | null
  /** Negative: the default route stays where it is (API 1.48 and later). */
  readonly gatewayPriority: number
  readonly restart: RestartPolicy
  /** False: an entry proven dead is reported instead of being disconnected. */
  readonly repair: boolean
  readonly onLoop: 'heal' | 'back-off'
  /** `silent`: a deploy whose new container joined in time makes up no loop. `tell`: it does, as every other loss. */
  readonly onDeploy: 'silent' | 'tell'
  /** What must be reached from inside the container by TCP once it is attached. */
  readonly reach: readonly ReachTarget[]
  /** What is done about an attachment that is there and does not reach its targets. `restart` within `restart`'s limits. */
  readonly onUnreachable: 'report' | 'reattach' | 'restart'
  /** What is done about an attachment with another address, or without the aliases, that the rule asks for. */
  readonly drift: 'report' | 'repair'
  /** `ofEach` only: what netheal itself connected is disconnected again once nobody else is on the network. */
  readonly leave: boolean
}
