// Who restarted it: every row of the runbook's table "Decision Tree: Which Case?" by its name, and what else there is.
import { describe, expect, test } from 'vitest'
import { NO_RUNS, withLoggedLine } from '../../../src/diagnose/rules/logged-runs.ts'
import { redeployLoopOf } from '../../../src/diagnose/rules/redeploys.ts'
import { type Replacement, type RunCase, replacementOf, runCaseOf } from '../../../src/diagnose/rules/restart-case.ts'
import {
  type Life,
  type LifeEvidence,
  type PastAction,
  predecessorsOf,
  rolledBackOf,
} from '../../../src/diagnose/rules/restart-case-evidence.ts'
import { decisionTable, type Row } from '../../../src/diagnose/rules/restart-case-table.ts'
import { outsideStartsOf } from '../../../src/diagnose/rules/restart-starts.ts'
import { application, compose, id, MINUTE, NOW, state, UUID } from '../../core/builders.ts'

const SECOND = 1_000
const HOUR = 60 * MINUTE
const OWN = id('own')
const OLD = id('old')
const IDENTITY = 'name/pms-backend'

/** Made an hour ago, never stopped. */
function life(over: Partial<Life> = {}): Life {
  return {
    id: OWN,
    name: 'pms-backend',
    image: 'app:2',
    labels: {},
    createdAt: NOW - HOUR,
    startedAt: NOW - HOUR + SECOND,
    finishedAt: null,
    status: 'running',
    running: true,
    exitCode: 0,
    error: '',
    missingNetwork: null,
    oomKilled: false,
    restartCount: 0,
    restartPolicy: 'unless-stopped',
    health: null,
    ...over,
  }
}

/** Stopped and started again ten seconds ago. */
const again = { finishedAt: NOW - 11 * SECOND, startedAt: NOW - 10 * SECOND }

function evidence(over: Partial<LifeEvidence> = {}): LifeEvidence {
  return {
    now: NOW,
    life: life(),
    identity: IDENTITY,
    siblings: [],
    past: [],
    state: state(),
    journal: [],
    seenFrom: { events: null, journal: null },
    logged: null,
    rendered: [],
    engineStartedAt: null,
    neighbours: [],
    automation: null,
    deploying: null,
    ...over,
  }
}

function event(action: string, at: number, over: Partial<PastAction> = {}): PastAction {
  return { at, action, id: OWN, name: 'pms-backend', image: 'app:2', labels: {}, ...over }
}

/** What `docker restart` leaves among the events. */
const restartAt = (at: number): readonly PastAction[] => [
  event('kill', at - 300),
  event('die', at - 200),
  event('stop', at - 150),
  event('start', at),
  event('restart', at + 1),
]

const starts = (...times: readonly number[]) =>
  state({ starts: { [OWN]: { container: 'pms-backend', identity: IDENTITY, times } } })

const manualStop = (at: number) => ({
  at,
  text: `time="x" level=warning msg="ShouldRestart failed, container will not be restarted" container=${OWN} daemonShuttingDown=false error="restart canceled" hasBeenManuallyStopped=true restartCount=0`,
})

function table(of: LifeEvidence): { readonly rows: readonly Row[]; row(observation: string): Row } {
  const rows = decisionTable(of, runCaseOf(of), replacementOf(of))
  return {
    rows,
    row(observation) {
      const found = rows.find(r => r.observation.startsWith(observation))
      if (found === undefined) throw new Error(`no row ${observation}`)
      return found
    },
  }
}

describe('the rows of the runbook', () => {
  test('the rows of the runbook are all eight, in its order, with the case that each indicates', () => {
    expect(table(evidence()).rows.map(r => [r.observation, r.indicates])).toEqual([
      ['Container ID changed between startups', 'CASE A'],
      ['Container ID same, FinishedAt set', 'CASE B'],
      ['Rendered compose/env mtime matches startup', 'CASE A'],
      ['Image tag changed in compose', 'CASE A'],
      ['Daemon journal shows "manually stopped"', 'CASE B'],
      ['Host timer service found with restart', 'CASE B'],
      ['Two container IDs in docker ps -a', 'CASE A'],
      ['StartedAt changes regularly (e.g., every 30s)', 'CASE B'],
    ])
  })

  test('no row of the runbook holds for a container that was never stopped and replaced nothing', () => {
    expect(table(evidence()).rows.filter(r => r.holds === true)).toEqual([])
  })

  const older = {
    id: OLD,
    name: 'pms-backend-old',
    image: 'app:1',
    status: 'exited',
    createdAt: NOW - 2 * HOUR,
  } as const
  const file = '/data/coolify/applications/x/docker-compose.yaml'

  test.for<readonly [string, 'yes' | 'no' | 'not seen', Partial<LifeEvidence>]>([
    ['Container ID changed', 'yes', { siblings: [older] }],
    ['Container ID changed', 'yes', { past: [event('destroy', NOW - HOUR - SECOND, { id: OLD })] }],
    ['Container ID changed', 'no', { past: [event('destroy', NOW - HOUR, { id: OLD, name: 'another' })] }],
    ['Container ID same', 'yes', { life: life(again) }],
    ['Container ID same', 'no', { life: life({ ...again, restartCount: 2 }) }],
    ['Container ID same', 'yes', { life: life({ finishedAt: NOW, running: false, status: 'exited', exitCode: 143 }) }],
    ['Container ID same', 'no', { life: life({ finishedAt: NOW, running: false, status: 'exited', exitCode: 1 }) }],
    ['Rendered compose/env', 'yes', { rendered: [{ path: file, modifiedAt: NOW - HOUR - 5 * MINUTE }] }],
    ['Rendered compose/env', 'no', { rendered: [{ path: file, modifiedAt: NOW - 30 * MINUTE }] }],
    ['Rendered compose/env', 'no', { rendered: [{ path: file, modifiedAt: NOW - 9 * HOUR }] }],
    ['Rendered compose/env', 'not seen', { rendered: null }],
    ['Image tag changed', 'yes', { siblings: [older] }],
    ['Image tag changed', 'no', { siblings: [{ ...older, image: 'app:2' }] }],
    ['Image tag changed', 'not seen', {}],
    ['Daemon journal', 'yes', { journal: [manualStop(NOW - 11 * SECOND)] }],
    ['Daemon journal', 'no', { journal: [{ ...manualStop(NOW), text: manualStop(NOW).text.replaceAll(OWN, OLD) }] }],
    ['Daemon journal', 'no', { journal: [{ at: NOW, text: manualStop(NOW).text.replace('Down=false', 'Down=true') }] }],
    [
      'Daemon journal',
      'yes',
      {
        journal: [
          { at: NOW, text: `Container failed to exit within 10s of signal 15 - using the force container=${OWN}` },
        ],
      },
    ],
    ['Daemon journal', 'not seen', { journal: null }],
    ['Host timer service', 'not seen', {}],
    ['Host timer service', 'no', { automation: [] }],
    ['Host timer service', 'yes', { automation: ['/usr/local/bin/ensure.sh:7 docker restart pms-backend, 30s'] }],
    ['Two container IDs', 'yes', { siblings: [older] }],
    ['Two container IDs', 'no', {}],
    [
      'StartedAt changes regularly',
      'yes',
      { life: life(again), state: starts(NOW - 70 * SECOND, NOW - 40 * SECOND, NOW - 10 * SECOND) },
    ],
    ['StartedAt changes regularly', 'no', { life: life(again) }],
  ])('the row of the runbook "%s": %s', ([observation, expected, over]) => {
    const { holds } = table(evidence(over)).row(observation)
    expect(holds === null ? 'not seen' : holds ? 'yes' : 'no').toBe(expected)
  })
})

describe('how the present run began', () => {
  const kept = (over: Partial<Life>, more: Partial<LifeEvidence> = {}): Partial<LifeEvidence> => ({
    life: life(over),
    ...more,
  })

  test.for<readonly [string, RunCase['kind'], Partial<LifeEvidence>]>([
    ['never stopped since it was made', 'never-restarted', {}],
    ['made, and not started', 'never-started', kept({ startedAt: null, running: false, status: 'created' })],
    ['one stop and start', 'restarted-once', kept(again)],
    ['two within the hour', 'restarted-once', kept(again, { state: starts(NOW - 20 * MINUTE) })],
    ['three within the hour', 'restarted-by-host', kept(again, { state: starts(NOW - 50 * MINUTE, NOW - 3 * MINUTE) })],
    [
      'three over the day, in no rhythm',
      'restarted-once',
      kept(again, { state: starts(NOW - 20 * HOUR, NOW - 3 * HOUR) }),
    ],
    [
      'every six hours',
      'restarted-by-host',
      kept(
        { finishedAt: NOW - 3 * HOUR - SECOND, startedAt: NOW - 3 * HOUR },
        { state: starts(NOW - 15 * HOUR, NOW - 9 * HOUR) },
      ),
    ],
    [
      'three in a row, but over for hours',
      'restarted-once',
      kept(
        { finishedAt: NOW - 5 * HOUR - SECOND, startedAt: NOW - 5 * HOUR },
        { state: starts(NOW - 5 * HOUR - 4 * MINUTE, NOW - 5 * HOUR - 2 * MINUTE) },
      ),
    ],
    [
      'only events know of them',
      'restarted-by-host',
      kept(again, { past: [70, 40, 10].flatMap(s => restartAt(NOW - s * SECOND)) }),
    ],
    [
      'only the journal knows of them',
      'restarted-by-host',
      kept(again, { journal: [131, 101, 71, 41, 11].map(s => manualStop(NOW - s * SECOND)) }),
    ],
    [
      'netheal has flagged it',
      'restarted-by-host',
      kept(again, {
        state: state({
          loops: [
            {
              key: OWN,
              kind: 'restart-loop',
              container: 'pms-backend',
              network: null,
              cause: 'restarted',
              source: 'outside-restart',
              count: 4,
              since: NOW - HOUR,
              last: NOW,
              every: 30 * SECOND,
            },
          ],
        }),
      }),
    ],
    ['with the engine, by its pid file', 'restarted-with-engine', kept(again, { engineStartedAt: NOW - 15 * SECOND })],
    [
      'with the engine, by its log',
      'restarted-with-engine',
      kept(again, { journal: [{ at: NOW - 9 * SECOND, text: 'msg="Daemon has completed initialization"' }] }),
    ],
    [
      'with all the others',
      'restarted-with-engine',
      kept(again, { neighbours: [NOW - 12 * SECOND, NOW - 10 * SECOND, NOW - 9 * SECOND] }),
    ],
    [
      'with half of the others',
      'restarted-once',
      kept(again, { neighbours: [NOW - 12 * SECOND, NOW - 10 * SECOND, NOW - HOUR, NOW - HOUR] }),
    ],
    [
      'twice from outside, and once by netheal',
      'restarted-by-netheal',
      kept(again, {
        state: { ...starts(NOW - 20 * MINUTE, NOW - 10 * MINUTE), restarts: { [IDENTITY]: [NOW - 12 * SECOND] } },
      }),
    ],
    [
      'by hand, soon after the engine',
      'restarted-once',
      kept(again, { engineStartedAt: NOW - 60 * SECOND, past: [event('stop', NOW - 11 * SECOND)] }),
    ],
    [
      'by hand, soon after the engine, as its log tells',
      'restarted-once',
      kept(again, { engineStartedAt: NOW - 60 * SECOND, journal: [manualStop(NOW - 11 * SECOND)] }),
    ],
    [
      'made after the engine came up, and restarted',
      'restarted-once',
      kept(again, { engineStartedAt: NOW - 60 * SECOND, past: [event('create', NOW - 50 * SECOND)] }),
    ],
    [
      'with the engine, which had to force it before',
      'restarted-with-engine',
      kept(again, { engineStartedAt: NOW - 15 * SECOND, journal: [manualStop(NOW - 20 * SECOND)] }),
    ],
    [
      'by hand, with all the others',
      'restarted-once',
      kept(again, { neighbours: [NOW - 12 * SECOND, NOW - 9 * SECOND], past: [event('stop', NOW - 11 * SECOND)] }),
    ],
    [
      'with one of several others',
      'restarted-once',
      kept(again, { neighbours: [NOW - 10 * SECOND, NOW - HOUR, NOW - HOUR] }),
    ],
    [
      'by netheal',
      'restarted-by-netheal',
      kept(again, { state: state({ restarts: { [IDENTITY]: [NOW - 12 * SECOND] } }) }),
    ],
    [
      'by netheal, long ago: this one is another',
      'restarted-once',
      kept(again, { state: state({ restarts: { [IDENTITY]: [NOW - 10 * MINUTE] } }) }),
    ],
    ['in crash back-off', 'crash-loop', kept({ status: 'restarting', running: false, restartCount: 1, exitCode: 3 })],
    ['crashed twice, up for a moment', 'crash-loop', kept({ ...again, restartCount: 2 })],
    ['crashed once', 'crashed', kept({ ...again, restartCount: 1 })],
    [
      'crashed often, up for an hour',
      'crashed',
      kept({ finishedAt: NOW - HOUR - SECOND, startedAt: NOW - HOUR, restartCount: 5 }),
    ],
    [
      'could not start',
      'start-failed',
      kept({ status: 'exited', running: false, exitCode: 128, error: 'port is already allocated' }),
    ],
    [
      'stopped under a policy that starts whatever ends',
      'stopped',
      kept({ status: 'exited', running: false, finishedAt: NOW }),
    ],
  ])('the row of the runbook "%s": %s', ([, kind, over]) => {
    expect(runCaseOf(evidence(over)).kind).toBe(kind)
  })

  test('how the present run began: the rhythm is told', () => {
    const past = [70, 40, 10].flatMap(s => restartAt(NOW - s * SECOND))
    expect(runCaseOf(evidence({ life: life(again), past }))).toMatchObject({ every: 30 * SECOND })
  })

  test('how the present run began: a start that failed for want of its network', () => {
    const failed = { exitCode: 128, error: 'in words that nobody reads', missingNetwork: '0123abcd' }
    const dead = life({ status: 'exited', running: false, ...failed })
    expect(runCaseOf(evidence({ life: dead }))).toEqual({ kind: 'start-failed', network: '0123abcd' })
  })

  test.for<readonly [string, boolean, Partial<Life>, Partial<LifeEvidence>]>([
    ['exit 1 without a policy', false, { restartPolicy: 'no', exitCode: 1 }, {}],
    ['exit 0 without a policy', false, { restartPolicy: 'no', exitCode: 0 }, {}],
    ['exit 143: a SIGTERM that nobody caught', true, { restartPolicy: 'no', exitCode: 143 }, {}],
    ['exit 137, out of memory', false, { restartPolicy: 'no', exitCode: 137, oomKilled: true }, {}],
    ['exit 1, and a stop among the events', true, { restartPolicy: 'no', exitCode: 1 }, { past: [event('stop', NOW)] }],
    [
      'a stop of the run before does not count',
      false,
      { restartPolicy: 'no', exitCode: 1 },
      { past: [event('stop', NOW - MINUTE), event('start', NOW - 50 * SECOND), event('die', NOW)] },
    ],
    [
      "exit 137, a crash that the events show to be nobody's wish",
      false,
      { restartPolicy: 'no', exitCode: 137 },
      { past: [event('start', NOW - MINUTE), event('die', NOW)] },
    ],
    [
      'exit 137, and the first event that is known is its end: a kill may have come before',
      true,
      { restartPolicy: 'no', exitCode: 137 },
      { past: [event('die', NOW)] },
    ],
    [
      'exit 0 after docker kill -s HUP, which ends nothing',
      false,
      { restartPolicy: 'no', exitCode: 0 },
      {
        past: [
          event('start', NOW - MINUTE),
          event('kill', NOW - SECOND, { labels: { signal: '1' } }),
          event('die', NOW, { labels: { exitCode: '0' } }),
        ],
      },
    ],
    ['exit 1, and the journal says so', true, { restartPolicy: 'no', exitCode: 1 }, { journal: [manualStop(NOW)] }],
    ['exit 1 under unless-stopped', true, { exitCode: 1 }, {}],
  ])('how the present run began: stopped: %s: by hand %s', ([, byHand, over, more]) => {
    const halted = life({ status: 'exited', running: false, finishedAt: NOW, ...over })
    expect(runCaseOf(evidence({ life: halted, ...more }))).toMatchObject({ kind: 'stopped', byHand })
  })

  test('how the present run began: what the journal says is shown, and nothing else of its line', () => {
    const line = manualStop(NOW - 11 * SECOND)
    const text = `${line.text} exitStatus="{137 2026-11-24 10:20:53 +0000 UTC}"`
    const known = evidence({ life: life(again), journal: [{ ...line, text }] })
    expect(table(known).row('Daemon journal').seen).toMatch(
      /^1 time; \S+: hasBeenManuallyStopped=true, exit status 137$/,
    )
  })

  test('how the present run began: a crash restart is no start from outside, a stop and start is', () => {
    const crashed = [
      event('start', NOW - 40 * SECOND),
      event('die', NOW - 30 * SECOND),
      event('start', NOW - 29 * SECOND),
    ]
    expect(outsideStartsOf(evidence({ past: crashed }))).toEqual([])
    const stopped = [
      event('kill', NOW - 20 * SECOND),
      event('stop', NOW - 19 * SECOND),
      event('start', NOW - 10 * SECOND),
    ]
    expect(outsideStartsOf(evidence({ past: [...crashed, ...stopped] }))).toEqual([NOW - 10 * SECOND])
  })

  test('how the present run began: one start that three sources know of is one start', () => {
    const known = evidence({
      life: life(again),
      state: starts(NOW - 10 * SECOND),
      past: restartAt(NOW - 10 * SECOND + 20),
      journal: [manualStop(NOW - 11 * SECOND)],
    })
    expect(outsideStartsOf(known)).toEqual([NOW - 10 * SECOND])
  })

  test('how the present run began: restarts in quick succession are counted one by one', () => {
    const times = [NOW - 11_400, NOW - 10_700, NOW - 10_000]
    const past = times.flatMap(at => [...restartAt(at + 5)])
    expect(outsideStartsOf(evidence({ life: life(again), past }))).toHaveLength(3)
    expect(outsideStartsOf(evidence({ life: life(again), past, state: starts(...times) }))).toEqual(times)
    // netheal has seen the first, and missed the second.
    expect(outsideStartsOf(evidence({ life: life(again), past, state: starts(NOW - 11_400) }))).toHaveLength(3)
  })

  test('how the present run began: the two lines of the journal about one forced stop are one', () => {
    const forced = { at: NOW - 41 * SECOND, text: `Container failed to exit within 10s of signal 15 container=${OWN}` }
    const known = evidence({
      life: life(again),
      journal: [forced, manualStop(NOW - 40 * SECOND), manualStop(NOW - 11 * SECOND)],
    })
    expect(outsideStartsOf(known)).toEqual([NOW - 41 * SECOND, NOW - 10 * SECOND])
  })
})

describe('it ends by itself, and somebody starts it', () => {
  /** A run that ends by itself, and the start after it, as the events tell. */
  const crashAt = (at: number, more: readonly PastAction[] = []): readonly PastAction[] => [
    ...more,
    event('die', at - 2 * SECOND, { labels: { exitCode: '137' } }),
    event('start', at + 5),
  ]
  const noPolicy = life({ ...again, restartPolicy: 'no' })
  const first = event('start', NOW - HOUR)

  test('one crash or OOM kill without a restart policy is no stop from outside', () => {
    const oom = [first, ...crashAt(NOW - 10 * SECOND, [event('oom', NOW - 12 * SECOND)])]
    const known = evidence({ life: noPolicy, past: oom })
    expect(outsideStartsOf(known)).toEqual([])
    expect(runCaseOf(known)).toEqual({
      kind: 'started-after-end',
      ends: [{ at: NOW - 12 * SECOND, exitCode: 137, oom: true }],
      loops: false,
    })
    expect(table(known).row('Container ID same').holds).toBe(false)
  })

  test('three of them are a crash loop, whoever starts it each time, also where netheal has flagged the starts', () => {
    const times = [NOW - 70 * SECOND, NOW - 40 * SECOND, NOW - 10 * SECOND]
    const past = [first, ...times.flatMap(at => crashAt(at))]
    const known = evidence({ life: noPolicy, past, state: starts(...times) })
    expect(runCaseOf(known)).toMatchObject({ kind: 'started-after-end', loops: true, ends: [{}, {}, {}] })
  })

  test('what is stopped after a crash is stopped from outside', () => {
    const past = [first, ...crashAt(NOW - 70 * SECOND), ...restartAt(NOW - 10 * SECOND + 5)]
    expect(runCaseOf(evidence({ life: noPolicy, past })).kind).toBe('restarted-once')
  })
})

describe('stops and starts of the engine itself, and lines in another order', () => {
  const engineEnds = (at: number) => ({ at, text: `level=info msg="Processing signal 'terminated'"` })
  const engineUp = (at: number) => ({ at, text: 'level=info msg="Daemon has completed initialization"' })
  const forced = (at: number) => ({ at, text: `Container failed to exit within 10s of signal 15 container=${OWN}` })

  test('a stop whose line reached the journal after the start is one with it', () => {
    const late = [manualStop(NOW - 40 * SECOND + 2_000), manualStop(NOW - 10 * SECOND + 1_500)]
    const known = evidence({ life: life(again), state: starts(NOW - 40 * SECOND), journal: late })
    expect(outsideStartsOf(known)).toEqual([NOW - 40 * SECOND, NOW - 10 * SECOND])
  })

  test('the two lines of one forced stop are one in either order', () => {
    const journal = [manualStop(NOW - 41 * SECOND), forced(NOW - 40 * SECOND), manualStop(NOW - 11 * SECOND)]
    expect(outsideStartsOf(evidence({ life: life(again), journal }))).toEqual([NOW - 41 * SECOND, NOW - 10 * SECOND])
  })

  test('three restarts of the engine in a quarter of an hour are no start from outside', () => {
    const times = [NOW - 12 * MINUTE, NOW - 6 * MINUTE, NOW - 12 * SECOND]
    const journal = times.flatMap(at => [engineEnds(at - 20 * SECOND), forced(at - 10 * SECOND), engineUp(at + SECOND)])
    const ofJournal = evidence({ life: life(again), journal })
    expect(outsideStartsOf(ofJournal)).toEqual([])
    expect(runCaseOf(ofJournal).kind).toBe('restarted-with-engine')
    // A netheal of before has counted them as starts; it knows the engine's now.
    const remembered = { ...starts(...times.map(at => at + SECOND)), engineStarts: times }
    const ofState = evidence({ life: life(again), state: remembered })
    expect(outsideStartsOf(ofState)).toEqual([])
    expect(runCaseOf(ofState).kind).toBe('restarted-with-engine')
  })
})

describe('runs of the container that only its own log knows', () => {
  const line = (at: number, text: string) => ({ at, text })
  const read = (...lines: readonly { readonly at: number; readonly text: string }[]) =>
    lines.reduce(withLoggedLine, NO_RUNS)
  const runsAt = (...times: readonly number[]) =>
    read(
      ...times.flatMap(at => [
        line(at + 2 * SECOND, 'INFO:     Started server process [1]'),
        line(at + 20 * SECOND, 'INFO:     Shutting down'),
        line(at + 21 * SECOND, 'INFO:     Finished server process [1]'),
      ]),
      line(NOW - 8 * SECOND, 'INFO:     Started server process [1]'),
    )

  test('each that was told to end counts, also beside the run of now', () => {
    const logged = runsAt(NOW - 100 * SECOND, NOW - 70 * SECOND, NOW - 40 * SECOND)
    const known = evidence({ life: life(again), logged })
    expect(outsideStartsOf(known)).toEqual([NOW - 68 * SECOND, NOW - 38 * SECOND, NOW - 10 * SECOND])
    expect(runCaseOf(known)).toMatchObject({ kind: 'restarted-by-host', every: 28 * SECOND })
  })

  test.for<readonly [string, readonly string[]]>([
    ['a crash', ['Started server process [1]', 'Segmentation fault', 'Started server process [1]']],
    ['a second start within one run', ['Started server process [1]', 'Started server process [1]']],
    ['a reload', ['Started server process [8]', 'Finished server process [8]', 'Started server process [12]']],
  ])('%s is none', ([, texts]) => {
    expect(read(...texts.map((text, i) => line(NOW - HOUR + i * MINUTE, text))).starts).toEqual([])
  })
})

describe('a redeploy loop', () => {
  const created = (at: number) => event('create', at, { id: id(`made ${at}`) })
  const loopOf = (...times: readonly number[]) =>
    redeployLoopOf(evidence({ life: life({ createdAt: NOW - 2 * SECOND }), past: times.map(created) }))

  test('replaced five times in a minute is one, with its rhythm', () => {
    const loop = loopOf(...[62, 50, 38, 26, 14].map(s => NOW - s * SECOND))
    expect(loop?.made).toHaveLength(6)
    expect(loop?.every).toBe(12 * SECOND)
  })

  test('two deploys, deploys over the day, and a loop that is over are none', () => {
    expect(loopOf(NOW - 10 * MINUTE, NOW - 5 * MINUTE)).toBeNull()
    expect(loopOf(...[20, 15, 10, 5].map(h => NOW - h * HOUR))).toBeNull()
    const over = {
      life: life({ createdAt: NOW - 2 * HOUR }),
      past: [4, 3, 2, 1].map(m => created(NOW - 2 * HOUR - m * MINUTE)),
    }
    expect(redeployLoopOf(evidence(over))).toBeNull()
  })
})

describe('case A: another container than before', () => {
  const managed = { ...compose(UUID, 'pms-backend'), ...application() }
  const coolify = 'coolify/application/7/pms-backend'
  const deployed = (over: Partial<LifeEvidence> = {}) =>
    evidence({ life: life({ labels: managed }), identity: coolify, ...over })

  test('another container than before (case A): nothing says so', () => {
    expect(replacementOf(evidence())).toBeNull()
    expect(replacementOf(deployed())).toBeNull()
  })

  const found = (of: LifeEvidence): Replacement => {
    const replaced = replacementOf(of)
    if (replaced === null) throw new Error('no replacement')
    return replaced
  }

  test('another container than before (case A): by the memory: a container that was seen under this identity', () => {
    const seen = {
      name: 'pms-backend',
      createdAt: NOW - 3 * HOUR,
      networkId: '',
      networkName: '',
      endpointId: '',
      attached: true,
      attachedAt: null,
      startedAt: null,
      restartCount: null,
      aliases: null,
      lost: null,
      unproven: null,
      settings: null,
      proof: null,
      unreachable: null,
      asked: null,
      reattached: null,
      takenOff: null,
    }
    const remembered = state({
      attachments: {
        [`${IDENTITY} -> net`]: {
          container: 'pms-backend',
          network: 'net',
          wanted: true,
          state: 'attached',
          since: NOW,
          lastDetach: null,
          reported: null,
          seen: { [OLD]: seen, [OWN]: { ...seen, createdAt: NOW - HOUR } },
        },
      },
    })
    expect(found(evidence({ state: remembered })).predecessors).toEqual([{ id: OLD, image: null }])
    expect(replacementOf(evidence({ state: remembered, identity: 'name/other' }))).toBeNull()
  })

  test('another container than before (case A): by the memory: the detach, and the deployment that ran', () => {
    const remembered = state({
      detaches: [
        {
          key: `${coolify} -> net`,
          container: 'pms-backend',
          network: 'net',
          at: NOW - HOUR,
          cause: 'replaced',
          excused: null,
          evidence: {
            containerId: OWN,
            previousId: OLD,
            networkId: null,
            previousNetworkId: 'x',
            lastAttachedAt: null,
            lostAt: null,
            startedAt: null,
            exitCode: null,
            coolify: true,
            deployment: 'd'.repeat(24),
          },
        },
      ],
    })
    const replaced = found(deployed({ state: remembered }))
    expect(replaced).toMatchObject({ by: 'coolify', deployment: 'd'.repeat(24), predecessors: [{ id: OLD }] })
  })

  test("another container than before (case A): by Coolify's helper: seen around the creation, or running now", () => {
    const around = [{ id: 'e'.repeat(24), firstSeen: NOW - HOUR - 3 * MINUTE, lastSeen: NOW - HOUR + MINUTE }]
    expect(found(deployed({ state: state({ deployments: around }) })).deployment).toBe('e'.repeat(24))
    const long = [{ id: 'e'.repeat(24), firstSeen: NOW - 9 * HOUR, lastSeen: NOW - 8 * HOUR }]
    expect(replacementOf(deployed({ state: state({ deployments: long }) }))).toBeNull()
    const fresh = deployed({ life: life({ labels: managed, createdAt: NOW - MINUTE }), deploying: 'f'.repeat(24) })
    expect(found(fresh).deployment).toBe('f'.repeat(24))
    // A deployment of something else says nothing about a container that Coolify does not manage.
    const foreign = life({ createdAt: NOW - MINUTE })
    expect(replacementOf(evidence({ life: foreign, deploying: 'f'.repeat(24) }))).toBeNull()
  })

  test('another container than before (case A): by the events: the image it had before', () => {
    const before = { id: OLD, image: 'app:1', name: 'pms-backend' }
    const past = [event('die', NOW - HOUR - 2 * SECOND, before), event('destroy', NOW - HOUR - SECOND, before)]
    expect(found(evidence({ past }))).toMatchObject({ imageBefore: 'app:1', by: 'other' })
  })

  test("another container than before (case A): under compose's temporary name it is of the same identity", () => {
    const labels = compose('pms', 'web')
    const past = [event('destroy', NOW - HOUR, { id: OLD, name: 'pms-web-1', labels })]
    const own = evidence({ life: life({ name: 'pms-web-1', labels }), identity: 'compose/pms/web', past })
    expect(found(own)).toMatchObject({ by: 'compose', predecessors: [{ id: OLD }] })
  })

  test('another container than before (case A): one that was made after it is no predecessor, and a failed deploy if it is gone', () => {
    const later = { id: id('later'), image: 'app:3' }
    const past = [
      event('create', NOW - 5 * MINUTE, later),
      event('start', NOW - 5 * MINUTE, later),
      event('destroy', NOW - 4 * MINUTE, later),
    ]
    expect(predecessorsOf(evidence({ past }))).toEqual([])
    expect(rolledBackOf(evidence({ past })).map(p => p.id)).toEqual([later.id])
    expect(rolledBackOf(evidence({ past: past.slice(0, 2) }))).toEqual([])
  })
})
