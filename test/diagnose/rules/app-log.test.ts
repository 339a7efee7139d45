// The app's log, read line by line: over the runbook's own example lines, in every dress that loggers give them, and over
// anything else that a log may hold.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AppLog, EMPTY_LOG, MOST_POOLS, withLine } from '../../../src/diagnose/rules/app-log.ts'
import { sayingsOf } from '../../../src/diagnose/rules/pool-line.ts'

const STARTUP = [
  'Creating database connection pool (PID=1, host=supabase-db, max_wait=60s, retry_interval=2s)...',
  'Database connection pool created successfully (PID=1, host=supabase-db, generation=1, attempt=3, elapsed=4.5s, pool_id=140137983023888)',
  'Database connected: PostgreSQL 15.1...',
]

function read(...texts: readonly string[]): AppLog {
  return texts.reduce((log, text, i) => withLine(log, { at: 1000 + i, text }), EMPTY_LOG)
}

/** How loggers dress a message up. */
const DRESSES: readonly (readonly [string, (line: string) => string])[] = [
  ['bare', line => line],
  ['after a time, a level and a name', line => `2026-01-04 10:00:01,250 - app.core.database - INFO - ${line}`],
  ['after a level of uvicorn', line => `INFO:     ${line}`],
  ['from a celery worker', line => `[2026-01-04 10:00:01,250: INFO/ForkPoolWorker-1] ${line}`],
  ['in JSON', line => JSON.stringify({ ts: '2026-01-04T10:00:01Z', level: 'info', message: line, host: 'web-1' })],
  ['in JSON in JSON', line => JSON.stringify({ log: JSON.stringify({ message: line }) })],
  ['in colours', line => `\u001b[32mINFO\u001b[0m:     ${line}\u001b[0m`],
]

describe.for(DRESSES)('%s', ([, dressed]) => {
  test("the app's log has: a pool of today", () => {
    const line =
      'Database connection pool created successfully (PID=1, host=supabase-db, generation=2, attempt=1, elapsed=0.5s, pool_id=128315581080752, module_id=140137982456320, module_file=/app/app/core/database.py)'
    expect(sayingsOf(dressed(line))).toEqual([
      {
        kind: 'pool-created',
        pool: {
          pid: 1,
          host: 'supabase-db',
          generation: 2,
          attempt: 1,
          elapsed: 0.5,
          poolId: '128315581080752',
          moduleId: '140137982456320',
          moduleFile: '/app/app/core/database.py',
        },
      },
    ])
  })

  test("the app's log has: a pool of an image before generations", () => {
    const [saying] = sayingsOf(
      dressed('Database connection pool created successfully (PID=1, host=supabase-db, attempt=3, elapsed=4.5s)'),
    )
    expect(saying).toMatchObject({
      kind: 'pool-created',
      pool: { pid: 1, host: 'supabase-db', attempt: 3, elapsed: 4.5, generation: null, poolId: null, moduleId: null },
    })
  })

  test.for([
    [
      'Creating database connection pool (PID=1, host=supabase-db, max_wait=60s, retry_interval=2s)...',
      ['max-wait', 'pool-creating'],
    ],
    ['Database connection attempt 1 failed (gaierror: Temporary failure in name resolution).', ['attempt-failed']],
    ['Retrying in 2.0s (elapsed: 0.2s, max: 60s)...', ['max-wait']],
    ['Database connection failed after 30 attempts (60.1s).', ['gave-up']],
    ['Last error: gaierror: Temporary failure in name resolution.', ['last-error']],
    ['App will start in DEGRADED MODE (DB unavailable).', ['degraded']],
    ['Background reconnection will retry every 30s.', ['background-every']],
    ['Background reconnection: attempting to create DB pool...', ['background-attempt']],
    ['Background reconnection: SUCCESS. App is now in NORMAL MODE (DB available).', ['background-success']],
    ['Database connection pool creation FAILED', ['creation-failed']],
    ['Service degraded', ['service-degraded']],
    ['Resetting pool state', ['pool-reset']],
    ['Closing database connection pool', ['pool-closing']],
    ['ensure_pool: init in progress, joining existing task (singleflight)', ['joined']],
    ['Started server process [1]', ['server-started']],
    ['Waiting for application startup.', []],
    ['Application startup complete.', ['startup-complete']],
    ['asyncio.exceptions.CancelledError', ['cancelled']],
    ['[DB_POOL_DEBUG] ensure_pool entry: PID=1, gen=0, pool_exists=False, callsite=main.py:77/lifespan', []],
    ['[DB_POOL_DEBUG] Creating pool init task (PID=1, reason=no_pool, callsite=main.py:77/lifespan)', ['callsite']],
    ['Channel sync logs schema not installed (missing table: channel_sync_logs)', ['schema']],
    ['Database connected: PostgreSQL 15.1...', []],
    ['GET /health/ready HTTP/1.1 200', []],
  ] as const)("a line of the app's log: %s", ([line, kinds]) => {
    expect(sayingsOf(dressed(line)).map(saying => saying.kind)).toEqual(kinds)
  })
})

test('the error of an attempt is whole, with parentheses of its own', () => {
  expect(
    sayingsOf("Database connection attempt 7 failed (OSError: [Errno 111] Connect call failed ('172.20.0.2', 5432))."),
  ).toEqual([
    { kind: 'attempt-failed', attempt: 7, error: "OSError: [Errno 111] Connect call failed ('172.20.0.2', 5432)" },
  ])
})

test('a message of several lines is read whole where a JSON log has it in one', () => {
  const message =
    'Database connection failed after 30 attempts (60.1s).\nLast error: gaierror: Temporary failure in name resolution.\nApp will start in DEGRADED MODE (DB unavailable).\nBackground reconnection will retry every 30s.'
  const log = read(JSON.stringify({ message }))
  expect(log).toMatchObject({
    mode: 'degraded',
    lastError: 'gaierror: Temporary failure in name resolution',
    backgroundEvery: 30,
  })
})

test('fields that a log keeps beside the message are read, those of the message first', () => {
  const log = read(
    '{"host":"web-1","pid":7,"message":"Database connection pool created successfully (PID=1)","pool_id":140137983023888,"generation":3}',
  )
  expect(log.creations[0]).toMatchObject({ pid: 1, poolId: '140137983023888', generation: 3 })
})

describe('what the database is to the app', () => {
  test("the state of the database in the app's log: a single pool: normal", () => {
    const log = read(...STARTUP)
    expect(log).toMatchObject({ mode: 'normal', pools: 1, maxWait: 60, degraded: null })
    expect(log.creations).toMatchObject([{ generation: 1, reconnected: false }])
  })

  test("the state of the database in the app's log: still trying", () => {
    const log = read(
      ...STARTUP.slice(0, 1),
      'Database connection attempt 1 failed (gaierror: Temporary failure in name resolution).',
      'Retrying in 2.0s (elapsed: 0.2s, max: 60s)...',
      'Database connection attempt 2 failed (gaierror: Temporary failure in name resolution).',
    )
    expect(log).toMatchObject({ mode: 'starting', attempts: { count: 2 }, maxWait: 60, extraSequences: 0 })
    expect(log.modeSince?.at).toBe(1000)
  })

  const fallen = [
    'Database connection failed after 30 attempts (60.1s).',
    'Last error: gaierror: Temporary failure in name resolution.',
    'App will start in DEGRADED MODE (DB unavailable).',
    'Background reconnection will retry every 30s.',
  ]

  test("the state of the database in the app's log: degraded, and degraded while the background task tries", () => {
    const log = read(...fallen)
    expect(log).toMatchObject({ mode: 'degraded', modeSince: { at: 1002 }, backgroundEvery: 30 })
    const trying = read(
      ...fallen,
      'Background reconnection: attempting to create DB pool...',
      ...STARTUP.slice(0, 1),
      'Database connection attempt 1 failed (gaierror: x).',
    )
    expect(trying).toMatchObject({
      mode: 'degraded',
      modeSince: { at: 1002 },
      backgroundAttempts: { count: 1 },
      extraSequences: 0,
    })
  })

  test("the state of the database in the app's log: healed by the background task: the runbook’s own lines", () => {
    const log = read(
      ...fallen,
      'Background reconnection: attempting to create DB pool...',
      'Creating database connection pool (PID=1, host=supabase-db, max_wait=60s, retry_interval=2s)...',
      'Database connection pool created successfully (PID=1, host=supabase-db, generation=2, attempt=1, elapsed=0.5s, pool_id=140...)',
      'Background reconnection: SUCCESS. App is now in NORMAL MODE (DB available).',
    )
    expect(log).toMatchObject({ mode: 'normal', pools: 1, backgroundSuccess: { count: 1 } })
    expect(log.creations[0]).toMatchObject({ generation: 2, reconnected: true })
  })

  test("the state of the database in the app's log: a pool after degraded mode is a reconnected one, and the next is not", () => {
    const [, made] = STARTUP
    const log = read('App will start in DEGRADED MODE (DB unavailable).', made ?? '', made ?? '')
    expect(log.creations.map(pool => pool.reconnected)).toEqual([true, false])
  })

  test("the state of the database in the app's log: an image without a background task", () => {
    expect(read('Database connection pool creation FAILED').mode).toBe('failed')
    expect(read('Database connection pool creation FAILED', 'WARNING Service degraded').mode).toBe('degraded')
  })

  test('the state of the database in the app\'s log: "Service degraded" of a request does not undo a pool', () => {
    const log = read(...STARTUP, 'WARNING Service degraded')
    expect(log).toMatchObject({ mode: 'normal', degraded: { count: 1 } })
  })
})

test('attempts that begin anew are counted where no background reconnection explains them', () => {
  const attempt = (n: number) => `Database connection attempt ${n} failed (gaierror: x).`
  expect(read(attempt(1), attempt(2), attempt(3)).extraSequences).toBe(0)
  expect(read(attempt(1), attempt(2), attempt(1), attempt(1)).extraSequences).toBe(2)
  expect(read(...STARTUP, attempt(1)).extraSequences).toBe(1)
  expect(read(...STARTUP, 'Background reconnection: attempting to create DB pool...', attempt(1)).extraSequences).toBe(
    0,
  )
})

test('startups are counted by process', () => {
  const log = read(
    'INFO:     Started server process [1]',
    'INFO:     Application startup complete.',
    'INFO:     Started server process [1]',
    'INFO:     Started server process [8]',
  )
  expect([...log.startups]).toEqual([
    [1, 2],
    [8, 1],
  ])
  expect(log).toMatchObject({ startupLines: { count: 3 }, startupComplete: { count: 1 } })
})

describe('a schema that is not the code’s', () => {
  test.for([
    ['Channel sync logs schema not installed (missing table: channel_sync_logs)', 'channel_sync_logs', null],
    ['UndefinedTableError: relation "channel_sync_logs" does not exist', 'channel_sync_logs', null],
    [
      'asyncpg.exceptions.UndefinedTableError: relation "public.channel_sync_logs" does not exist',
      'channel_sync_logs',
      null,
    ],
    ['column total_bookings of relation guests does not exist', 'guests', 'total_bookings'],
    ['ERROR:  column "first_booking_at" of relation "guests" does not exist', 'guests', 'first_booking_at'],
    ['UndefinedColumn: column "total_bookings" does not exist', null, 'total_bookings'],
    ['column g.total_bookings does not exist', 'g', 'total_bookings'],
    ['{"detail":"relation \\"bookings\\" does not exist"}', 'bookings', null],
    ['Schema not installed', null, null],
    ['Schema out of date', null, null],
    ['Relation does not exist', null, null],
  ] as const)("a line of the app's log: %s", ([line, table, column]) => {
    expect(read(line).symptoms).toMatchObject([{ table, column, count: 1 }])
  })

  test.for([
    'NOTICE:  table "old" does not exist, skipping',
    'database "postgres" does not exist',
    'GET /openapi/schema.json 200',
    'the file does not exist',
  ])("a schema error in the app's log: not: %s", line => {
    expect(read(line).symptoms).toEqual([])
  })

  test("a schema error in the app's log: each is listed once, with how often and when last", () => {
    const line = 'relation "channel_sync_logs" does not exist'
    expect(read(line, 'Schema not installed', line).symptoms).toMatchObject([
      { table: 'channel_sync_logs', count: 2, first: { at: 1000 }, last: { at: 1002 } },
      { table: null, count: 1 },
    ])
  })
})

describe('anything else', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom(
      ...STARTUP,
      'Database connection attempt ',
      ' failed (',
      ')',
      'pool created successfully',
      'PID=',
      '\\"',
      '{"',
      'Last error: ',
      'callsite=',
      '[DB_POOL_DEBUG] Creating pool init task',
      'column "',
      ' does not exist',
      'celery@',
    ),
  )
  const line = fc.array(piece, { maxLength: 12 }).map(parts => parts.join(''))

  test("reading any app's log never throws, and every line is counted", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), lines => {
        expect(read(...lines).lines).toBe(lines.length)
      }),
    )
  })

  test("reading any app's log is of a size that does not grow with the log", () => {
    let log = EMPTY_LOG
    const long = 'x'.repeat(8000)
    for (let n = 0; n < 5000; n += 1) {
      for (const text of [
        `Database connection pool created successfully (PID=${n}, host=h${n}, generation=1, pool_id=${n}) ${long}`,
        `INFO: Started server process [${n}]`,
        `relation "t${n}" does not exist`,
        `[DB_POOL_DEBUG] Creating pool init task (callsite=main.py:${n}/f)`,
        `Database connection attempt ${n} failed (${long}).`,
      ])
        log = withLine(log, { at: n, text })
    }
    expect(log).toMatchObject({ lines: 25_000, pools: 5000 })
    expect(log.creations).toHaveLength(MOST_POOLS)
    expect(JSON.stringify({ ...log, startups: [...log.startups] }).length).toBeLessThan(100_000)
  })

  test.for(['(', ')', ' ', '"', '\\', 'x', '\u0000', '=', ': '])(
    "a long line of %j in the app's log costs no time",
    sign => {
      const text = `pool Retrying in 1s Database connection attempt 1 failed (${sign.repeat(100_000)} [DB_POOL_DEBUG] Creating pool init task celery@`
      // Quadratic would be minutes, and end at the deadline of the test.
      expect(sayingsOf(text)).toBeInstanceOf(Array)
    },
  )
})
