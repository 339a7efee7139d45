/** A database that does not answer: each way of a real PostgreSQL to say no, named; and containers that are not there. */
import { describe, expect, test } from 'vitest'
import { database } from '../../src/diagnose/database/database.ts'
import type { Finding } from '../../src/diagnose/rules/finding.ts'
import type { DatabaseProbe } from '../../src/diagnose/rules/probe.ts'
import { openEngine } from '../../src/docker/engine.ts'
import { Postgres, postgresAbsence, postgresImage } from '../support/postgres.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'

const absence = await postgresAbsence()
const { signal } = new AbortController()

/** The one finding of a probe that got no answer. */
async function outage(container: string, options: Partial<DatabaseProbe> = {}): Promise<Finding> {
  using engine = openEngine({ host: `unix://${realEngine().socketPath}`, tls: null, timeout: 60_000 })
  const probe: DatabaseProbe = {
    ...{ kind: 'pms-database', name: 'pms', container, user: 'postgres', database: 'postgres' },
    ...{ migrations: null, timeout: 40_000, ...options },
  }
  const world = await engine.lookAll(signal)
  const findings = await database(
    { look: { world }, engineError: null, engine, probes: [probe], migrations: null },
    signal,
  )
  expect(findings).toHaveLength(1)
  return findings[0] as Finding
}

describeReal('a database that does not answer', () => {
  describe.skipIf(absence !== null)('(needs PostgreSQL)', () => {
    test('a database that does not answer: no server runs in the container', { timeout: 120_000 }, async () => {
      await using box = sandbox()
      const container = await box.container('database', { create: { Image: postgresImage } })
      const found = await outage(container.name)
      expect(found).toMatchObject({ code: 'database-down', verdict: 'wrong', subject: 'pms' })
      expect(found.summary).toBe(`${container.name} is running, but PostgreSQL does not answer in it`)
      expect(found.remedy).toEqual([`docker logs --tail 100 ${container.name}`])
    })

    test.for([
      [
        'a standby for nobody',
        'touch standby.signal; echo hot_standby=off >>postgresql.conf',
        'entering standby mode',
        'Hot standby mode is disabled',
      ],
      [
        'a recovery that takes its time',
        `touch recovery.signal; echo "restore_command = 'sleep 600'" >>postgresql.conf`,
        ...['database system was shut down at', 'the database system is starting up'],
      ],
    ] as const)('a database that does not answer: %s', { timeout: 120_000 }, async ([, before, ready, words]) => {
      await using box = sandbox()
      const server = await Postgres.start(box, 'starting', { before, ready })
      const name = server.container.name
      // Before it is a standby it is starting up, as any.
      const told = async (): Promise<boolean> =>
        (await server.sql('postgres', 'SELECT 1').catch(String)).includes(words)
      await until(told, { what: words, every: 100 })
      expect(await outage(name)).toMatchObject({ code: 'database-starting', verdict: 'wrong' })
    })

    test('a database that does not answer: no connection is left, and then it shuts down', {
      timeout: 120_000,
    }, async () => {
      await using box = sandbox()
      const server = await Postgres.start(box, 'small', {
        settings: ['max_connections=3', 'superuser_reserved_connections=0', 'max_wal_senders=0'],
      })
      const name = server.container.name
      const sleepers = [1, 2, 3].map(() => server.sql('postgres', 'SELECT pg_sleep(120)').catch(() => undefined))
      const full = await until(
        async () => {
          const found = await server.sql('postgres', 'SELECT 1').catch(String)
          return found.includes('too many clients')
        },
        { what: 'every connection to be taken', every: 200 },
      )
      expect(full).toBe(true)
      expect(await outage(name)).toMatchObject({ code: 'database-full', verdict: 'wrong' })

      // SIGTERM: no new connection, and those that are there may end.
      await server.container.handle.kill({ signal: 'SIGTERM' })
      const found = await until(
        async () => {
          const seen = await outage(name)
          return seen.code === 'database-full' ? null : seen
        },
        { what: 'the shutdown', every: 100, deadline: 40_000 },
      )
      expect(found).toMatchObject({ code: 'database-stopping', verdict: 'wrong' })
      await server.container.handle.kill({ signal: 'SIGKILL' })
      await Promise.all(sleepers)
    })

    test.for([
      ['a password that nobody gave', 'local all asked scram-sha-256', 'no password supplied'],
      ['a rule that turns him away', 'local all asked reject', 'rejects connection'],
      ['no rule for him', '', 'no pg_hba.conf entry'],
    ] as const)('a database that does not answer: not let in: %s', { timeout: 120_000 }, async ([, rule, words]) => {
      await using box = sandbox()
      const server = await Postgres.start(box, 'guarded', {
        before: `printf '%s\\n' '${rule}' 'local all postgres trust' >pg_hba.conf`,
      })
      await server.sql('postgres', "CREATE ROLE asked LOGIN PASSWORD 'secret'")
      const found = await outage(server.container.name, { user: 'asked' })
      expect(found).toMatchObject({ code: 'database-auth', verdict: 'unseen' })
      expect(found.evidence.join('\n')).toContain(words)
      expect(found.remedy[0]).toBe(`by hand: docker exec -it ${server.container.name} psql -U asked -d postgres`)
    })
  })

  test('a database that does not answer: an image without psql', async () => {
    await using box = sandbox()
    const container = await box.container('app')
    const found = await outage(container.name)
    expect(found).toMatchObject({ code: 'database-no-psql', verdict: 'unseen', evidence: [] })
  })

  test('a database that does not answer: a psql that says something else, in many and strange lines', async () => {
    await using box = sandbox()
    const says = "printf 'psql: Fehler: \\033[2J\\nhttps://u:topsecret@h/\\n%5000s\\n' x; exit 2"
    const container = await box.container('odd', {
      cmd: [
        'sh',
        '-c',
        `printf '%s\\n' '#!/bin/sh' "$SAYS" >/bin/psql; chmod +x /bin/psql; trap 'exit 0' TERM; sleep 86400 & wait`,
      ],
      env: [`SAYS=${says}`],
    })
    await until(async () => (await box.exec(container.id, ['test', '-x', '/bin/psql'])).exitCode === 0)
    const found = await outage(container.name)
    expect(found).toMatchObject({ code: 'database-unanswered', verdict: 'unseen' })
    expect(found.evidence.join('\n')).not.toContain('topsecret')
    expect(found.evidence.every(line => line.length < 320)).toBe(true)
    expect(found.evidence.at(-1)).toBe('psql exited with 2')
  })

  test('a database that does not answer: an answer that is JSON, and not ours', async () => {
    await using box = sandbox()
    const container = await box.container('liar', {
      cmd: [
        'sh',
        '-c',
        `printf '%s\\n' '#!/bin/sh' 'echo netheal-answer [1]' >/bin/psql; chmod +x /bin/psql; trap 'exit 0' TERM; sleep 86400 & wait`,
      ],
    })
    await until(async () => (await box.exec(container.id, ['test', '-x', '/bin/psql'])).exitCode === 0)
    expect(await outage(container.name)).toMatchObject({ code: 'database-unanswered', verdict: 'unseen' })
  })

  test('a database that does not answer: a psql that hangs', async () => {
    await using box = sandbox()
    const container = await box.container('hung', {
      cmd: [
        'sh',
        '-c',
        `printf '%s\\n' '#!/bin/sh' 'sleep 600' >/bin/psql; chmod +x /bin/psql; trap 'exit 0' TERM; sleep 86400 & wait`,
      ],
    })
    await until(async () => (await box.exec(container.id, ['test', '-x', '/bin/psql'])).exitCode === 0)
    expect(await outage(container.name, { timeout: 1_000 })).toMatchObject({ code: 'probe-timeout', verdict: 'wrong' })
  })
})
