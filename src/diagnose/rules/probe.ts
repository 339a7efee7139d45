// What `diagnose` may ask of an application and of a database, as the config says it: read-only questions.
import type { ContainerSelector } from '../../core/rule.ts'

/** A readiness URL: `/health/ready` of the app, which says what does not work (`.components.db`). */
export interface Readiness {
  readonly url: string
  /** Milliseconds. */
  readonly timeout: number
}

/** A command inside a container, and the answer that is well. */
export interface CommandProbe {
  readonly kind: 'command'
  readonly name: string
  readonly container: ContainerSelector
  /** Program and arguments: never a shell's line. */
  readonly command: readonly string[]
  /** The output, without the white space around it, must be this; null: exit code 0 is enough. */
  readonly expect: string | null
  /** Milliseconds. */
  readonly timeout: number
  /** What to do when it fails, in the operator's own words; null for none. */
  readonly remedy: string | null
}

/** The runbook's questions to a PostgreSQL database: schema, pending migrations, stale sync logs, legacy cancelled_by. */
export interface DatabaseProbe {
  readonly kind: 'pms-database'
  readonly name: string
  /** The container that has `psql` and the database. */
  readonly container: ContainerSelector
  readonly user: string
  readonly database: string
  /** The folder of migration files on this host; null: not compared. */
  readonly migrations: string | null
  /** Milliseconds for each question. */
  readonly timeout: number
}

export type Probe = CommandProbe | DatabaseProbe
