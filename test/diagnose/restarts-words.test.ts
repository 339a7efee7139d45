// What the topic `restarts` says where no container of a test can easily be brought to it; over fakes of its ports.
import { describe, expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import type { State } from '../../src/core/state.ts'
import type { Container } from '../../src/core/world.ts'
import type { Context } from '../../src/diagnose/context.ts'
import type { EngineJournal, HostFiles } from '../../src/diagnose/ports.ts'
import { restarts } from '../../src/diagnose/restarts/restarts.ts'
import type { ContainerDetails } from '../../src/diagnose/rules/details.ts'
import type { Finding } from '../../src/diagnose/rules/finding.ts'
import type { PastEvent } from '../../src/heal/ports.ts'
import { application, backend, compose, host, id, lookAt, MINUTE, NOW, state, UUID } from '../core/builders.ts'
import { findingOf, shortly } from './asked.ts'

const SECOND = 1_000
const HOUR = 60 * MINUTE

function detailsOf(container: Container, over: Partial<ContainerDetails> = {}): ContainerDetails {
  return {
    id: container.id,
    name: container.name,
    image: container.image,
    imageId: 'sha256:1',
    createdAt: container.createdAt,
    startedAt: container.createdAt + SECOND,
    finishedAt: null,
    status: container.status,
    running: container.status === 'running',
    exitCode: 0,
    error: '',
    missingNetwork: null,
    oomKilled: false,
    restartCount: 0,
    restartPolicy: 'unless-stopped',
    labels: container.labels,
    argv: [],
    logDriver: 'json-file',
    health: null,
    addresses: {},
    ...over,
  }
}

interface Given {
  readonly containers: readonly Container[]
  readonly details: readonly ContainerDetails[]
  readonly state?: State
  readonly replay?: () => Promise<readonly PastEvent[]>
  readonly log?: Context['inspector']['log']
  readonly journal?: EngineJournal
  readonly files?: HostFiles | null
}

async function ask({ containers, details, ...more }: Given): Promise<readonly Finding[]> {
  const look = lookAt([], host(containers))
  const context: Partial<Context> = {
    now: NOW,
    clock: { now: () => NOW } as Context['clock'],
    look,
    subjects: details.map(d => ({ label: d.name, details: d, attachments: [] })),
    state: more.state ?? state(),
    inspector: {
      replay: more.replay ?? (async () => []),
      log: more.log ?? (async () => ({ end: 'whole', bytes: 0 })),
    } as Partial<Context['inspector']> as Context['inspector'],
    engine: { lookAt: async () => ({ containers: [], gone: [], unseen: [], networks: [] }) } as Partial<
      Context['engine']
    > as Context['engine'],
    journal: more.journal ?? { read: async () => ({ kind: 'read', lines: [], cut: false }) },
    files: more.files ?? null,
    automation: null,
  }
  return await restarts(context as Context, new AbortController().signal)
}

const app = backend('running', [], { createdAt: NOW - HOUR })
const again = { finishedAt: NOW - 11 * SECOND, startedAt: NOW - 10 * SECOND }

describe('memory', () => {
  test('restarts for want of memory: ended by itself for want of memory, and started again: wrong, though it runs', async () => {
    const details = [detailsOf(app, { ...again, startedAt: NOW - HOUR, restartCount: 1, oomKilled: true })]
    const findings = await ask({ containers: [app], details })
    expect(shortly(findings)).toEqual(['crashed wrong'])
    expect(findingOf(findings, 'crashed').remedy.join('\n')).toContain('raise its memory limit')
  })

  test('restarts for want of memory: a crash by another cause, which holds since: a note', async () => {
    const details = [detailsOf(app, { startedAt: NOW - HOUR, finishedAt: NOW - HOUR - SECOND, restartCount: 1 })]
    expect(shortly(await ask({ containers: [app], details }))).toEqual(['crashed note'])
  })
})

describe("Coolify's ways", () => {
  const labels = { ...compose(UUID, 'pms-backend'), ...application() }

  test('restarts by Coolify: in a crash loop: that Coolify will remove it is said', async () => {
    const looping = backend('restarting', [], { labels })
    const findings = await ask({
      containers: [looping],
      details: [detailsOf(looping, { restartCount: 4, exitCode: 1 })],
    })
    expect(findingOf(findings, 'crash-loop').remedy.join('\n')).toContain('after 10 restarts')
  })

  test('restarts by Coolify: a restart every six hours: its volume backup is named', async () => {
    const times = [NOW - 13 * HOUR, NOW - 7 * HOUR, NOW - HOUR]
    const known = state({ starts: { [app.id]: { container: app.name, identity: 'name/pms-backend', times } } })
    const details = [
      detailsOf(app, { createdAt: NOW - 99 * HOUR, startedAt: NOW - HOUR, finishedAt: NOW - HOUR - SECOND }),
    ]
    const findings = await ask({ containers: [app], details, state: known })
    const { summary, remedy } = findingOf(findings, 'restarted-by-host')
    expect(summary).toContain('3 times, every 6 h')
    expect(remedy.join('\n')).toContain('volume backup')
  })

  test('restarts by Coolify: the old container still runs long after its successor was made: wrong, and said of the new one', async () => {
    const old = backend('running', [], { id: id('old'), name: `${UUID}-1`, labels, createdAt: NOW - 9 * HOUR })
    const young = backend('running', [], { id: id('young'), name: `${UUID}-2`, labels, createdAt: NOW - HOUR })
    const findings = await ask({ containers: [old, young], details: [detailsOf(old), detailsOf(young)] })
    expect(findings.filter(f => f.verdict === 'wrong').map(f => [f.code, f.subject])).toEqual([
      ['old-container-still-runs', young.name],
    ])
    expect(findingOf(findings, 'old-container-still-runs').remedy[0]).toContain(`docker stop ${old.name}`)
    // Of three the newest says it, once, of both.
    const newest = backend('running', [], { id: id('newest'), name: `${UUID}-3`, labels, createdAt: NOW - HOUR / 2 })
    const three = [old, young, newest]
    const said = (await ask({ containers: three, details: three.map(c => detailsOf(c)) })).filter(
      f => f.verdict === 'wrong',
    )
    expect(said.map(f => [f.code, f.subject, f.remedy.length])).toEqual([['old-container-still-runs', newest.name, 2]])
    // During the update itself both are as they should be.
    const fresh = detailsOf(young, { startedAt: NOW - 5 * MINUTE })
    expect((await ask({ containers: [old, young], details: [fresh] })).filter(f => f.verdict === 'wrong')).toEqual([])
  })

  test('restarts by Coolify: its rendered files: asked for where Coolify writes them, and what may not be seen is said', async () => {
    const asked: string[] = []
    const files: HostFiles = {
      modified: async path => {
        asked.push(path)
        return { kind: 'unseen', why: 'no permission (root may read it)' }
      },
      engineStarted: async () => ({ kind: 'missing' }),
    }
    const managed = backend('running', [], { labels, createdAt: NOW - HOUR })
    const findings = await ask({ containers: [managed], details: [detailsOf(managed)], files })
    expect(asked).toContain(`/data/coolify/applications/${UUID}/docker-compose.yaml`)
    expect(asked).toContain(`/data/coolify/applications/${UUID}/.env`)
    expect(shortly(findings)).toEqual(['never-restarted well', 'rendered-unseen unseen'])
  })

  test.for(['/srv/../../etc/shadow', 'relative.yml', '/srv/a\u0000b', `/${'x'.repeat(500)}`])(
    'restarts by Coolify: a label is untrusted: %j is asked for by nobody',
    async path => {
      const asked: string[] = []
      const files: HostFiles = {
        modified: async p => {
          asked.push(p)
          return { kind: 'missing' }
        },
        engineStarted: async () => ({ kind: 'missing' }),
      }
      const other = backend('running', [], {
        labels: { ...compose('pms', 'web'), 'com.docker.compose.project.config_files': `${path},/srv/compose.yml` },
      })
      await ask({ containers: [other], details: [detailsOf(other)], files })
      expect(asked).toEqual(['/srv/compose.yml'])
    },
  )
})

describe('the host came up again', () => {
  const engineAt = (at: number): HostFiles => ({
    modified: async () => ({ kind: 'missing' }),
    engineStarted: async () => ({ kind: 'seen', modifiedAt: at }),
  })
  const ended = (over: Partial<ContainerDetails> = {}) =>
    detailsOf(backend('exited', [], { createdAt: NOW - HOUR }), {
      ...{ running: false, exitCode: 137, restartPolicy: 'no', finishedAt: NOW - 5 * MINUTE },
      ...over,
    })
  const given = (details: ContainerDetails, files: HostFiles): Given => ({
    containers: [backend('exited', [], { createdAt: NOW - HOUR })],
    details: [details],
    files,
  })

  test('the host came up again and its policy left the container down: wrong, and how it comes back', async () => {
    const findings = await ask(given(ended(), engineAt(NOW - 4 * MINUTE)))
    const found = findingOf(findings, 'stopped-with-engine')
    expect(found).toMatchObject({ verdict: 'wrong', subject: 'pms-backend' })
    expect(found.summary).toContain('its restart policy (no) did not start it again')
    expect(found.remedy.join('\n')).toContain('docker update --restart unless-stopped pms-backend')
  })

  test('the host came up again hours after the container was stopped by hand, or with a policy that starts it: only stopped', async () => {
    const late = await ask(given(ended({ finishedAt: NOW - 50 * MINUTE }), engineAt(NOW - 4 * MINUTE)))
    expect(shortly(late)).toContain('stopped note')
    const kept = await ask(given(ended({ restartPolicy: 'unless-stopped' }), engineAt(NOW - 4 * MINUTE)))
    expect(shortly(kept)).toContain('stopped note')
  })
})

describe('how far back was seen', () => {
  const event = (action: string, at: number, of = app.id, labels: Readonly<Record<string, string>> = {}) => ({
    at,
    event: { kind: 'container' as const, action, id: of, name: app.name, image: 'app:1', labels },
  })

  test("the container's own log is read for runs that the engine's events no longer reach, and that is said", async () => {
    const line = (at: number, text: string) => ({ at, text, cut: false })
    const lines = [100, 70, 40].flatMap(s => [
      line(NOW - s * SECOND, 'INFO:     Started server process [1]'),
      line(NOW - (s - 25) * SECOND, 'INFO:     Finished server process [1]'),
    ])
    const log: Given['log'] = async (_, _options, onLine) => {
      for (const l of [...lines, line(NOW - 8 * SECOND, 'INFO:     Started server process [1]')]) onLine(l)
      return { end: 'whole', bytes: 1 }
    }
    const replay = async () => [event('start', NOW - 10 * SECOND)]
    const findings = await ask({ containers: [app], details: [detailsOf(app, again)], log, replay })
    expect(shortly(findings)).toEqual(['restarted-by-host wrong'])
    const { evidence } = findingOf(findings, 'restarted-by-host')
    expect(evidence.at(-1)).toBe(
      "seen so far back: the engine's events go back to 2025-12-29T14:31:51Z (it keeps 256), its log was read back to 2025-12-28T14:32:01Z, the container's own log to 2025-12-29T14:30:21Z; what was before that is not known",
    )
  })

  test('the log is not read where the events reach back to the making of the container', async () => {
    const log: Given['log'] = async () => {
      throw new Error('read')
    }
    const replay = async () => [event('create', NOW - HOUR)]
    const findings = await ask({ containers: [app], details: [detailsOf(app, again)], log, replay })
    expect(shortly(findings)).toEqual(['restarted-once note'])
    expect(findings[0]?.evidence.join('\n')).not.toContain('seen so far back')
  })

  test('a container that was replaced five times in a minute is a redeploy loop', async () => {
    const replay = async () => [62, 50, 38, 26, 14].map(s => event('create', NOW - s * SECOND, id(`made ${s}`)))
    const details = [detailsOf(app, { createdAt: NOW - 2 * SECOND, startedAt: NOW - SECOND })]
    const findings = await ask({ containers: [app], details, replay })
    const { summary, verdict, evidence } = findingOf(findings, 'redeploy-loop')
    expect(verdict).toBe('wrong')
    expect(summary).toContain('was replaced 5 times within 60 s, every 12 s')
    expect(evidence).toHaveLength(6)
  })
})

describe('what cannot be seen', () => {
  test('restarts that cannot be seen: a journal that is too long: said, and the rest of it counts', async () => {
    const journal: EngineJournal = { read: async () => ({ kind: 'read', lines: [], cut: true }) }
    const findings = await ask({ containers: [app], details: [detailsOf(app, again)], journal })
    expect(shortly(findings)).toEqual(['restarted-once note', 'journal-unseen unseen'])
    expect(findingOf(findings, 'journal-unseen').summary).toContain('only its newest entries were read')
  })

  test('restarts that cannot be seen: the engine keeps its events for itself: said, and inspect answers alone', async () => {
    const replay = async (): Promise<never> => {
      throw new NethealError('engine-refused', 'past events: HTTP 403', { hint: 'allow GET /events' })
    }
    const findings = await ask({ containers: [app], details: [detailsOf(app)], replay })
    expect(shortly(findings)).toEqual(['never-restarted well', 'events-unseen unseen'])
    expect(findingOf(findings, 'events-unseen').remedy).toEqual(['allow GET /events'])
  })

  test('restarts that cannot be seen: the journal is not asked where inspect has answered', async () => {
    const journal: EngineJournal = {
      read: async () => {
        throw new Error('asked')
      },
    }
    expect(shortly(await ask({ containers: [app], details: [detailsOf(app)], journal }))).toEqual([
      'never-restarted well',
    ])
  })
})
