// Pool churn, degraded mode, startups and schema drift as a container's own log tells them: each branch of the runbook with a
// container that really prints those lines on a real engine.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runBegan } from '../../src/diagnose/pools/log.ts'
import { type PoolsContext, poolsOf } from '../../src/diagnose/pools/pools.ts'
import type { Inspector, LogLine } from '../../src/diagnose/ports.ts'
import type { ContainerDetails } from '../../src/diagnose/rules/details.ts'
import type { Finding } from '../../src/diagnose/rules/finding.ts'
import { openEngine } from '../../src/docker/engine.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import type { ContainerOptions, Sandbox, SandboxContainer } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const { signal } = new AbortController()
const END = 'that is all'
const WAIT = 'trap "exit 0" TERM; sleep 86400 & wait'

/** A script that prints these lines, then END, and waits. The shell expands nothing in them. */
function printing(lines: readonly string[]): string {
  return `cat <<'EOF'\n${[...lines, END].join('\n')}\nEOF\n`
}

function pool(fields: string): string {
  return `INFO:app.core.database:Database connection pool created successfully (${fields})`
}

describeReal('pools, by the log of a real container', () => {
  let engine: ReturnType<typeof openEngine>
  beforeAll(() => {
    engine = openEngine({ host: `unix://${realEngine().socketPath}`, tls: null, timeout: 60_000 })
  })
  afterAll(() => engine[Symbol.dispose]())

  async function run(
    box: Sandbox,
    script: string,
    options: ContainerOptions = {},
    ends = 1,
  ): Promise<SandboxContainer> {
    const container = await box.container('pms-backend', { cmd: ['sh', '-c', script], ...options })
    await printed(container, ends)
    return container
  }

  /** Waits until END stands so often among the last lines of the log. */
  async function printed({ handle }: SandboxContainer, ends: number): Promise<void> {
    await until(
      async () => {
        const newest = await handle.logs({ stdout: true, stderr: true, tail: 1000 })
        return newest.toString().split(END).length > ends
      },
      { what: 'the last line', deadline: 120_000, every: 100 },
    )
  }

  async function detailsOf({ id }: SandboxContainer): Promise<ContainerDetails> {
    const details = await engine.details(id, signal)
    if (details === null) throw new Error('it is gone')
    return details
  }

  async function ask(container: SandboxContainer, more: Partial<PoolsContext> = {}): Promise<readonly Finding[]> {
    const details = await detailsOf(container)
    const subjects = [{ label: 'pms-backend', details, attachments: [] }]
    const now = details.startedAt ?? Date.now()
    return await poolsOf({ subjects, inspector: engine, probes: [], now: now + 5000, ...more }, signal)
  }

  async function answer(lines: readonly string[], more: Partial<PoolsContext> = {}): Promise<readonly Finding[]> {
    await using box = sandbox()
    return await ask(await run(box, printing(lines) + WAIT), more)
  }

  const said = (findings: readonly Finding[]) => findings.map(({ code, verdict }) => `${verdict}: ${code}`)
  const one = (findings: readonly Finding[], code: string): Finding => {
    const found = findings.find(f => f.code === code)
    if (found === undefined) throw new Error(`no ${code} among ${said(findings).join(', ')}`)
    return found
  }

  test('the pools of a container: exactly one pool: well', async () => {
    const findings = await answer([
      'Creating database connection pool (PID=1, host=supabase-db, max_wait=60s, retry_interval=2s)...',
      pool('PID=1, host=supabase-db, generation=1, attempt=3, elapsed=4.5s, pool_id=140137983023888'),
      'Database connected: PostgreSQL 15.1...',
    ])
    expect(said(findings)).toEqual(['well: pool-single'])
    expect(findings[0]).toMatchObject({
      topic: 'pools',
      subject: 'pms-backend',
      summary: 'pms-backend created exactly one pool in this run',
      evidence: [expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z INFO:app.*pool_id=140137983023888\)$/)],
    })
  })

  test('the pools of a container: several pools in docker logs, one in this run: healthy, and said so', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox()
    // Each run says at its very end that it made another pool: the last moment before FinishedAt.
    const last = pool('PID=1, generation=1, pool_id=3')
    const script = `${printing([pool('PID=1, generation=1, pool_id=1')])}trap "echo '${last}'; exit 0" TERM; sleep 86400 & wait`
    const container = await run(box, script)
    let runs = 1
    const isSameSecond = async (): Promise<boolean> => {
      const details = await detailsOf(container)
      let newest = 0
      const note = ({ text, at }: LogLine): void => {
        if (text === last) newest = at
      }
      await engine.log(container.id, { since: null, longestLine: 200, limit: 1e7 }, note, signal)
      return newest > 0 && Math.floor(newest / 1000) === Math.floor((details.startedAt ?? 0) / 1000)
    }
    for (; runs < 30 && !(runs > 1 && (await isSameSecond())); runs += 1) {
      await container.handle.restart()
      await printed(container, runs + 1)
      const findings = await ask(container)
      expect(said(findings)).toEqual(['well: pool-single'])
      expect(findings[0]?.summary).toBe(
        `pms-backend created exactly one pool in this run; docker logs shows ${2 * runs} more, from earlier runs`,
      )
    }
    expect(await isSameSecond()).toBe(true)
  })

  test('the pools of a container: what a run says before its StartedAt is of this run', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox()
    // The shell's own echo: on 20.10 and 26 it is often there before the engine has read the clock.
    const script = `echo '${pool('PID=1, generation=1, pool_id=1')}'; echo '${END}'; ${WAIT}`
    const container = await run(box, script)
    for (let runs = 2; runs < 12; runs += 1) {
      await container.handle.restart()
      await printed(container, runs)
      expect(said(await ask(container))).toEqual(['well: pool-single'])
    }
  })

  test('the pools of a container: tree 1: pool_id changes, generation stays 1, module_id changes', async () => {
    const findings = await answer([
      pool('PID=1, generation=1, pool_id=128315581080752, module_id=11, module_file=/app/app/core/database.py'),
      pool('PID=1, generation=1, pool_id=136539789892368, module_id=22, module_file=/app/core/database.py'),
    ])
    expect(said(findings)).toEqual(['wrong: pool-duplicate-modules'])
    expect(findings[0]?.summary).toContain('created 2 pools in PID 1 in this run')
    expect(findings[0]?.evidence).toContain('module_file: /app/app/core/database.py, /app/core/database.py')
    expect(findings[0]?.remedy[0]).toBe('Check import paths, remove circular imports')
  })

  test('the pools of a container: tree 2: pool_id changes, generation stays 1, module_id constant', async () => {
    const findings = await answer([
      pool('PID=1, generation=1, pool_id=128315581080752, module_id=11, module_file=/app/app/core/database.py'),
      'INFO Resetting pool state',
      pool('PID=1, generation=1, pool_id=136539789892368, module_id=11, module_file=/app/app/core/database.py'),
      'INFO Closing database connection pool',
      pool('PID=1, generation=1, pool_id=140137983023888, module_id=11, module_file=/app/app/core/database.py'),
    ])
    expect(said(findings)).toEqual(['wrong: pool-reset'])
    const { evidence, remedy } = one(findings, 'pool-reset')
    expect(evidence).toContain('pool_id: 3 different; generation: 1, 1, 1; module_id: 1 different')
    expect(evidence.filter(e => /Resetting|Closing/.test(e))).toHaveLength(2)
    expect(remedy[0]).toBe('Check for unauthorized pool.close() or _pool=None assignments')
  })

  const reconnecting = [
    'Background reconnection: attempting to create DB pool...',
    'Creating database connection pool (PID=1, host=supabase-db, max_wait=60s, retry_interval=2s)...',
    pool('PID=1, generation=2, attempt=1, elapsed=0.5s, pool_id=2, module_id=11'),
    'Background reconnection: SUCCESS. App is now in NORMAL MODE (DB available).',
  ]

  test('the pools of a container: tree 3: the generation increments after degraded mode: well', async () => {
    const first = pool('PID=1, generation=1, pool_id=1, module_id=11')
    const findings = await answer([first, 'App will start in DEGRADED MODE (DB unavailable).', ...reconnecting])
    expect(said(findings)).toEqual(['note: degraded-healed', 'well: pool-reconnected'])
  })

  test('the pools of a container: tree 3 without degraded mode before it: wrong', async () => {
    const findings = await answer([
      pool('PID=1, generation=1, pool_id=1, module_id=11'),
      pool('PID=1, generation=2, pool_id=2, module_id=11'),
    ])
    expect(said(findings)).toEqual(['wrong: pool-reconnected'])
    expect(findings[0]?.remedy[0]).toContain('Verify degraded mode preceded this (expected behavior)')
  })

  test('the pools of a container: generation=1 again and again, of an image without module_id', async () => {
    const findings = await answer([
      pool('PID=1, host=supabase-db, generation=1, attempt=12, elapsed=24.1s, pool_id=128315581080752'),
      pool('PID=1, host=supabase-db, generation=1, attempt=1, elapsed=0.1s, pool_id=136539789892368'),
      pool('PID=1, host=supabase-db, generation=1, attempt=1, elapsed=0.1s, pool_id=140137983023888'),
    ])
    expect(said(findings)).toEqual(['wrong: pool-duplicate'])
  })

  test('the pools of a container: one pool that two handlers log is one pool', async () => {
    const line = pool('PID=1, generation=1, pool_id=1, module_id=11')
    expect(said(await answer([line, line]))).toEqual(['well: pool-single'])
  })

  test('the pools of a container: generation 2 without a line of the first', async () => {
    expect(said(await answer([pool('PID=1, generation=2, pool_id=1')]))).toEqual(['wrong: pool-generation'])
  })

  test('the pools of a container: celery workers each have their own pool: expected', async () => {
    const findings = await answer([
      ' -------------- celery@pms-worker v5.3.6 (emerald-rush)',
      `[2026-01-04 10:00:01,250: INFO/ForkPoolWorker-1] Resetting pool state`,
      `[2026-01-04 10:00:01,260: INFO/ForkPoolWorker-1] ${pool('PID=15, generation=2, pool_id=1')}`,
      `[2026-01-04 10:00:01,270: INFO/ForkPoolWorker-2] ${pool('PID=16, generation=2, pool_id=1')}`,
    ])
    expect(said(findings)).toEqual(['well: pool-per-process'])
    expect(findings[0]?.summary).toContain('one pool in each of 2 processes, as expected: celery workers')
  })

  const startup = ['INFO:     Started server process [1]', 'INFO:     Waiting for application startup.']

  test('the pools of a container: two startup sequences in one run', async () => {
    await using box = sandbox()
    const lines = [
      ...startup,
      pool('PID=1, generation=1, pool_id=1, module_id=11'),
      'INFO:     Application startup complete.',
      'asyncio.exceptions.CancelledError',
      ...startup,
      pool('PID=1, generation=1, pool_id=2, module_id=22'),
      'INFO:     Application startup complete.',
    ]
    const container = await run(box, `: uvicorn app.main:app --workers 2 --reload\n${printing(lines)}${WAIT}`)
    const findings = await ask(container)
    // A pool for each startup is the same thing that is wrong, and stands in its evidence.
    expect(said(findings)).toEqual(['wrong: startup-twice'])
    const { summary, evidence, remedy } = one(findings, 'startup-twice')
    expect(summary).toContain('started twice within one run of its container')
    expect(evidence.join('\n')).toContain('its command has --workers 2, --reload')
    expect(evidence.join('\n')).toContain('CancelledError')
    expect(remedy.join('\n')).toContain('NO --reload or --workers flags')
  })

  test('the pools of a container: two startup sequences in docker logs, one in this run: no finding', async () => {
    await using box = sandbox()
    const lines = [...startup, pool('PID=1, generation=1, pool_id=1'), 'INFO:     Application startup complete.']
    const container = await run(box, printing(lines) + WAIT)
    await container.handle.restart()
    await printed(container, 2)
    expect(said(await ask(container))).toEqual(['well: pool-single'])
  })

  const failing = [
    'Creating database connection pool (PID=1, host=supabase-db, max_wait=60s, retry_interval=2s)...',
    'Database connection attempt 1 failed (gaierror: Temporary failure in name resolution).',
    'Retrying in 2.0s (elapsed: 0.2s, max: 60s)...',
  ]
  const fallen = [
    ...failing,
    'Database connection failed after 30 attempts (60.1s).',
    'Last error: gaierror: Temporary failure in name resolution.',
    'App will start in DEGRADED MODE (DB unavailable).',
    'Background reconnection will retry every 30s.',
  ]

  test('the pools of a container: still trying at the start: nothing to do yet; and long after, something is stuck', async () => {
    await using box = sandbox()
    const container = await run(box, printing(failing) + WAIT)
    const findings = await ask(container)
    expect(said(findings)).toEqual(['note: starting-retrying'])
    expect(findings[0]?.remedy).toEqual([
      'If you see 503 immediately after deploy, wait up to 60s before investigating',
    ])
    const { startedAt } = await detailsOf(container)
    expect(said(await ask(container, { now: (startedAt ?? 0) + 600_000 }))).toEqual(['wrong: starting-stuck'])
  })

  test('the pools of a container: degraded, and it still is', async () => {
    const findings = await answer([...fallen, 'Background reconnection: attempting to create DB pool...'])
    expect(said(findings)).toEqual(['wrong: degraded'])
    const { summary, evidence, remedy } = one(findings, 'degraded')
    expect(summary).toContain('no database pool (gaierror: Temporary failure in name resolution)')
    expect(evidence.join('\n')).toContain('App will start in DEGRADED MODE')
    expect(remedy.join('\n')).toContain('getent hosts supabase-db')
    expect(remedy.at(-1)).toContain('no restart needed')
  })

  test('the pools of a container: degraded, and healed by the background task', async () => {
    const findings = await answer([...fallen, ...reconnecting])
    expect(said(findings)).toEqual(['note: degraded-healed', 'well: pool-single'])
  })

  test('the pools of a container: an image without self-healing: creation FAILED', async () => {
    const findings = await answer(['ERROR Database connection pool creation FAILED: gaierror'])
    expect(said(findings)).toEqual(['wrong: pool-creation-failed'])
    expect(findings[0]?.remedy.at(-1)).toMatch(/^Restart container to recreate pool: docker restart pms-backend-/)
  })

  test.for<readonly [string, string]>([
    ['InvalidPasswordError: password authentication failed for user "postgres"', 'refuses the user or its password'],
    ['ConnectionRefusedError: [Errno 111] Connection refused', 'no database listens'],
    ['InvalidCatalogNameError: database "pms" does not exist', 'has no such database'],
    ['TooManyConnectionsError: sorry, too many clients already', 'no connection left'],
    ['gaierror: Temporary failure in name resolution', 'getent hosts'],
  ])(
    'the pools of a container: the reason of a pool that FAILED is said, with its own remedy: %s',
    async ([error, step]) => {
      const findings = await answer([`\u001b[31mERROR\u001b[0m Database connection pool creation FAILED: ${error}`])
      const { summary, remedy } = one(findings, 'pool-creation-failed')
      expect(summary).toContain(error)
      expect(remedy.join('\n')).toContain(step)
      if (step !== 'getent hosts') expect(remedy.join('\n')).not.toContain('Test DNS resolution')
    },
  )

  test('the pools of a container: degraded when it was stopped is no trouble of now', async () => {
    await using box = sandbox()
    const container = await run(box, printing(fallen) + WAIT)
    await container.handle.stop()
    expect(said(await ask(container))).toEqual(['note: degraded'])
  })

  test('the pools of a container: schema drift, with the migration of each', async () => {
    const findings = await answer([
      pool('PID=1, generation=1, pool_id=1'),
      'WARNING Channel sync logs schema not installed (missing table: channel_sync_logs)',
      'ERROR asyncpg.exceptions.UndefinedTableError: relation "channel_sync_logs" does not exist',
      'ERROR column total_bookings of relation guests does not exist',
      'ERROR UndefinedColumn: column "first_booking_at" does not exist',
      'ERROR Schema out of date',
    ])
    expect(said(findings)).toEqual(['well: pool-single', 'wrong: schema-drift'])
    const { summary, remedy } = one(findings, 'schema-drift')
    for (const name of ['table channel_sync_logs', 'column guests.total_bookings', 'column first_booking_at'])
      expect(summary).toContain(name)
    const steps = remedy.join('\n')
    for (const word of [
      'apply_supabase_migrations.sh --status',
      '--dry-run',
      'CONFIRM_PROD=1',
      '20251227000000_create_channel_sync_logs.sql',
      '20260103120000_ensure_guests_metrics_columns.sql',
      '20260103123000_ensure_guests_booking_timeline_columns.sql',
    ])
      expect(steps).toContain(word)
  })

  test('the pools of a container: schema drift of long ago is no trouble of now', async () => {
    const far = { now: Date.now() + 3 * 86_400_000 }
    expect(said(await answer(['relation "bookings" does not exist', pool('PID=1, generation=1')], far))).toEqual([
      'well: pool-single',
      'note: schema-drift',
    ])
  })

  test('the pools of a container: a program that says nothing of pools', async () => {
    expect(said(await answer(['hello']))).toEqual(['note: no-pool-lines'])
  })

  test('the pools of a container: never started, and gone', async () => {
    await using box = sandbox()
    const container = await box.container('pms-backend', { start: false })
    expect(said(await ask(container))).toEqual(['note: no-run'])
    const gone = { ...(await detailsOf(container)), id: 'f'.repeat(64), startedAt: 1000 }
    const subjects = [{ label: 'gone', details: gone, attachments: [] }]
    expect(await poolsOf({ subjects, inspector: engine, probes: [], now: 1000 }, signal)).toEqual([])
  })

  test('the pools of a container: a log that cannot be read is unseen, not healthy', async () => {
    await using box = sandbox()
    const container = await box.container('pms-backend', {
      cmd: ['sh', '-c', printing([pool('PID=1, generation=1')]) + WAIT],
      create: { HostConfig: { LogConfig: { Type: 'none', Config: {} } } },
    })
    const [finding] = await ask(container)
    expect(finding).toMatchObject({ code: 'log-unreadable', verdict: 'unseen' })
    expect(finding?.evidence).toEqual([
      expect.stringContaining('configured logging driver does not support reading'),
      'logging driver: none',
    ])
    expect(finding?.remedy.join()).toContain('LogConfig.Type')
  })

  test.for([
    ['json-file', false],
    ['local', false],
    ['json-file', true],
  ] as const)(
    'the pools of a container: %s, terminal %s: bytes that are no text and lines of 10 MB hide nothing',
    { timeout: 120_000 },
    async ([Type, Tty]) => {
      await using box = sandbox()
      const noise = [
        `printf '\\377\\376\\200\\000\\033[2J bin\\r\\n'`,
        `head -c 10000000 /dev/zero | tr '\\000' x; echo`,
        `head -c 16384 /dev/zero | tr '\\000' y; echo`,
        `head -c 20000 /dev/urandom; echo`,
      ]
      const script = `${noise.join('\n')}\n${printing([pool('PID=1, generation=1, pool_id=1')])}${noise.join('\n')}\n${WAIT}`
      const container = await run(box, script, { create: { Tty, HostConfig: { LogConfig: { Type, Config: {} } } } })
      expect(said(await ask(container))).toEqual(['well: pool-single'])
    },
  )

  test('the pools of a container: a log of 120 MB: its beginning and its newest lines, in bounded memory, and the rest is said', {
    timeout: 240_000,
  }, async () => {
    await using box = sandbox()
    const flood =
      'yes "INFO: 10.0.1.7:5000 - \\"GET /api/v1/bookings HTTP/1.1\\" 200 OK, served in 12 ms" | head -n 900000'
    const lines = printing([...startup, pool('PID=1, generation=1, pool_id=1')]).replace(`${END}\n`, '')
    const container = await run(box, `${lines}${flood}\n${printing(['App will start in DEGRADED MODE'])}${WAIT}`)
    globalThis.gc?.()
    const before = process.memoryUsage.rss()
    const findings = await ask(container)
    const grown = (process.memoryUsage.rss() - before) / 1024 / 1024
    // One pool in what was read: what lies between may hold another.
    expect(said(findings)).toEqual(['wrong: degraded', 'note: pool-single', 'unseen: log-cut'])
    expect(one(findings, 'log-cut').summary).toContain('too long to be read completely')
    expect(grown).toBeLessThan(200)
  })
})

test.for([
  [{ startedAt: null }, 0],
  [{ startedAt: 5000 }, 0],
  [{ startedAt: 5000, finishedAt: 4960 }, 4990],
  [{ startedAt: 5000, finishedAt: 1000 }, 4900],
  // The clock was set back; or it has ended, and FinishedAt is of this run.
  [{ startedAt: 5000, finishedAt: 6000 }, 4975],
  [{ startedAt: 5000, finishedAt: 6000, running: false }, 4975],
] as const)('the run of %j began at %i', ([more, began]) => {
  expect(runBegan(detailsWith(more))).toBe(began)
})

describe('what comes from a log is shown with care', () => {
  test('what comes from a log is shown with care: no password of a URL, and no more than a line', async () => {
    const lines = [`Database connection pool creation FAILED: postgres://app:hunter2@db/x ${'y'.repeat(900)}\nforged`]
    const inspector: Inspector = {
      details: async () => null,
      replay: async () => [],
      socketHolders: async () => [],
      log: async (_id, _options, onLine) => {
        for (const text of lines) onLine({ at: 1000, text, cut: false })
        return { end: 'whole', bytes: 1 }
      },
    }
    const subjects = [{ label: 'a', details: detailsWith({ startedAt: 1000 }), attachments: [] }]
    const findings = await poolsOf({ subjects, inspector, probes: [], now: 2000 }, signal)
    const text = JSON.stringify(findings)
    expect(findings.map(f => f.code)).toEqual(['pool-creation-failed'])
    expect(text).toContain('postgres://app:***@db/x')
    expect(text).not.toContain('hunter2')
    expect(findings.flatMap(f => f.evidence).every(e => e.length < 300 && !e.includes('\n'))).toBe(true)
  })

  test('one pool in a log whose beginning was rotated away is not called well', async () => {
    const inspector: Inspector = {
      details: async () => null,
      replay: async () => [],
      socketHolders: async () => [],
      log: async (_id, _options, onLine) => {
        onLine({ at: 600_000, text: pool('PID=1, generation=1, pool_id=1'), cut: false })
        return { end: 'whole', bytes: 1 }
      },
    }
    const subjects = [{ label: 'a', details: detailsWith({ startedAt: 1000 }), attachments: [] }]
    const [found] = await poolsOf({ subjects, inspector, probes: [], now: 700_000 }, signal)
    expect(found).toMatchObject({ code: 'pool-single', verdict: 'note' })
    expect(found?.evidence.join()).toContain('rotated away')
  })

  test('what comes from a log is shown with care: an error that is quoted in a sentence', async () => {
    const lines = [
      `Last error: cannot use postgres://app:hunter2@db/x ${'z'.repeat(200)}`,
      'App will start in DEGRADED MODE (DB unavailable).',
    ]
    const inspector: Inspector = {
      details: async () => null,
      replay: async () => [],
      socketHolders: async () => [],
      log: async (_id, _options, onLine) => {
        for (const text of lines) onLine({ at: 1000, text, cut: false })
        return { end: 'whole', bytes: 1 }
      },
    }
    const subjects = [{ label: 'a', details: detailsWith({ startedAt: 1000 }), attachments: [] }]
    const [found] = await poolsOf({ subjects, inspector, probes: [], now: 17_000 }, signal)
    expect(found?.summary).toMatch(
      /^a has been in DEGRADED MODE for 16 s: it has no database pool \(cannot use postgres:/,
    )
    expect(JSON.stringify(found)).not.toContain('hunter2')
    expect(found?.summary.length).toBeLessThan(350)
  })
})

function detailsWith(more: Partial<ContainerDetails>): ContainerDetails {
  return {
    id: 'a'.repeat(64),
    name: 'a',
    image: 'app',
    imageId: 'sha256:x',
    createdAt: 0,
    startedAt: null,
    finishedAt: null,
    status: 'running',
    running: true,
    exitCode: 0,
    error: '',
    missingNetwork: null,
    oomKilled: false,
    restartCount: 0,
    restartPolicy: 'no',
    labels: {},
    argv: [],
    logDriver: 'json-file',
    health: null,
    addresses: {},
    ...more,
  }
}
