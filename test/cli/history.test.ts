// `netheal history`, as somebody runs it: over a log that the real writer made, and over what others made of it.

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { stripOf } from '../../src/cli/history/strip.ts'
import { remedyFor } from '../../src/core/cause.ts'
import type { Entry } from '../../src/core/entry.ts'
import { stampOf } from '../../src/core/stamp.ts'
import { openActionLog } from '../../src/record/action-log.ts'
import { APP, NETWORK, WORKER } from '../heal/rig.ts'
import { asNobody, isRoot } from '../record/folder.ts'
import { Desk } from './desk.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Whole seconds, so that both formats say the same. */
const NOW = Math.floor(Date.now() / 1000) * 1000
/** Yesterday at noon: no loop across midnight, whenever the test runs. */
const LOOP_AT = Math.floor(NOW / (24 * HOUR)) * 24 * HOUR - 12 * HOUR

function heal(at: number, container: string, cause: 'explicit' | 'replaced' | null, milliseconds: number): Entry[] {
  const subject = { at, container, network: NETWORK }
  return [
    { kind: 'fixing', ...subject, why: `not attached to ${NETWORK}`, cause, evidence: null },
    { kind: 'action', ...subject, verb: 'connect', notes: [] },
    { kind: 'success', ...subject, verb: 'connect', milliseconds, notes: [] },
  ]
}

/** Seven losses, two minutes apart. */
function loop(container: string): Entry[] {
  const every = 2 * MINUTE
  const flag: Entry = {
    kind: 'loop',
    at: LOOP_AT + 2 * every,
    container,
    network: NETWORK,
    loop: 'detach-loop',
    cause: 'explicit',
    source: 'outside-detach',
    count: 3,
    within: 2 * every,
    every,
    remedy: remedyFor('outside-detach'),
  }
  const heals = [0, 1, 2, 3, 4, 5, 6].map(n => heal(LOOP_AT + n * every, container, 'explicit', 30 + n))
  return heals.flatMap((lines, n) => (n === 2 ? [...lines, flag] : lines))
}

async function logged(desk: Desk, entries: readonly Entry[], format: 'text' | 'json' = 'text', maxSize = 1e6) {
  const log = openActionLog({ directory: join(desk.folder, 'log'), format, maxSize, keep: 1000 })
  await log.write(entries)
  await log.close()
}

const REFUSED: Entry = {
  kind: 'failed',
  at: NOW - 10 * MINUTE,
  container: WORKER,
  network: NETWORK,
  verb: 'connect',
  error: 'no address left',
  hint: 'free one',
  retryIn: 4_000,
}

const STORY: readonly Entry[] = [
  ...heal(NOW - 72 * HOUR, APP, null, 12),
  ...heal(NOW - 60 * HOUR, WORKER, 'replaced', 9),
  ...loop(APP),
  ...heal(NOW - 10 * MINUTE, WORKER, 'explicit', 15).slice(0, 2),
  REFUSED,
]

describe('without anything to tell', () => {
  test('history without anything to tell: nothing was lost, and no log is no fault', async () => {
    await using desk = await Desk.open({ furnished: false })
    const { code, out, err } = await desk.run('history')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(
      /^netheal history, .* UTC \(7 d\)\nno attachment was lost since .* UTC; there is no action log in /,
    )
  })

  test('history without anything to tell: as JSON', async () => {
    await using desk = await Desk.open({ furnished: false })
    const { code, out } = await desk.run('history', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      version: 1,
      since: expect.stringMatching(/Z$/),
      until: expect.stringMatching(/Z$/),
      ...{ losses: [], loops: [], restarts: [], warnings: [], days: [] },
      unreadable: { lines: 0, files: [], dropped: 0 },
    })
  })
})

test('history asks no engine, and needs no daemon', async () => {
  await using desk = await Desk.open()
  await logged(desk, STORY)
  await desk.simulator.stop()
  expect((await desk.run('history')).code).toBe(0)
})

describe.for(['text', 'json'] as const)('over a %s log in many files', format => {
  test('history over many log files tells each loss with its end', async () => {
    await using desk = await Desk.open({ furnished: false })
    await logged(desk, STORY, format, 600)
    const { code, out } = await desk.run('history')
    expect(code).toBe(0)
    expect(out).toContain(
      '9 lost: 8 explicit, 1 replaced; 8 healed, median 32 ms, slowest 36 ms; 1 attached for the first time\n',
    )
    expect(out).toMatch(
      new RegExp(
        `^LOOP ${APP} lost ${NETWORK} 7 times, every ~120 s, .* UTC \\(outside-detach\\), still going on$`,
        'm',
      ),
    )
    expect(out).toContain(`     ${remedyFor('outside-detach')}\n`)
    // The rhythm: a mark each ten columns, the first and the last at the ends.
    expect(out).toMatch(/^ {5}1\.{9}1\.{9}1\.{9}1\.{9}1\.{9}1\.{8,9}1 \d\d:\d\d to \d\d:\d\d$/m)
    expect(out).toContain(`first attach  attached in 12 ms\n`)
    expect(out).toContain(`  replaced  attached again in 9 ms\n`)
    expect(out).toMatch(/ to [\d:]+ {2}explicit, 7 times {2}attached again each time, median 33 ms, slowest 36 ms\n/)
    expect(out).toContain(`  explicit  NOT HEALED, 1 attempt failed: no address left; free one\n`)
  })

  test('history as JSON has all that the log files hold', async () => {
    await using desk = await Desk.open({ furnished: false })
    await logged(desk, STORY, format, 600)
    const { out } = await desk.run('history', '--json')
    const iso = (at: number): string => new Date(at).toISOString()
    const printed = JSON.parse(out)
    expect(printed.losses).toHaveLength(10)
    expect(printed.losses[1]).toEqual({
      ...{ container: WORKER, network: NETWORK, at: iso(NOW - 60 * HOUR), cause: 'replaced', untold: null },
      ...{
        outcome: 'healed',
        healedAt: iso(NOW - 60 * HOUR + 9),
        milliseconds: 9,
        outage: null,
        failures: 0,
        why: null,
        evidence: null,
      },
    })
    expect(printed.loops).toEqual([
      {
        ...{ container: APP, network: NETWORK, kind: 'detach-loop', cause: 'explicit', source: 'outside-detach' },
        ...{ remedy: remedyFor('outside-detach'), count: 7, every: 120, clearedAt: null },
        ...{ since: iso(LOOP_AT), last: iso(LOOP_AT + 12 * MINUTE), flaggedAt: iso(LOOP_AT + 4 * MINUTE) },
      },
    ])
    const days: { lost: number; healed: number; failures: number }[] = printed.days
    expect(days.reduce((sum, d) => sum + d.lost, 0)).toBe(9)
    expect(days.reduce((sum, d) => sum + d.failures, 0)).toBe(1)
    expect(printed.unreadable).toEqual({ lines: 0, files: [], dropped: 0 })
  })
})

describe('on a terminal', () => {
  async function shown(env: Record<string, string>): Promise<string> {
    await using desk = await Desk.open({ furnished: false, terminal: true })
    await logged(desk, STORY)
    desk.env = env
    return (await desk.run('history')).out
  }

  test('history on a terminal: no line is wider than 80 columns, colours aside', async () => {
    const out = await shown({ LANG: 'de_DE.UTF-8' })
    expect(out).toContain('\u001b[')
    const plain = out.replace(/\u001b\[\d+m/g, '')
    for (const line of plain.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
  })

  test('history on a terminal: a UTF-8 one has blocks', async () => {
    expect(await shown({ LANG: 'de_DE.UTF-8' })).toMatch(/█·{9}█·{9}█/)
  })

  test.for([{ LANG: 'C' }, {}, { LANG: 'de_DE.UTF-8', LC_ALL: 'POSIX' }])(
    'history on a terminal: another one has digits: %j',
    async env => {
      const out = await shown(env as Record<string, string>)
      expect(out).toMatch(/1\.{9}1\.{9}1/)
      expect(/^[\n\u001b -~]*$/.test(out)).toBe(true)
    },
  )
})

test('a short loop has seconds, or its beginning and end would look the same', async () => {
  await using desk = await Desk.open()
  await logged(desk, shortLoop([APP]))
  const { out } = await desk.run('history')
  expect(out).toContain(
    `${stampOf(LOOP_AT).slice(0, 19)} to ${stampOf(LOOP_AT + 9_000).slice(11, 19)} UTC (outside-detach)`,
  )
})

test('an application that each deploy gives another name is one attachment, with one rhythm', async () => {
  const app = 'abcdefghijklmnopqrstuvw1'
  const names = [0, 1, 2, 3].map(n => `${app}-10000000000${n}`)
  await using desk = await Desk.open()
  await logged(desk, shortLoop(names))
  for (const asked of [[], ['--container', names[1] ?? ''], ['--container', app]]) {
    const { out } = await desk.run('history', ...asked)
    expect(out).toContain(`LOOP ${names[3]} lost ${NETWORK} 4 times, every ~3 s`)
    const strips = out.split('\n').filter(line => /^ {2}[.\d]{60} 4$/.test(line))
    expect(strips).toHaveLength(1)
    expect(out).toContain(`${names[3]} on ${NETWORK}, and 3 earlier names`)
    expect(out).toMatch(/explicit, 4 times {2}attached again each time/)
  }
  const printed = JSON.parse((await desk.run('history', '--json')).out)
  expect(printed.days).toMatchObject([{ container: names[3], lost: 4, healed: 4, loops: 1 }])
  expect(printed.losses.map((l: { container: string }) => l.container)).toEqual(names)
})

/** Four losses, three seconds apart, of these names in turn; flagged with the third. */
function shortLoop(names: readonly string[]): Entry[] {
  const every = 3_000
  const nameOf = (n: number): string => names[n % names.length] ?? APP
  const about = { network: NETWORK, loop: 'detach-loop', cause: 'explicit', source: 'outside-detach' } as const
  const flag: Entry = {
    ...{ kind: 'loop', at: LOOP_AT + 2 * every, container: nameOf(2), ...about, count: 3, within: 2 * every, every },
    remedy: remedyFor('outside-detach'),
  }
  const heals = [0, 1, 2, 3].map(n => heal(LOOP_AT + n * every, nameOf(n), 'explicit', 30 + n))
  return heals.flatMap((lines, n) => (n === 2 ? [...lines, flag] : lines))
}

test('a strip is full where most was lost', () => {
  const times = [0, 1, 2, 3, 50, 99, 99]
  expect(stripOf(times, 0, 100, 10, true)).toBe('█····▂···▄')
  expect(stripOf(times, 0, 100, 10, false)).toBe('4....1...2')
  expect(stripOf([...Array(12).keys()], 0, 100, 2, false)).toBe('#.')
  expect(stripOf([5], 5, 5, 4, false)).toBe('1...')
})

describe('a part of it', () => {
  async function lossesOf(...flags: readonly string[]): Promise<{ container: string }[]> {
    await using desk = await Desk.open({ furnished: false })
    await logged(desk, STORY)
    const { code, out } = await desk.run('history', '--json', ...flags)
    expect(code).toBe(0)
    return JSON.parse(out).losses
  }

  test('history of a part: since and until', async () => {
    expect(await lossesOf('--since', '20m')).toHaveLength(1)
    expect(await lossesOf('--since', stampOf(LOOP_AT))).toHaveLength(8)
    expect(await lossesOf('--since', stampOf(LOOP_AT), '--until', stampOf(LOOP_AT + 11 * MINUTE))).toHaveLength(6)
    expect(await lossesOf('--until', stampOf(NOW - 61 * HOUR))).toHaveLength(1)
  })

  test('history of a part: what was healed in it has its beginning, though that lies before it', async () => {
    await using desk = await Desk.open({ furnished: false })
    const [fixing, action] = heal(LOOP_AT, APP, 'explicit', 5)
    const refused: Entry = { ...REFUSED, at: LOOP_AT, container: APP }
    const again = heal(LOOP_AT + 2 * MINUTE, APP, 'explicit', 5)
    await logged(
      desk,
      [fixing, action, refused, ...again].filter(e => e !== undefined),
    )
    const { out } = await desk.run('history', '--json', '--since', stampOf(LOOP_AT + MINUTE))
    expect(JSON.parse(out).losses).toMatchObject([
      { at: new Date(LOOP_AT).toISOString(), outcome: 'healed', untold: null, failures: 1, milliseconds: 2 * MINUTE },
    ])
  })

  test('history of a part: of a container, by name or pattern', async () => {
    expect(await lossesOf('--container', WORKER)).toHaveLength(2)
    expect(await lossesOf('--container', `*${WORKER.slice(3)}`)).toHaveLength(2)
    expect(await lossesOf('--container', '*')).toHaveLength(10)
  })

  test('history of a part: a name that nobody has is said, with those that are near', async () => {
    await using desk = await Desk.open({ furnished: false })
    await logged(desk, STORY)
    const typo = `${APP.slice(0, -1)}`
    const { code, out } = await desk.run('history', '--container', typo)
    expect(code).toBe(0)
    expect(out).toContain(`there is no container ${typo} in the log or in the state; similar: ${APP}\n`)
    expect(out).not.toContain('no attachment was lost')
    const json = JSON.parse((await desk.run('history', '--json', '--container', typo)).out)
    expect(json).toMatchObject({ containers: [], near: [APP], losses: [] })
  })

  test('history of a part: a name that only the state knows lost nothing', async () => {
    await using desk = await Desk.open()
    await desk.simulator.connect(NETWORK, APP)
    await desk.simulator.connect(NETWORK, WORKER)
    await desk.run('once')
    expect((await desk.run('history', '--container', APP)).out).toContain(`${APP} lost no attachment since`)
  })
})

describe('wrong questions: 2', () => {
  test.for([
    [['--since', 'soon'], '--since soon: neither a duration nor a date'],
    [['--until', '30'], '--until 30: neither a duration nor a date'],
    [['--since', '1h', '--until', '2h'], '--since 1h is later than --until 2h'],
  ] as const)('history with a wrong question exits 2: %j', async ([flags, message]) => {
    await using desk = await Desk.open({ furnished: false })
    const { code, error } = await desk.run('history', ...flags)
    expect(code).toBe(2)
    expect(error?.message).toBe(message)
    expect(error?.hint).not.toBeNull()
  })

  test('history with a wrong question exits 2: without a config it says how to do without', async () => {
    await using desk = await Desk.open({ furnished: false })
    const { code, error } = await desk.plain('history', '--config', join(desk.folder, 'none.json'))
    expect(code).toBe(2)
    expect(error?.hint).toContain('netheal history --log /var/log/netheal')
  })
})

describe('evidence', () => {
  test('history adds the evidence of the state to a text log, which has none', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    await desk.simulator.disconnect(NETWORK, APP)
    await desk.run('once')
    const [detach] = desk.state().detaches
    const { losses } = JSON.parse((await desk.run('history', '--json', '--container', APP)).out)
    expect(losses).toMatchObject([
      { cause: null, evidence: null },
      {
        at: new Date(detach?.at ?? 0).toISOString(),
        cause: 'explicit',
        outcome: 'healed',
        evidence: { containerId: detach?.evidence.containerId },
      },
    ])
    // Without the state it says where there would be some.
    const { out } = await desk.plain('history', '--log', join(desk.folder, 'log'))
    expect(out).toContain('to see who caused each loss, set "log": {"format": "json"}')
  })
})

describe('--log', () => {
  test('history --log: the old script has losses of unknown cause', async () => {
    await using desk = await Desk.open({ furnished: false })
    const file = join(desk.folder, 'pms_ensure_supabase_net.log')
    writeFileSync(
      file,
      `[2025-12-29 14:32:01 UTC] ====== PMS Supabase Network Auto-Attach Check ======
[2025-12-29 14:32:01 UTC] FIXING: pms-backend not attached to bccg4gs4o4kgsowocw08wkw4
[2025-12-29 14:32:01 UTC] ACTION: Connecting pms-backend to bccg4gs4o4kgsowocw08wkw4...
[2025-12-29 14:32:02 UTC] SUCCESS: Connected pms-backend to bccg4gs4o4kgsowocw08wkw4
[2025-12-29 14:32:02 UTC] ACTION: Restarting pms-backend...
pms-backend
[2025-12-29 14:32:05 UTC] SUCCESS: Restarted pms-backend
[2025-12-29 14:32:05 UTC] OK: pms-worker-v2 already attached to bccg4gs4o4kgsowocw08wkw4
[2025-12-29 14:32:05 UTC] ====== Check Complete ======
`,
    )
    const { code, out } = await desk.plain('history', '--log', file, '--since', '2025-12-29', '--until', '2025-12-29')
    expect(code).toBe(0)
    expect(out).toContain('1 lost: 1 unknown; 1 healed, in 1 s\n')
    expect(out).toContain('    14:32:01  cause unknown  attached again in 1 s\n')
    expect(out).toContain('  14:32:05 restarted pms-backend\n')
    // What docker restart printed.
    expect(out).toContain('1 line of the log could not be read')
  })

  test('history --log: a path where there is nothing says so', async () => {
    await using desk = await Desk.open({ furnished: false })
    const place = join(desk.folder, 'nowhere')
    expect((await desk.plain('history', '--log', place)).out).toContain(`there is no action log in ${place}`)
  })
})

describe('what cannot be read: 3', () => {
  test('history exits 3 on what cannot be read: a file of it, and the rest is told', async () => {
    await using desk = await Desk.open({ furnished: false })
    await logged(desk, STORY)
    mkdirSync(join(desk.folder, 'log', 'actions.99.log'))
    const { code, out } = await desk.run('history')
    expect(code).toBe(3)
    expect(out).toContain('9 lost: ')
    expect(out).toContain('actions.99.log could not be read: it is not a file\n')
  })

  test.runIf(isRoot)('history exits 3 on what cannot be read: all of it', async () => {
    await using desk = await Desk.open({ furnished: false })
    chmodSync(desk.folder, 0o755)
    mkdirSync(join(desk.folder, 'log'), { mode: 0o700 })
    const { code, error } = await asNobody(() => desk.run('history'))
    expect(code).toBe(3)
    expect(error?.message).toContain('cannot read the action log')
  })
})

test('history writes nothing, not even where the state is torn', async () => {
  await using desk = await Desk.open()
  await desk.run('once')
  const state = join(desk.folder, 'state', 'state.json')
  writeFileSync(state, '{"version":1,"lastPa')
  expect((await desk.run('history')).code).toBe(0)
  expect(readFileSync(state, 'utf8')).toBe('{"version":1,"lastPa')
})

test('a warning that comes again and again is one line', async () => {
  await using desk = await Desk.open({ furnished: false })
  const about = { container: APP, network: NETWORK, code: 'route-moves', hint: 'newer engines keep it' }
  const warnings = [0, 1, 2].map(
    n => ({ kind: 'warning', at: LOOP_AT + n * MINUTE, message: 'the route moves', ...about }) satisfies Entry,
  )
  await logged(desk, warnings)
  const { out } = await desk.run('history')
  expect(out).toContain('no attachment was lost since')
  expect(out).toContain('  12:00:00 WARNING the route moves; newer engines keep it (3 times)\n')
  expect(out.match(/WARNING/g)).toHaveLength(1)
})

test('names in the log forge no line and no colour', async () => {
  await using desk = await Desk.open({ furnished: false })
  const nasty = 'x\nnothing was lost\u001b[2J\u202e'
  await logged(desk, heal(NOW - MINUTE, nasty, 'explicit', 5), 'json')
  const { out } = await desk.run('history')
  expect(out).toContain('x\\nnothing was lost\\u001b[2J\\u202e on')
  expect(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(out)).toBe(false)
})
