// The config in force, every default filled in and every unit made plain. schema.ts checks it, load.ts finds it.
import type { Rule } from '../core/rule.ts'

/** Durations in milliseconds, sizes in bytes, paths absolute. */
export interface Config {
  readonly attachments: readonly Rule[]
  readonly watch: {
    /** Follow the engine's event stream. */
    readonly events: boolean
    /** A cron expression, or null: no schedule. */
    readonly poll: string | null
  }
  readonly loop: {
    /** So many detaches of one attachment ... */
    readonly detaches: number
    /** ... within this long are a loop. */
    readonly within: number
    /** A loop is over after this long without another detach. */
    readonly clearAfter: number
  }
  readonly log: {
    readonly directory: string
    readonly format: 'text' | 'json'
    readonly maxSize: number
    /** Files kept beside the one that is written. */
    readonly keep: number
  }
  /** `at`: the daily line is written by the first finished pass after this time of the day, `HH:MM` in UTC. */
  readonly heartbeat: { readonly at: string }
  readonly state: { readonly directory: string }
  readonly lock: { readonly directory: string }
  readonly docker: {
    /** `unix://`, `tcp://` or `ssh://`. */
    readonly host: string
    readonly tls: { readonly ca: string | null; readonly cert: string | null; readonly key: string | null } | null
    /** The deadline of each call to the engine. */
    readonly timeout: number
  }
}

/** Where a value in force came from; the flag, variable or file is named. */
export interface Origin {
  readonly kind: 'flag' | 'environment' | 'file' | 'systemd' | 'default'
  /** `--docker-host`, `NETHEAL_LOG_FORMAT`, `/etc/netheal/config.json`, `LOGS_DIRECTORY`, ... empty for a default. */
  readonly name: string
}

export interface LoadedConfig {
  readonly config: Config
  /** The file that was read. */
  readonly file: string
  /** Dotted path of each leaf (`log.format`, `attachments[0].restart.when`) -> where it came from. */
  readonly origins: Readonly<Record<string, Origin>>
}
