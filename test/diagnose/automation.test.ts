// What this host does by itself to the containers that are asked about, found as files and judged against what was seen.
import { describe, expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import { type Detach, EMPTY_STATE, type State } from '../../src/core/state.ts'
import { automation } from '../../src/diagnose/automation/automation.ts'
import { ranked } from '../../src/diagnose/rules/causes.ts'
import type { Finding } from '../../src/diagnose/rules/finding.ts'
import type { PastEvent } from '../../src/heal/ports.ts'
import { scanHost } from '../../src/host/scan.ts'
import { backend, id, NOW, on, rule, SUPABASE, supabase } from '../core/builders.ts'
import { fakeRoot, script } from '../host/fake-root.ts'
import { findingOf, shortly } from './asked.ts'
import { contextOf, type Made } from './made-context.ts'

const never = new AbortController().signal
const BACKEND = id('container pms-backend')
const OLD = '/usr/local/bin/pms_ensure_supabase_net.sh'
const ENTRY = '/etc/cron.d/pms_ensure_supabase_net'
const BOTH = [rule({ containers: ['pms-backend', 'pms-worker-v2'] })]

async function answerFor(files: Readonly<Record<string, string>>, { over, ...made }: Made = {}) {
  await using host = await fakeRoot(files)
  return await automation(contextOf({ ...made, over: { automation: () => scanHost(host.root), ...over } }), never)
}

/** Starts from outside, as netheal remembers them: so many, so often, the last one so long ago. */
function started(count: number, every: number, last = 5_000): State {
  const times = Array.from({ length: count }, (_, i) => NOW - last - (count - 1 - i) * every)
  return {
    ...EMPTY_STATE,
    starts: { [BACKEND]: { container: 'pms-backend', identity: 'name/pms-backend', times } },
  }
}

function lost(cause: Detach['cause'], count: number, every: number): State {
  const detaches = Array.from(
    { length: count },
    (_, i): Detach => ({
      key: `name/pms-backend -> ${SUPABASE}`,
      container: 'pms-backend',
      network: SUPABASE,
      at: NOW - 5_000 - (count - 1 - i) * every,
      cause,
      excused: null,
      evidence: {
        containerId: BACKEND,
        previousId: null,
        networkId: supabase.id,
        previousNetworkId: supabase.id,
        lastAttachedAt: null,
        lostAt: null,
        startedAt: null,
        exitCode: 0,
        coolify: false,
        deployment: null,
      },
    }),
  )
  return { ...EMPTY_STATE, detaches }
}

describe('the old script', () => {
  const files = async () => ({
    [OLD]: await script('pms_ensure_supabase_net.sh'),
    [ENTRY]: `*/2 * * * * root ${OLD} >> /var/log/pms.log 2>&1\n`,
  })

  test('the old script is one finding: it restarts, and connects; by file, line and text; with how to end it', async () => {
    const [finding, ...more] = await answerFor(await files(), { rules: BOTH })
    expect(more).toEqual([])
    expect(finding).toMatchObject({ code: 'automation-connects', verdict: 'wrong', subject: OLD })
    expect(finding?.summary).toBe(
      `${ENTRY}:1 restarts pms-backend, pms-worker-v2, and connects them: this is an old auto-heal script`,
    )
    expect(finding?.evidence).toEqual([
      `${OLD}:34 restarts pms-backend, pms-worker-v2 (*/2 * * * *, run by ${ENTRY}:1)`,
      'docker restart "$container" >/dev/null && log "SUCCESS: Restarted $container"',
      `${OLD}:27 connects pms-backend, pms-worker-v2, network ${SUPABASE} (*/2 * * * *, run by ${ENTRY}:1)`,
      'if docker network connect "$SUPABASE_NETWORK" "$container"; then',
    ])
    expect(finding?.remedy).toEqual([
      `netheal does its job now: netheal init --from ${OLD} takes over from it`,
      `sudo mv ${ENTRY} /root/`,
      `or keep it, without line 34 of ${OLD}: NEVER restart the container for its network: once it is attached, the name resolves without a restart`,
    ])
  })

  test('the old script is the likely culprit where its rhythm fits the restarts that were seen', async () => {
    const found = await answerFor(await files(), { rules: BOTH, over: { state: started(4, 120_000) } })
    const finding = findingOf(found, 'automation-restarts')
    expect(finding.summary).toMatch(/: the likely culprit, its rhythm fits what was seen 4 times$/)
    expect(finding.evidence).toContainEqual(
      expect.stringMatching(/^fits: it runs every ~120 s, and it happened every ~120 s/),
    )
  })

  test('the old script is not accused of what it cannot have done', async () => {
    const found = await answerFor(await files(), { rules: BOTH, over: { state: started(6, 20_000) } })
    const finding = findingOf(found, 'automation-connects')
    expect(finding.verdict).toBe('note')
    expect(finding.summary).toMatch(/: what was seen does not fit it$/)
    expect(finding.evidence).toContain('does not fit: it runs every ~120 s only, and it happened every ~20 s')
  })

  test("the old script is told by the engine's own events where no netheal remembers", async () => {
    const event = (action: string, at: number): PastEvent => ({
      at,
      event: { kind: 'container', action, id: BACKEND, name: 'pms-backend', image: 'app:1', labels: {} },
    })
    const past = [1, 2, 3, 4].flatMap(i => [
      event('stop', NOW - i * 120_000 - 1_000),
      event('start', NOW - i * 120_000),
      event('restart', NOW - i * 120_000 + 10),
    ])
    const found = await answerFor(await files(), { rules: BOTH, past })
    expect(findingOf(found, 'automation-restarts').summary).toContain('the likely culprit')
  })
})

describe('what a job does', () => {
  const cron = (command: string, schedule = '*/5 * * * *') => ({ '/etc/cron.d/job': `${schedule} root ${command}\n` })
  const net = SUPABASE

  test.for([
    ['docker restart pms-backend', 'automation-restarts note'],
    ['docker stop pms-backend && docker start pms-backend', 'automation-restarts note'],
    ['docker restart $(docker ps -q -f name=pms)', 'automation-restarts note'],
    ['systemctl restart docker', 'automation-restarts note'],
    [`docker network disconnect ${net} pms-backend`, 'automation-disconnects note'],
    [`docker network connect ${net} pms-backend`, 'automation-connects note'],
    ['docker start pms-backend', 'automation-starts note'],
    [`docker network rm ${net}`, 'automation-prunes note'],
    ['docker network prune -f', 'automation-prunes note'],
    ['docker system prune -af', 'automation-prunes note'],
    ['docker restart $CONTAINER', 'automation-perhaps note'],
    [`docker network disconnect ${net} $CONTAINER`, 'automation-perhaps note'],
    ['curl -X POST --unix-socket /var/run/docker.sock http://localhost/images/prune', 'automation-perhaps note'],
    ['docker restart other', 'automation-none well'],
    ['docker restart $(docker ps -q -f name=redis)', 'automation-none well'],
    [`docker network disconnect other pms-backend`, 'automation-none well'],
    ['/usr/bin/backup.sh', 'automation-none well'],
  ] as const)('what a job does: %s: %s', async ([command, expected]) => {
    expect(shortly(await answerFor(cron(command)))).toEqual([expected])
  })

  test('what a job does: at boot only is worth knowing, not wrong', async () => {
    expect(shortly(await answerFor(cron('docker restart pms-backend', '@reboot')))).toEqual([
      'automation-restarts note',
    ])
  })

  test('what a job does: what its text does not tell is named, and is no culprit without a rhythm that fits', async () => {
    const perhaps = findingOf(await answerFor(cron('docker restart $CONTAINER')), 'automation-perhaps')
    expect(perhaps.summary).toBe(
      '/etc/cron.d/job:1 restarts containers; its text does not show which ones, but pms-backend may be among them',
    )
    expect(perhaps.evidence[0]).toContain('its text does not show: $CONTAINER')
    const fits = await answerFor(cron('docker restart $CONTAINER'), { over: { state: started(4, 300_000) } })
    expect(findingOf(fits, 'automation-restarts')).toMatchObject({ verdict: 'wrong' })
    const other = await answerFor(cron('docker restart $CONTAINER'), { over: { state: started(4, 100_000) } })
    expect(shortly(other)).toEqual(['automation-perhaps note'])
  })

  test('what a job does: disconnects and vanished networks have their own times', async () => {
    const disconnect = cron(`docker network disconnect ${net} pms-backend`)
    const explicit = { over: { state: lost('explicit', 3, 300_000) } }
    expect(findingOf(await answerFor(disconnect, explicit), 'automation-disconnects').summary).toContain('culprit')
    const replaced = { over: { state: lost('replaced', 3, 300_000) } }
    expect(findingOf(await answerFor(disconnect, replaced), 'automation-disconnects').summary).not.toContain('culprit')
    const prune = cron('docker network prune -f')
    const recreated = { over: { state: lost('network-recreated', 3, 300_000) } }
    expect(shortly(await answerFor(prune, recreated))).toEqual(['automation-prunes wrong'])
  })

  test('what a job does: what does not fit is listed as such: no cause, and no remedy switches it off', async () => {
    const backup = { '/etc/cron.d/backup': '0 3 * * * root docker stop pms-backend\n' }
    const finding = findingOf(await answerFor(backup, { over: { state: started(6, 13_000) } }), 'automation-restarts')
    expect(finding.verdict).toBe('note')
    expect(finding.summary).toBe('/etc/cron.d/backup:1 stops pms-backend: what was seen does not fit it')
    expect(finding.evidence).toContain('does not fit: it runs every ~24 h only, and it happened every ~13 s')
    expect(finding.remedy.join('\n')).not.toMatch(/\b(rm|mv|disable|remove|sed)\b/)
    const loop: Finding = {
      ...finding,
      topic: 'restarts',
      code: 'restart-loop',
      verdict: 'wrong',
      subject: 'pms-backend',
    }
    expect(ranked([loop, finding])[0]?.causes).toEqual([])
  })

  test('what a job does: the likely culprit comes first, whatever its file is called', async () => {
    const files = {
      '/etc/cron.d/a': '0 3 * * * root docker restart pms-backend\n',
      '/etc/cron.d/z': '*/2 * * * * root docker restart pms-backend\n',
    }
    const found = await answerFor(files, { over: { state: started(4, 120_000) } })
    expect(found.map(f => f.subject)).toEqual(['/etc/cron.d/z', '/etc/cron.d/a'])
  })
})

test('a timer of systemd, a unit of a user: how each is ended', async () => {
  const fits = { over: { state: started(4, 30_000) } }
  const found = await answerFor(
    {
      '/etc/systemd/system/pms-ensure.service': '[Service]\nExecStart=/usr/bin/docker restart pms-backend\n',
      '/etc/systemd/system/pms-ensure.timer': '[Timer]\nOnUnitActiveSec=30s\n',
      '/home/deploy/.config/systemd/user/own.service': '[Service]\nExecStart=/usr/bin/docker stop pms-backend\n',
      '/home/deploy/.config/systemd/user/own.timer': '[Timer]\nOnUnitActiveSec=30s\n',
    },
    fits,
  )
  expect(found.map(f => f.remedy[0])).toEqual([
    'sudo systemctl disable --now pms-ensure.timer',
    'sudo systemctl --user -M deploy@ disable --now own.timer',
  ])
})

test('a container that was only named: every network counts', async () => {
  const context = contextOf({ containers: [backend('running', [on(supabase)])] })
  const subjects = context.subjects.map(s => ({ ...s, attachments: [] }))
  const files = { '/etc/cron.d/x': '* * * * * root docker network disconnect any pms-backend\n' }
  expect(shortly(await answerFor(files, { over: { subjects } }))).toEqual(['automation-disconnects note'])
})

describe("containers that hold the engine's socket", () => {
  const held = (image: string) => {
    const { inspector } = contextOf()
    const holder = { name: 'keeper', image, schedule: [] }
    return { over: { inspector: { ...inspector, socketHolders: async () => [holder] } } }
  }

  test("a container that holds the engine's socket may restart: it is named, and nothing is called well beside it", async () => {
    const found = await answerFor({}, held('containrrr/watchtower'))
    expect(shortly(found)).toEqual(['automation-socket note'])
    expect(found[0]?.summary).toMatch(/^keeper \(containrrr\/watchtower\) holds the engine's socket and stops, removes/)
  })

  test("a container that holds the engine's socket, and only looks, is none of them", async () => {
    expect(shortly(await answerFor({}, held('traefik:v3')))).toEqual(['automation-none well'])
  })

  test("a container that holds the engine's socket: that it could not be asked for is said", async () => {
    const { inspector } = contextOf()
    const socketHolders = () => Promise.reject(new NethealError('engine-forbidden', 'no'))
    const found = await answerFor({}, { over: { inspector: { ...inspector, socketHolders } } })
    expect(shortly(found)).toEqual(['automation-socket-unseen unseen'])
  })
})

describe('what cannot be seen', () => {
  const closed = { file: '/var/spool/cron/crontabs', closed: true, why: 'no permission (root may read it)' }

  test('automation that cannot be seen is named, and nothing is called well beside it', async () => {
    const over = { automation: async () => ({ findings: [], unread: [closed] }) }
    const found = await automation(contextOf({ over }), never)
    expect(found).toMatchObject([
      {
        code: 'automation-unread',
        verdict: 'unseen',
        evidence: ['/var/spool/cron/crontabs: no permission (root may read it)'],
        remedy: ['run it as root: sudo netheal diagnose'],
      },
    ])
  })

  test("automation that cannot be seen: the engine is another machine's", async () => {
    expect(shortly(await automation(contextOf({ over: { automation: null } }), never))).toEqual([
      'automation-elsewhere unseen',
    ])
  })

  test('automation that cannot be seen: without an engine the names of the rules are enough', async () => {
    const files = { '/etc/cron.d/x': '* * * * * root docker restart pms-backend\n' }
    const { subjects } = contextOf()
    const over = { look: null, subjects: subjects.map(s => ({ label: s.label, details: null, attachments: [] })) }
    expect(shortly(await answerFor(files, { over }))).toEqual(['automation-restarts note'])
  })
})
