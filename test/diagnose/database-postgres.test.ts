/** The runbook's questions to a real PostgreSQL in a container, through the real engine: each thing that can be wrong with it. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { database } from '../../src/diagnose/database/database.ts'
import { psqlCommand } from '../../src/diagnose/database/psql.ts'
import type { Finding } from '../../src/diagnose/rules/finding.ts'
import type { DatabaseProbe } from '../../src/diagnose/rules/probe.ts'
import { openEngine } from '../../src/docker/engine.ts'
import { migrationFiles } from '../../src/host/migrations.ts'
import { Postgres, postgresAbsence } from '../support/postgres.ts'
import { RUNBOOK_SCHEMA } from '../support/postgres-schema.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import type { Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const absence = await postgresAbsence()

/** Where there is a real engine, and a PostgreSQL for it. */
function describePostgres(name: string, tests: () => void): void {
  describeReal(name, () => describe.skipIf(absence !== null)('(needs PostgreSQL)', tests))
}

const { signal } = new AbortController()
const FILES = { '20260101000000_first.sql': 'CREATE TABLE a ();', '20260102000000_second.sql': 'CREATE TABLE b ();' }

describePostgres('the runbook and its database', () => {
  let box: Sandbox
  let server: Postgres
  let folder: string

  beforeAll(async () => {
    box = sandbox()
    server = await Postgres.start(box)
    await server.sql('postgres', 'CREATE DATABASE runbook')
    await server.sql('runbook', RUNBOOK_SCHEMA)
    folder = await mkdtemp(join(tmpdir(), 'netheal-migrations-'))
    for (const [name, content] of Object.entries(FILES)) {
      await writeFile(join(folder, name), content)
      await server.sql('runbook', `INSERT INTO pms_schema_migrations VALUES ('${name}', now(), '${sha256(content)}')`)
    }
  }, 180_000)

  afterAll(async () => {
    await box[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  /** A database of its own, made different by some SQL. */
  async function changed(sql = ''): Promise<string> {
    const name = `d${randomBytes(6).toString('hex')}`
    await server.sql('postgres', `CREATE DATABASE ${name} TEMPLATE runbook`)
    if (sql !== '') await server.sql(name, sql)
    return name
  }

  async function ask(of: string, options: Partial<DatabaseProbe> = {}): Promise<readonly Finding[]> {
    using engine = openEngine({ host: `unix://${realEngine().socketPath}`, tls: null, timeout: 60_000 })
    const probe: DatabaseProbe = {
      ...{ kind: 'pms-database', name: 'pms', container: server.container.name, user: 'postgres', database: of },
      ...{ migrations: folder, timeout: 40_000, ...options },
    }
    const world = await engine.lookAll(signal)
    const context = { look: { world }, engineError: null, engine, probes: [probe], migrations: migrationFiles }
    return await database(context, signal)
  }

  /** Code -> finding, of those that are not well. */
  async function problem(of: string, options: Partial<DatabaseProbe> = {}): Promise<Readonly<Record<string, Finding>>> {
    const findings = await ask(of, options)
    return Object.fromEntries(findings.filter(f => f.verdict !== 'well').map(f => [f.code, f]))
  }

  test('the database is as it should be', async () => {
    const findings = await ask('runbook')
    expect(findings.map(f => `${f.code} ${f.verdict}`)).toEqual([
      'database-reachable well',
      'schema-complete well',
      'migrations-applied well',
      'sync-logs-fresh well',
      'cancelled-by-clean well',
    ])
    expect(findings[0]?.summary).toMatch(/answers: PostgreSQL \d+\.\d+/)
  })

  describe('schema drift', () => {
    test('schema drift: a table without a migration of its own', async () => {
      const { 'schema-missing': missing, ...rest } = await problem(await changed('DROP TABLE properties'))
      expect(rest).toEqual({})
      expect(missing).toMatchObject({ verdict: 'wrong', subject: 'pms', evidence: ['missing: public.properties'] })
      expect(missing?.remedy).toContain('bash backend/scripts/ops/apply_supabase_migrations.sh --status')
    })

    test('schema drift: sync logs: the table', async () => {
      const { 'schema-missing': missing, ...rest } = await problem(await changed('DROP TABLE channel_sync_logs'))
      expect(rest).toEqual({})
      expect(missing?.summary).toContain(
        'public.channel_sync_logs (20251227000000_create_channel_sync_logs.sql brings it)',
      )
      expect(missing?.remedy.at(-1)).toBe(
        `or this file alone: docker exec -i ${server.container.name} psql -U postgres -d ${missing?.remedy.at(-1)?.split('-d ')[1]?.split(' ')[0]} < supabase/migrations/20251227000000_create_channel_sync_logs.sql`,
      )
    })

    test('schema drift: sync logs: two of the four indexes', async () => {
      const name = await changed('DROP INDEX logs_connection; DROP INDEX logs_status')
      const { 'index-missing': missing, ...rest } = await problem(name)
      expect(rest).toEqual({})
      expect(missing?.evidence).toEqual([
        'there is no index that begins with public.channel_sync_logs (connection_id)',
        'there is no index that begins with public.channel_sync_logs (status)',
      ])
    })

    test('schema drift: guests: the metrics columns', async () => {
      const name = await changed('ALTER TABLE guests DROP COLUMN total_bookings, DROP COLUMN last_booking_at')
      const { 'schema-missing': missing, ...rest } = await problem(name)
      expect(rest).toEqual({})
      expect(missing?.evidence).toEqual([
        'missing: public.guests.total_bookings',
        'missing: public.guests.last_booking_at',
      ])
      expect(missing?.summary).toContain('20260103120000_ensure_guests_metrics_columns.sql')
    })

    test('schema drift: guests: the timeline columns and an index', async () => {
      const name = await changed('ALTER TABLE guests DROP COLUMN first_booking_at; DROP INDEX guests_deleted')
      const { 'schema-missing': missing, 'index-missing': index, ...rest } = await problem(name)
      expect(rest).toEqual({})
      expect(missing?.summary).toContain('20260103123000_ensure_guests_booking_timeline_columns.sql brings it')
      expect(index?.summary).toContain('public.guests (deleted_at)')
    })

    test('schema drift: no guests at all is one thing, not nine', async () => {
      const { 'schema-missing': missing, ...rest } = await problem(await changed('DROP TABLE guests'))
      expect(rest).toEqual({})
      expect(missing?.evidence).toEqual(['missing: public.guests'])
    })

    test('schema drift: what the tracking table has as applied is not applied again by the runner', async () => {
      const file = '20251227000000_create_channel_sync_logs.sql'
      const name = await changed(`DROP TABLE channel_sync_logs; INSERT INTO pms_schema_migrations VALUES ('${file}')`)
      const { 'schema-missing': missing } = await problem(name)
      expect(missing?.remedy[0]).toContain('the runner skips it')
      expect(missing?.remedy.join()).not.toContain('apply_supabase_migrations.sh')
    })

    test('schema drift: a table of that name in another schema does not count', async () => {
      const { 'schema-missing': missing } = await problem(
        await changed('CREATE SCHEMA attic; ALTER TABLE properties SET SCHEMA attic'),
      )
      expect(missing?.evidence).toEqual(['missing: public.properties'])
    })

    test('schema drift: an index that is not valid does not count', async () => {
      const name = await changed("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'guests_first'::regclass")
      expect(Object.keys(await problem(name))).toEqual(['index-missing'])
    })
  })

  describe('migrations', () => {
    test('migrations: pending', async () => {
      const name = await changed("DELETE FROM pms_schema_migrations WHERE filename LIKE '%first.sql'")
      const { 'migrations-pending': pending, ...rest } = await problem(name)
      expect(rest).toEqual({})
      expect(pending).toMatchObject({
        verdict: 'wrong',
        evidence: ['20260101000000_first.sql (older than the newest one applied)'],
        remedy: [
          'cd /data/repos/pms-webapp',
          'bash backend/scripts/ops/apply_supabase_migrations.sh --status',
          'bash backend/scripts/ops/apply_supabase_migrations.sh --dry-run',
          'export CONFIRM_PROD=1 && bash backend/scripts/ops/apply_supabase_migrations.sh',
        ],
      })
    })

    test('migrations: changed after they were applied', async () => {
      const name = await changed(
        `UPDATE pms_schema_migrations SET sha256 = '${sha256('else')}' WHERE filename LIKE '%second.sql'`,
      )
      const { 'migration-changed': found, ...rest } = await problem(name)
      expect(rest).toEqual({})
      expect(found).toMatchObject({ verdict: 'wrong', evidence: ['20260102000000_second.sql'] })
    })

    test('migrations: a checksum in capital letters is the same one', async () => {
      expect(await problem(await changed('UPDATE pms_schema_migrations SET sha256 = upper(sha256)'))).toEqual({})
    })

    test('migrations: applied, and not here', async () => {
      const name = await changed("INSERT INTO pms_schema_migrations VALUES ('20260103000000_third.sql')")
      const { 'migration-unknown': found, ...rest } = await problem(name)
      expect(rest).toEqual({})
      expect(found).toMatchObject({ verdict: 'note', evidence: ['20260103000000_third.sql'] })
    })

    test('migrations: without a checksum they are not compared', async () => {
      const { 'migration-unchecked': found, ...rest } = await problem(
        await changed('UPDATE pms_schema_migrations SET sha256 = NULL'),
      )
      expect(rest).toEqual({})
      expect(found).toMatchObject({ verdict: 'note', evidence: Object.keys(FILES) })
    })

    test('migrations: a tracking table of before there were checksums', async () => {
      const name = await changed('ALTER TABLE pms_schema_migrations DROP COLUMN sha256')
      expect(Object.keys(await problem(name))).toEqual(['migration-unchecked'])
    })

    test('migrations: no tracking table', async () => {
      const { 'migrations-untracked': found, ...rest } = await problem(
        await changed('DROP TABLE pms_schema_migrations'),
      )
      expect(rest).toEqual({})
      expect(found).toMatchObject({ verdict: 'unseen' })
    })

    test('migrations: no folder', async () => {
      const { 'migrations-unseen': found, ...rest } = await problem('runbook', {
        migrations: '/data/repos/x/supabase/migrations',
      })
      expect(rest).toEqual({})
      expect(found?.summary).toBe('migrations directory not found: /data/repos/x/supabase/migrations')
      expect(found?.remedy.join('\n')).toContain('cd /data/repos/x, then ls -la supabase/migrations/')
    })

    test('migrations: no folder is configured', async () => {
      const { 'migrations-uncompared': found, ...rest } = await problem('runbook', { migrations: null })
      expect(rest).toEqual({})
      expect(found).toMatchObject({ verdict: 'note' })
      expect(found?.summary).toContain('2 migrations applied')
    })

    test('migrations: a table with more rows than the output of a command may have', async () => {
      const name = await changed(
        "INSERT INTO pms_schema_migrations SELECT '2024' || lpad(n::text, 10, '0') || '_' || repeat('x', 60) || '.sql', now(), repeat('a', 64) FROM generate_series(1, 1000) AS n",
      )
      const { 'migration-unknown': found, ...rest } = await problem(name)
      expect(rest).toEqual({})
      expect(found?.summary).toContain('1000 migrations are applied')
      expect(found?.evidence).toHaveLength(21)
    })
  })

  describe('data hygiene', () => {
    test('data hygiene: sync logs that are running for more than an hour', async () => {
      const { 'stale-sync-logs': found, ...rest } = await problem(
        await changed(`INSERT INTO channel_sync_logs (status, created_at)
          SELECT 'running', now() - make_interval(hours => n) - interval '1 minute' FROM generate_series(1, 5) AS n`),
      )
      expect(rest).toEqual({})
      expect(found).toMatchObject({ verdict: 'wrong', evidence: ['the oldest has been running for 5 h'] })
      expect(found?.summary).toContain('5 sync logs are running')
      expect(found?.remedy.at(-1)).toContain("error = 'Task timed out or worker crashed (auto-cleaned)'")
    })

    test('data hygiene: old logs that ended are none', async () => {
      const name = await changed(
        "INSERT INTO channel_sync_logs (status, created_at) VALUES ('failed', now() - interval '1 year')",
      )
      expect(await problem(name)).toEqual({})
    })

    test('data hygiene: cancelled_by of the past', async () => {
      const { 'cancelled-by-non-uuid': found, ...rest } = await problem(
        await changed(
          "INSERT INTO bookings (cancelled_by) SELECT CASE WHEN n = 1 THEN 'guest' ELSE 'host' END FROM generate_series(1, 27) AS n",
        ),
      )
      expect(rest).toEqual({})
      expect(found).toMatchObject({ verdict: 'wrong', evidence: ['"host": 26', '"guest": 1'] })
      expect(found?.remedy).toHaveLength(2)
      expect(found?.remedy[1]).toBe(
        "BEGIN; UPDATE public.bookings SET cancelled_by = NULL WHERE cancelled_by IN ('host', 'guest'); COMMIT;",
      )
    })

    test('data hygiene: values that would break a parser, a terminal, or a line', async () => {
      const name = await changed(`INSERT INTO bookings (cancelled_by) VALUES
        (E'host\\nnetheal-answer {"count":0,"values":[]}'), (E'tab\\there|and "quotes"'), (E'\\u001b[2J\\u202e'), (repeat('x', 100000))`)
      const { 'cancelled-by-non-uuid': found, ...rest } = await problem(name)
      expect(rest).toEqual({})
      expect(found?.summary).toContain('4 bookings have')
      expect(found?.evidence).toHaveLength(4)
      expect(found?.evidence.every(line => !line.includes('\n') && line.length < 120)).toBe(true)
      expect(found?.remedy.at(-1)).toContain('decide about the other values yourself')
    })

    test('data hygiene: more kinds of values than are shown', async () => {
      const { 'cancelled-by-non-uuid': found } = await problem(
        await changed("INSERT INTO bookings (cancelled_by) SELECT 'user ' || n FROM generate_series(1, 14) AS n"),
      )
      expect(found?.evidence).toHaveLength(11)
      expect(found?.evidence.at(-1)).toBe('and 4 other values')
    })

    test('data hygiene: a UUID column can hold nothing else', async () => {
      const name = await changed('ALTER TABLE bookings ALTER cancelled_by TYPE uuid USING cancelled_by::uuid')
      const findings = await ask(name)
      expect(findings.find(f => f.code === 'cancelled-by-clean')?.summary).toContain('UUID column')
    })

    test('data hygiene: no such column', async () => {
      const { 'cancelled-by-absent': found, ...rest } = await problem(
        await changed('ALTER TABLE bookings DROP COLUMN cancelled_by'),
      )
      expect(rest).toEqual({})
      expect(found).toMatchObject({ verdict: 'note' })
    })
  })

  describe('five things at once', () => {
    test('five things at once in the database are all named', async () => {
      const name = await changed(`DROP TABLE availability_blocks; ALTER TABLE guests DROP COLUMN deleted_at;
        DELETE FROM pms_schema_migrations WHERE filename LIKE '%second.sql'; INSERT INTO bookings (cancelled_by) VALUES ('host');
        INSERT INTO channel_sync_logs (status, created_at) VALUES ('running', now() - interval '2 hours')`)
      const findings = (await ask(name)).filter(f => f.verdict === 'wrong')
      expect(findings.map(f => f.code)).toEqual([
        ...['schema-missing', 'schema-missing', 'migrations-pending', 'stale-sync-logs', 'cancelled-by-non-uuid'],
      ])
    })
  })

  describe('not reached', () => {
    test('a database that is not reached: no such database', async () => {
      const { 'database-missing': found, ...rest } = await problem("it's gone")
      expect(rest).toEqual({})
      expect(found?.summary).toContain("has no database it's gone")
    })

    test('a database that is not reached: no such user', async () => {
      const { 'database-auth': found, ...rest } = await problem('runbook', { user: 'nobody' })
      expect(rest).toEqual({})
      expect(found).toMatchObject({ verdict: 'unseen' })
    })

    test('a database that is not reached: a user who may connect, and may not read', async () => {
      const name = await changed(
        'DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$',
      )
      const found = await problem(name, { user: 'reader' })
      // The catalog is open to everybody; each question that is not answered is said, and none is called healthy.
      expect(Object.keys(found)).toEqual(['database-denied'])
      const findings = (await ask(name, { user: 'reader' })).filter(f => f.code === 'database-denied')
      expect(findings.map(f => /: (.+) could not be checked$/.exec(f.summary)?.[1])).toEqual([
        ...['applied migrations', 'stale sync logs', 'legacy values of cancelled_by'],
      ])
    })

    test('a database that is not reached: rows that a policy hides are not called healthy', async () => {
      const name =
        await changed(`DO $$ BEGIN CREATE ROLE hidden LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO hidden; ALTER TABLE bookings ENABLE ROW LEVEL SECURITY;
        INSERT INTO bookings (cancelled_by) VALUES ('host')`)
      const found = await problem(name, { user: 'hidden' })
      expect(Object.keys(found)).toEqual(['database-denied'])
      expect(found['database-denied']?.evidence.join()).toContain('row-level security')
    })

    test('a database that is not reached: a table that somebody holds locked', async () => {
      const name = await changed()
      const holding = server.sql(name, 'BEGIN; LOCK TABLE bookings; SELECT pg_sleep(60)').catch(() => undefined)
      const locked =
        "SELECT count(*) FROM pg_locks WHERE granted AND mode = 'AccessExclusiveLock' AND relation = 'bookings'::regclass"
      await until(async () => (await server.sql(name, locked)) === '1', { what: 'the lock', every: 100 })
      const found = await problem(name, { timeout: 8_000 })
      await server.sql(
        name,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
      )
      await holding
      expect(Object.keys(found)).toEqual(['database-timeout'])
      expect(found['database-timeout']).toMatchObject({ verdict: 'unseen' })
    })
  })

  describe('read-only', () => {
    const insert = "INSERT INTO public.bookings (cancelled_by) VALUES ('host')"

    async function runProbe(name: string, expression: string): Promise<string> {
      const probe = { user: 'postgres', database: name, timeout: 20_000 }
      return (await box.exec(server.container.id, psqlCommand(probe, expression))).output
    }

    test.for([
      ['another statement', `'{}'::jsonb)::text; ${insert}; SELECT ('1'`],
      ['a sequence', "to_jsonb(nextval('public.numbers'))"],
      ['a function that writes', 'public.writer()'],
      ['one that asks for a transaction of its own', `'{}'::jsonb)::text; COMMIT; ${insert}; SELECT ('1'`],
    ] as const)('a diagnosis is read-only: %s is refused by the database', async ([, expression]) => {
      const name = await changed(`CREATE SEQUENCE numbers; CREATE FUNCTION writer() RETURNS jsonb LANGUAGE sql
        AS $$ ${insert} RETURNING '{}'::jsonb $$`)
      expect(await runProbe(name, expression)).toMatch(/ERROR: +25006: /)
      expect(await server.sql(name, 'SELECT count(*) FROM bookings')).toBe('3')
    })

    test('a diagnosis is read-only: what a read-only transaction lets pass all the same is taken back', async () => {
      const name = await changed()
      // PostgreSQL refuses this one since 16.
      await runProbe(name, 'to_jsonb(lo_create(0))')
      expect(await server.sql(name, 'SELECT count(*) FROM pg_largeobject_metadata')).toBe('0')
    })

    test('a diagnosis is read-only: a diagnosis changes no row', async () => {
      const name = await changed("INSERT INTO bookings (cancelled_by) VALUES ('host')")
      const state = `SELECT (SELECT jsonb_agg(b ORDER BY b::text) FROM (SELECT xmin, xmax, ctid, * FROM bookings) b), (SELECT count(*) FROM channel_sync_logs)`
      const before = await server.sql(name, state)
      await ask(name)
      expect(await server.sql(name, state)).toBe(before)
      const stat = `SELECT n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables WHERE relname = 'bookings'`
      expect(await server.sql(name, stat)).toMatch(/^\d\|0\|0$/)
    })

    test('a diagnosis is read-only: what stands in public does not stand in for what is asked', async () => {
      const name = await changed(
        "CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'infinity'::timestamptz $$",
      )
      await server.sql('postgres', `ALTER DATABASE ${name} SET search_path = public, pg_catalog`)
      expect(await problem(name)).toEqual({})
    })
  })
})

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}
