// Pending migrations: the files of the application against what the database says was applied, with the checksum of each.

import { assertNever } from '../../core/errors.ts'
import { excerpt, shellWord } from '../excerpt.ts'
import type { MigrationFiles, MigrationFolder } from '../ports.ts'
import type { Finding } from '../rules/finding.ts'
import type { Applied } from './applied.ts'
import type { Desk } from './psql.ts'
import { repositoryOf, runnerSteps } from './remedy.ts'

const TABLE = 'public.pms_schema_migrations'
const SHOWN = 20

type Said = Omit<Finding, 'topic' | 'subject'>

export async function migrationFindings(
  desk: Desk,
  applied: Applied,
  files: MigrationFiles | null,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const said = await answers(desk, applied, files, signal)
  return said.map(one => ('topic' in one ? one : { topic: 'database', subject: desk.probe.name, ...one }))
}

async function answers(
  desk: Desk,
  applied: Applied,
  files: MigrationFiles | null,
  signal: AbortSignal,
): Promise<readonly (Said | Finding)[]> {
  const { probe, container } = desk
  const name = container.name
  if (applied.kind === 'unseen') return [applied.finding]
  if (applied.kind === 'untracked') {
    return [
      {
        ...{ code: 'migrations-untracked', verdict: 'unseen', evidence: [] },
        summary: `${name} does not record which migrations were applied: it has no table ${TABLE}`,
        remedy: [
          'the runner creates the table and treats every file as pending: first look at what it would do',
          ...runnerSteps(probe).slice(0, 3),
        ],
      },
    ]
  }
  const count = `${applied.rows.size} ${applied.rows.size === 1 ? 'migration' : 'migrations'}`
  if (applied.cut) return [unseen('more migrations are applied than netheal reads', [`${count} were read`], [])]
  if (probe.migrations === null) {
    return [
      {
        ...{ code: 'migrations-uncompared', verdict: 'note', evidence: [], remedy: [] },
        summary: `${count} applied in ${name}; with "migrations" (a folder) in this probe, netheal would also find pending ones`,
      },
    ]
  }
  if (files === null) return [unseen('the engine is on another machine, and so are the migration files', [], [])]
  const folder = await files.read(probe.migrations, signal)
  return compare(desk, applied.rows, folder, probe.migrations)
}

function compare(
  desk: Desk,
  rows: ReadonlyMap<string, string | null>,
  folder: MigrationFolder,
  path: string,
): readonly Said[] {
  const name = desk.container.name
  switch (folder.kind) {
    case 'missing':
      return [unseen(`migrations directory not found: ${excerpt(path, 200)}`, [], folderSteps(path))]
    case 'unseen':
      return [unseen(`the migrations directory cannot be read: ${excerpt(path, 200)}`, [folder.why], folderSteps(path))]
    case 'read':
      break
    default:
      return assertNever(folder)
  }
  const { files, unread } = folder
  if (files.length + unread.length === 0) {
    return [unseen(`there is no migration file (*.sql) in ${excerpt(path, 200)}`, [], folderSteps(path))]
  }
  const newest = [...rows.keys()].toSorted().at(-1) ?? ''
  const pending = files.filter(f => !rows.has(f.name))
  const verdicts = files.map(f => ({ file: f.name, same: sameContent(f.sha256, rows.get(f.name) ?? null) }))
  const changed = verdicts.filter(({ file, same }) => rows.has(file) && same === false).map(({ file }) => file)
  const unchecked = verdicts.filter(({ file, same }) => rows.has(file) && same === null).map(({ file }) => file)
  const here = new Set([...files.map(f => f.name), ...unread.map(u => u.name)])
  const unknown = unread.some(u => !rows.has(u.name)) ? [] : [...rows.keys()].filter(file => !here.has(file))
  const said: Said[] = []
  if (pending.length > 0) {
    said.push({
      ...{ code: 'migrations-pending', verdict: 'wrong', remedy: runnerSteps(desk.probe) },
      summary: `${counted(pending.length, 'migration is', 'migrations are')} not applied in ${name}`,
      evidence: listed(
        pending.map(
          ({ name: file }) => `${excerpt(file)}${file < newest ? ' (older than the newest one applied)' : ''}`,
        ),
      ),
    })
  }
  if (changed.length > 0) {
    said.push({
      ...{ code: 'migration-changed', verdict: 'wrong', evidence: listed(changed.map(file => excerpt(file))) },
      summary: `${counted(changed.length, 'migration was', 'migrations were')} changed after being applied in ${name}: not the checksum in ${TABLE}`,
      remedy: [
        `to see what changed: git -C ${shellWord(repositoryOf(path))} log -p -- supabase/migrations/`,
        'the runner goes by file names and never applies a file twice: put the change into a new migration',
      ],
    })
  }
  if (unread.length > 0) {
    said.push({
      ...unseen(
        `${counted(unread.length, 'migration file', 'migration files')} of ${excerpt(path, 200)} could not be read`,
        listed(unread.map(u => `${excerpt(u.name)}: ${u.why}`)),
        [],
      ),
    })
  }
  if (unknown.length > 0) {
    said.push({
      ...{ code: 'migration-unknown', verdict: 'note', evidence: listed(unknown.map(file => excerpt(file))) },
      summary: `${counted(unknown.length, 'migration is', 'migrations are')} applied in ${name}, but not in ${excerpt(path, 200)}`,
      remedy: ['if the code here is older than the database: git pull'],
    })
  }
  if (unchecked.length > 0) {
    said.push({
      ...{
        code: 'migration-unchecked',
        verdict: 'note',
        evidence: listed(unchecked.map(file => excerpt(file))),
        remedy: [],
      },
      summary: `${counted(unchecked.length, 'migration was', 'migrations were')} not compared: ${TABLE} has no checksum for ${unchecked.length === 1 ? 'it' : 'them'}`,
    })
  }
  if (pending.length + changed.length + unread.length === 0) {
    said.push({
      ...{ code: 'migrations-applied', verdict: 'well', evidence: [], remedy: [] },
      summary: `${files.length === 1 ? 'the only migration is' : `all ${files.length} migrations are`} applied`,
    })
  }
  return said
}

/** Null: what was written down is no checksum, or nothing. */
function sameContent(sha256: string, noted: string | null): boolean | null {
  const checksum = /[0-9a-f]{64}/.exec(noted?.toLowerCase() ?? '')?.[0]
  return checksum === undefined ? null : checksum === sha256
}

function unseen(summary: string, evidence: readonly string[], remedy: readonly string[]): Said {
  return { code: 'migrations-unseen', verdict: 'unseen', summary, evidence, remedy }
}

/** The runbook's, under "Migrations directory not found". */
function folderSteps(path: string): readonly string[] {
  const repository = shellWord(repositoryOf(path))
  return [
    'if it is the wrong folder, correct it in diagnose.probes in the config; netheal must be able to read it',
    `cd ${repository}, then ls -la supabase/migrations/`,
    'if it is missing, pull the latest code: git pull',
  ]
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

function listed(lines: readonly string[]): readonly string[] {
  const more = lines.length - SHOWN
  return more > 0 ? [...lines.slice(0, SHOWN), `and ${more} more`] : lines
}
