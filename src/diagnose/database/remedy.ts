// The runbook's own commands around the database, as steps of a remedy. None of them is ever run by netheal.

import type { Container } from '../../core/world.ts'
import { shellWord } from '../excerpt.ts'
import type { DatabaseProbe } from '../rules/probe.ts'

/** Where the runbook has the repository, when the config does not say where the migrations are. */
const REPOSITORY = '/data/repos/pms-webapp'
const FOLDER = '/supabase/migrations'
const RUNNER = 'bash backend/scripts/ops/apply_supabase_migrations.sh'

/** "DB Migrations (Production)": status, preview, apply. */
export function runnerSteps({ migrations }: Pick<DatabaseProbe, 'migrations'>): readonly string[] {
  return [
    `cd ${shellWord(repositoryOf(migrations))}`,
    `${RUNNER} --status`,
    `${RUNNER} --dry-run`,
    `export CONFIRM_PROD=1 && ${RUNNER}`,
  ]
}

/** The folder above supabase/migrations. */
export function repositoryOf(migrations: string | null): string {
  const folder = migrations?.replace(/\/+$/, '') ?? ''
  return folder.endsWith(FOLDER) && folder !== FOLDER ? folder.slice(0, -FOLDER.length) : REPOSITORY
}

/**
 * One file by hand. The runbook writes `docker exec -it ... psql ... < FILE`: with `-t` docker refuses an input that is no
 * terminal, so this is its `-i` alone.
 */
export function byHand(probe: DatabaseProbe, container: Container, migration: string): string {
  return `docker exec -i ${psqlIn(probe, container)} < supabase/migrations/${migration}`
}

/** A session to type SQL in. */
export function session(probe: DatabaseProbe, container: Container): string {
  return `docker exec -it ${psqlIn(probe, container)}`
}

function psqlIn({ user, database }: DatabaseProbe, container: Container): string {
  return `${shellWord(container.name)} psql -U ${shellWord(user)} -d ${shellWord(database)}`
}
