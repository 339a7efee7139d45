// The config in force, with all defaults filled in and all units converted. schema.ts checks it, load.ts finds it.

import type { Rule } from '../core/rule.ts'
import type { Secret } from '../core/secret.ts'
import type { Probe, Readiness } from '../diagnose/rules/probe.ts'
import type { NoticeKind } from '../notify/rules/notice.ts'

/** Durations in milliseconds, sizes in bytes, paths absolute. */
export interface Config {
  /** Those of the file; where there are `labels`, the last one stands for what they ask for. */
  readonly attachments: readonly Rule[]
  readonly watch: {
    /** Follow the engine's event stream. */
    readonly events: boolean
    /** A cron expression, or null: no schedule. */
    readonly poll: string | null
    /** Milliseconds between two proofs of an attachment; null: only after an attach. */
    readonly prove: number | null
  }
  readonly loop: {
    /** Number of detaches of one attachment ... */
    readonly detaches: number
    /** ... within this time that count as a loop. */
    readonly within: number
    /** A loop is over after this long without another detach. */
    readonly clearAfter: number
  }
  readonly log: {
    readonly directory: string
    readonly format: 'text' | 'json'
    readonly maxSize: number
    /** Older files kept beside the current one. */
    readonly keep: number
  }
  /** `at`: the daily line is written by the first finished pass after this time of the day, `HH:MM` in UTC. */
  /** `pingUrl`: pinged on each full pass (healthchecks.io style). Such a URL is a secret. */
  readonly heartbeat: { readonly at: string; readonly pingUrl: Secret | null }
  readonly state: { readonly directory: string }
  readonly lock: { readonly directory: string }
  readonly docker: {
    /** `unix://`, `tcp://` or `ssh://`. */
    readonly host: string
    readonly tls: { readonly ca: string | null; readonly cert: string | null; readonly key: string | null } | null
    /** Timeout of each call to the engine. */
    readonly timeout: number
  }
  readonly notify: readonly NotifyTarget[]
  /** `textfile`: an absolute path that ends in `.prom`, for node_exporter; null: none is written. */
  readonly metrics: { readonly textfile: string | null }
  readonly http: {
    /** Null: no port is opened. `host` is an address without brackets. */
    readonly listen: { readonly host: string; readonly port: number } | null
    /** Names allowed in a request's Host header, besides localhost and the address itself. Lower case, without port, IPv6 in brackets. */
    readonly hosts: readonly string[]
    /** Under which address people see the page; null: nobody said. */
    readonly url: string | null
  }
  readonly diagnose: {
    readonly readiness: readonly Readiness[]
    readonly probes: readonly Probe[]
  }
}

interface TargetBase {
  /** As the config names it, else `FORMAT-N` from 1. Unique; the name in state, journal and metrics. */
  readonly name: string
  readonly on: readonly NoticeKind[]
}

/** Where notifications go. */
export type NotifyTarget =
  | (TargetBase & {
      readonly format: 'json' | 'slack' | 'discord' | 'ntfy'
      readonly url: Secret
      /** Sent as `Authorization: Bearer`; null for none. */
      readonly token: Secret | null
    })
  | (TargetBase & {
      readonly format: 'email'
      readonly to: readonly string[]
      /** Null: what the host's sendmail puts there. */
      readonly from: string | null
      /** Absolute path of sendmail. */
      readonly sendmail: string
    })
  | (TargetBase & {
      readonly format: 'command'
      /** Program (absolute path) and arguments; the notice is JSON on its standard input. Never a shell command line. */
      readonly command: readonly string[]
    })

/** Where a value in force came from; the flag, variable or file is named. */
export interface Origin {
  readonly kind: 'flag' | 'environment' | 'file' | 'systemd' | 'context' | 'default'
  /** `--docker-host`, `NETHEAL_LOG_FORMAT`, `/etc/netheal/config.json`, `LOGS_DIRECTORY`, ... empty for a default. */
  readonly name: string
}

export interface LoadedConfig {
  readonly config: Config
  /** The file that was read. */
  readonly file: string
  /** That the engine is the one of Docker's current context, in words; null: it is not. */
  readonly context: string | null
  /** Dotted path of each leaf (`log.format`, `attachments[0].restart.when`) -> where it came from. */
  readonly origins: Readonly<Record<string, Origin>>
}
