// Migration files against what was applied, where no database and no disk is needed: folders that cannot be read, odd names.
import { expect, test } from 'vitest'
import type { Applied } from '../../src/diagnose/database/applied.ts'
import { migrationFindings } from '../../src/diagnose/database/migrations.ts'
import type { Desk } from '../../src/diagnose/database/psql.ts'
import type { MigrationFolder } from '../../src/diagnose/ports.ts'
import type { DatabaseProbe } from '../../src/diagnose/rules/probe.ts'
import { container } from '../core/builders.ts'

const { signal } = new AbortController()
const PATH = "/srv/o'neil/supabase/migrations/"
const sum = (letter: string): string => letter.repeat(64)

async function compare(applied: Applied, folder: MigrationFolder | null, path: string | null = PATH) {
  const probe: DatabaseProbe = {
    ...{ kind: 'pms-database', name: 'pms', container: 'supabase-db', user: 'postgres', database: 'postgres' },
    ...{ migrations: path, timeout: 1 },
  }
  const desk = { probe, container: container('supabase-db'), engine: null as never } satisfies Desk
  const port = folder === null ? null : { read: async () => folder }
  return await migrationFindings(desk, applied, port, signal)
}

function tracked(rows: Readonly<Record<string, string | null>>, cut = false): Applied {
  return { kind: 'tracked', rows: new Map(Object.entries(rows)), cut }
}

test.for([
  ['is missing', { kind: 'missing' }, 'migrations directory not found: /srv'],
  ['is closed', { kind: 'unseen', why: 'no permission (root may read it)' }, 'cannot be read: /srv'],
  ['is empty', { kind: 'read', files: [], unread: [] }, 'there is no migration file (*.sql) in /srv'],
] as const)('a folder that %s is not an answer', async ([, folder, words]) => {
  const [found, ...rest] = await compare(tracked({ 'a.sql': sum('a') }), folder)
  expect(rest).toEqual([])
  expect(found).toMatchObject({ topic: 'database', subject: 'pms', code: 'migrations-unseen', verdict: 'unseen' })
  expect(found?.summary).toContain(words)
  expect(found?.remedy[1]).toBe("cd '/srv/o'\\''neil', then ls -la supabase/migrations/")
})

test('migrations beside an engine on another machine are unseen', async () => {
  const [found] = await compare(tracked({}), null)
  expect(found).toMatchObject({ code: 'migrations-unseen', verdict: 'unseen' })
})

test('more rows than one look takes: what is pending cannot be told', async () => {
  const folder = { kind: 'read', files: [{ name: 'z.sql', sha256: sum('a') }], unread: [] } as const
  expect((await compare(tracked({ 'a.sql': null }, true), folder)).map(f => f.code)).toEqual(['migrations-unseen'])
})

test('a file that could not be read is neither pending nor well', async () => {
  const folder = {
    kind: 'read',
    files: [{ name: 'a.sql', sha256: sum('a') }],
    unread: [{ name: 'b.sql', why: 'is not a regular file' }],
  } as const
  const findings = await compare(tracked({ 'a.sql': sum('a') }), folder)
  expect(findings.map(f => `${f.code} ${f.verdict}`)).toEqual(['migrations-unseen unseen'])
  expect(findings[0]?.evidence).toEqual(['b.sql: is not a regular file'])
})

test('migrations pending, changed and unknown are told at once', async () => {
  const names = ['1.sql', '2.sql', '3.sql', '4.sql']
  const folder = { kind: 'read', files: names.map(name => ({ name, sha256: sum('a') })), unread: [] } as const
  const rows = { '1.sql': sum('a'), '2.sql': `${sum('b')}  2.sql`, '3.sql': 'abc123...', '9.sql': sum('a') }
  expect((await compare(tracked(rows), folder)).map(f => `${f.code} ${f.evidence}`)).toEqual([
    'migrations-pending 4.sql (older than the newest one applied)',
    'migration-changed 2.sql',
    'migration-unknown 9.sql',
    'migration-unchecked 3.sql',
  ])
})

test('many migrations, and names that would forge a line', async () => {
  const files = Array.from({ length: 50 }, (_, n) => ({ name: `${n}\nOK: all is well.sql`, sha256: sum('a') }))
  const [found] = await compare(tracked({}), { kind: 'read', files, unread: [] })
  expect(found?.evidence).toHaveLength(21)
  expect(found?.evidence.at(-1)).toBe('and 30 more')
  expect(found?.evidence.join('')).not.toContain('\n')
})
