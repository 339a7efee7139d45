// `netheal init`: what it proposes on which host, the reasoning on stderr, a config that loads on stdout.
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import type { Container } from '../../src/core/world.ts'
import {
  application,
  compose,
  container,
  coolify,
  network,
  on,
  SUPABASE,
  supabase,
  UUID,
  world,
} from '../core/builders.ts'
import { fakeRoot, script } from '../host/fake-root.ts'
import { initOn } from './init-host.ts'

const OLD = '/usr/local/bin/pms_ensure_supabase_net.sh'
const ENTRY = '/etc/cron.d/pms_ensure_supabase_net'
const CRON_D = `*/2 * * * * root ${OLD} >> /var/log/pms_ensure_supabase_net.log 2>&1\n`
const db = container(`supabase-db-${SUPABASE}`, { labels: compose(SUPABASE, 'supabase-db'), endpoints: [on(supabase)] })
const backend = container('pms-backend', { labels: application(), endpoints: [on(coolify)] })
const worker = container(`${UUID}-081502123456`, {
  labels: application({ 'coolify.resourceName': 'pms-worker-v2', 'coolify.applicationId': '9' }),
})

const hostOf = (...containers: readonly Container[]) =>
  world([db, ...containers], [network('bridge'), coolify, supabase])

/** The config that was printed, as netheal itself would read it. */
async function loaded(text: string) {
  const disk = {
    read: async () => new TextEncoder().encode(text),
    owner: () => Promise.reject(new Error('not asked for')),
  }
  return (await loadConfig({ flags: { config: '/printed' }, env: {}, disk })).config
}

describe('the proposal', () => {
  test('init proposes the containers that name the database; the others are listed, and left out', async () => {
    const asked: unknown[] = []
    const told = await initOn({
      world: hostOf(backend, worker, container('grafana')),
      mentions: { 'pms-backend': { environment: ['supabase-db'] }, [worker.name]: { command: ['supabase-db'] } },
      asked: (names, words) => asked.push([names.toSorted(), words]),
    })
    expect(told.code).toBe(0)
    expect(JSON.parse(told.out)).toEqual({
      attachments: [
        { containers: ['pms-backend', { coolify: 'pms-worker-v2' }], network: SUPABASE, resolve: ['supabase-db'] },
      ],
    })
    expect((await loaded(told.out)).attachments).toHaveLength(1)
    expect(told.err).toContain('Needs it   pms-backend: its environment names supabase-db; not attached\n')
    expect(told.err).toContain(`Needs it   ${worker.name}: its command names supabase-db; not attached\n`)
    expect(told.err).toContain('selected as the Coolify application pms-worker-v2')
    expect(told.err).toContain('No sign    grafana (a standalone container): left out\n')
    // Each is asked once, for words that are names.
    expect(asked).toEqual([[['grafana', 'pms-backend', worker.name].toSorted(), ['supabase-db', db.name]]])
  })

  test('init proposes all containers where nobody has evidence, and says so', async () => {
    const told = await initOn({ world: hostOf(backend, container('grafana')) })
    expect(told.code).toBe(0)
    expect(JSON.parse(told.out).attachments[0].containers).toEqual(['grafana', { coolify: UUID }])
    expect(told.err).toContain('No container shows a sign of needing the database, so all are proposed')
  })

  test('init proposes: no stack, nobody beside it: no config, and what to do', async () => {
    const none = await initOn({ world: world([backend], [coolify]) })
    expect([none.code, none.out]).toEqual([3, ''])
    expect(none.err).toContain('none of the 1 containers is called supabase-db')
    expect(none.err).toContain('netheal init --network NAME')
    const alone = await initOn({ world: hostOf() })
    expect([alone.code, alone.out]).toEqual([3, ''])
    expect(alone.err).toContain('Nobody')
  })

  test('init proposes: names of others cannot touch a terminal', async () => {
    const told = await initOn({ world: hostOf(container('a\u001b[2Jb')) })
    expect(told.err).toContain('a\\u001b[2Jb')
    expect(told.err + told.out).not.toContain('\u001b')
  })
})

describe('several stacks', () => {
  const other = network('otherstackotherstackothe')
  const db2 = container(`supabase-db-${other.name}`, {
    status: 'exited',
    labels: compose(other.name, 'supabase-db'),
    endpoints: [on(other)],
  })
  const both = world([db, db2, backend], [coolify, supabase, other])
  const mentions = { 'pms-backend': { environment: [db.name] } }

  test('init with several stacks: where nobody says which, they are listed, and how to choose', async () => {
    const told = await initOn({ world: both, mentions: { 'pms-backend': { environment: ['supabase-db'] } } })
    expect([told.code, told.out]).toEqual([3, ''])
    expect(told.err).toBe(
      [
        'Databases  found 2 Supabase stacks; choose one:',
        `           netheal init --network ${SUPABASE}`,
        `           ${db.name}, on network ${SUPABASE}`,
        '           for pms-backend (its environment names supabase-db)',
        `           netheal init --network ${other.name}`,
        `           ${db2.name} (exited), on network ${other.name}`,
        '           for pms-backend (its environment names supabase-db)',
        '',
      ].join('\n'),
    )
  })

  test('init with several stacks: each app is proposed for the stack whose names its environment holds', async () => {
    const billing = container('billing')
    const unsure = container('unsure')
    const world_ = world([db, db2, backend, billing, unsure], [coolify, supabase, other])
    const told = await initOn({
      world: world_,
      mentions: {
        'pms-backend': { environment: [db.name] },
        billing: { environment: ['supabase-db', db2.name] },
        unsure: { environment: ['supabase-db'] },
      },
    })
    expect(told.code).toBe(0)
    expect(JSON.parse(told.out).attachments).toEqual([
      { containers: [{ coolify: UUID }], network: SUPABASE, resolve: ['supabase-db'] },
      { containers: ['billing'], network: other.name, resolve: ['supabase-db'] },
    ])
    expect(told.err).toContain('unsure may need one of them, and nothing says which: left out')
    const chosen = await initOn(
      { world: world_, mentions: { 'pms-backend': { environment: [db.name] } } },
      { network: other.name },
    )
    expect(JSON.parse(chosen.out).attachments[0].containers).not.toContainEqual({ coolify: UUID })
  })

  test('init with several stacks: one is chosen by its network; a network that is not there has near names', async () => {
    const told = await initOn({ world: both, mentions }, { network: other.name })
    expect(told.code).toBe(0)
    expect(JSON.parse(told.out).attachments[0].network).toBe(other.name)
    await expect(initOn({ world: both }, { network: 'bccg' })).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining(SUPABASE),
    })
  })

  test('init with several stacks: a network without a database may be meant as well: nothing has to resolve then', async () => {
    const tools = network('tools')
    const told = await initOn(
      { world: world([container('x', { endpoints: [on(tools)] }), container('y')], [tools]) },
      { network: 'tools' },
    )
    expect(JSON.parse(told.out)).toEqual({ attachments: [{ containers: ['x'], network: 'tools' }] })
  })
})

describe("Coolify's proxy", () => {
  const [shop, blog] = [network('shop'), network('blog')]
  const managed = { 'coolify.managed': 'true' }
  const proxy = (...on_: Container['endpoints']) =>
    container('coolify-proxy', { labels: { 'coolify.proxy': 'true' }, networkMode: 'coolify', endpoints: on_ })
  const apps = [
    container('shop-app', { labels: managed, networkMode: 'shop', endpoints: [on(shop)] }),
    container('blog-app', { labels: managed, networkMode: 'blog', endpoints: [on(blog)] }),
  ]
  const ofProxy = { containers: ['coolify-proxy'], network: { ofEach: { label: managed } } }

  test("init proposes the rule of Coolify's proxy, says which networks it misses, and what labels would do", async () => {
    const told = await initOn({ world: world([proxy(on(coolify), on(blog)), ...apps], [coolify, shop, blog]) })
    expect([told.code, JSON.parse(told.out)]).toEqual([0, { attachments: [ofProxy] }])
    expect((await loaded(told.out)).attachments).toHaveLength(1)
    expect(told.err).toContain(
      "Proxy      coolify-proxy: it is missing from 1 of the 2 networks of Coolify's containers: shop; a rule keeps it on each\n",
    )
    expect(told.err).toContain('With "labels": {"networks": ["blog"]} in the config, whoever deploys can ask for it')
  })

  test('init proposes it beside the stack, and neither where Coolify has nothing but the proxy', async () => {
    const beside = await initOn({
      world: world([db, backend, proxy(on(coolify)), ...apps], [coolify, supabase, shop, blog]),
      mentions: { 'pms-backend': { environment: ['supabase-db'] } },
    })
    expect(JSON.parse(beside.out).attachments).toEqual([
      { containers: [{ coolify: UUID }], network: SUPABASE, resolve: ['supabase-db'] },
      ofProxy,
    ])
    const alone = await initOn({ world: world([proxy(on(coolify))], [coolify]) })
    expect([alone.code, alone.out]).toEqual([3, ''])
  })

  test('init does not propose it where a script is taken over: that is what the script does, and no more', async () => {
    await using files = await fakeRoot({ [OLD]: await script('pms_ensure_supabase_net.sh') })
    const seen = world([db, backend, proxy(on(coolify)), ...apps], [coolify, supabase, shop, blog])
    const told = await initOn({ world: seen, root: files.root }, { from: OLD })
    expect(told.out).not.toContain('ofEach')
  })
})

describe("the host's own automation", () => {
  test("init and the host's own automation: the old script: by file and line, and what to remove; who it connects needs the network", async () => {
    await using files = await fakeRoot({
      [OLD]: await script('pms_ensure_supabase_net.sh'),
      [ENTRY]: CRON_D,
      '/etc/cron.d/nightly': '0 3 * * * root docker restart pms-backend\n',
      '/etc/cron.d/all': '0 4 * * * root docker restart $(docker ps -q)\n',
      '/etc/cron.d/theirs': '0 5 * * * root docker restart grafana\n',
    })
    const told = await initOn({ world: hostOf(backend, container('grafana')), root: files.root })
    expect(JSON.parse(told.out).attachments[0].containers).toEqual([{ coolify: UUID }])
    expect(told.err).toContain(`Needs it   pms-backend: connected by ${OLD}:27; not attached\n`)
    expect(told.err).toContain(
      `Automation ${OLD}:27 connects pms-backend, pms-worker-v2, network ${SUPABASE} (*/2 * * * *, run by ${ENTRY}:1)\n`,
    )
    expect(told.err).toContain(`Automation ${OLD}:34 restarts pms-backend, pms-worker-v2`)
    expect(told.err).toContain(`To switch it off; each can be taken back:\n           sudo mv ${ENTRY} /root/\n`)
    expect(told.err).toContain('Check      /etc/cron.d/nightly:1 restarts pms-backend (0 3 * * *)\n')
    expect(told.err).toContain('Check      /etc/cron.d/all:1 restarts (0 4 * * *); unknown values: $(docker ps -q)\n')
    expect(told.err).not.toContain('theirs')
    expect(told.err).not.toContain('rm /etc/cron.d/nightly')
  })

  test("init and the host's own automation: where there is no stack, it says what a script is for", async () => {
    await using files = await fakeRoot({ [OLD]: await script('pms_ensure_supabase_net.sh'), [ENTRY]: CRON_D })
    const told = await initOn({ world: world([backend], [coolify]), root: files.root })
    expect(told.code).toBe(3)
    expect(told.err).toContain(`netheal init --from ${OLD}`)
  })

  test("init and the host's own automation: an engine elsewhere: nothing that runs here says anything about it", async () => {
    await using files = await fakeRoot({ [OLD]: await script('pms_ensure_supabase_net.sh'), [ENTRY]: CRON_D })
    const told = await initOn({
      world: hostOf(backend),
      root: files.root,
      env: { DOCKER_HOST: 'ssh://root@10.0.0.5' },
    })
    expect(told.err).not.toContain(OLD)
    expect(JSON.parse(told.out).docker).toEqual({ host: 'ssh://root@10.0.0.5' })
  })
})

describe('--from', () => {
  test('init --from takes network, containers and logs over from the old script', async () => {
    await using files = await fakeRoot({ [OLD]: await script('pms_ensure_supabase_net.sh'), [ENTRY]: CRON_D })
    const told = await initOn({ world: hostOf(backend, worker), root: files.root }, { from: OLD })
    expect(told.code).toBe(0)
    expect(JSON.parse(told.out)).toEqual({
      attachments: [
        { containers: ['pms-backend', { coolify: 'pms-worker-v2' }], network: SUPABASE, resolve: ['supabase-db'] },
      ],
    })
    expect(told.err).toContain('runs at */2 * * * *')
    expect(told.err).toContain('it restarts containers (line 34)')
    expect(told.err).toContain(
      'it writes to /var/log/pms_ensure_supabase_net.log, /var/log/pms_ensure_supabase_net.ok\n',
    )
    expect(told.err).toContain(`sudo mv ${ENTRY} /root/\n`)
  })

  test('init --from: a log directory of its own is kept, with what the service needs for it', async () => {
    await using files = await fakeRoot({ '/opt/attach.sh': await script('pms-network-attach.sh') })
    const told = await initOn({ world: hostOf(backend), root: files.root }, { from: '/opt/attach.sh' })
    expect(JSON.parse(told.out).log).toEqual({ directory: '/var/log/pms' })
    expect((await loaded(told.out)).log.directory).toBe('/var/log/pms')
    expect(told.err).toContain('LogsDirectory=pms')
    expect(told.err).toContain('this engine has no container pms-worker-v2 now')
  })

  test('init --from: what the script does not say is missing; --network says it', async () => {
    await using files = await fakeRoot({ '/opt/attach.sh': await script('attach-from-env.sh') })
    const on = { world: hostOf(backend), root: files.root }
    const told = await initOn(on, { from: '/opt/attach.sh' })
    expect([told.code, told.out]).toEqual([3, ''])
    expect(told.err).toContain('$SUPABASE_NETWORK (from /etc/pms/network.env')
    expect(told.err).toContain(
      'to write it yourself, into "attachments": {"containers":["pms-cron"],"network":"NETWORK"}',
    )
    expect(told.err).toContain('or name the network: the same command with --network NAME')
    expect(told.err).toContain('No line of /opt/attach.sh says which container belongs on which network.')
    const named = await initOn(on, { from: '/opt/attach.sh', network: SUPABASE })
    expect(named.code).toBe(0)
    expect(JSON.parse(named.out).attachments).toEqual([
      { containers: ['pms-cron'], network: SUPABASE, resolve: ['supabase-db'] },
    ])
  })

  const written = (...lines: readonly string[]) => fakeRoot({ '/opt/attach.sh': lines.join('\n') })

  test('init --from: a rule for each call that is whole, with its alias and address; what did not stand together stays apart', async () => {
    await using files = await written(
      'attach() { docker network connect "$1" "$2"; }',
      `attach ${SUPABASE} api`,
      'attach billing_net worker',
      `docker network connect --alias db --ip 10.0.0.5 ${SUPABASE} pg`,
      'docker network connect "$NET" lost',
    )
    const told = await initOn({ world: hostOf(backend), root: files.root }, { from: '/opt/attach.sh' })
    expect(told.code).toBe(0)
    expect(JSON.parse(told.out).attachments).toEqual([
      { containers: ['api'], network: SUPABASE, resolve: ['supabase-db'] },
      { containers: ['pg'], network: SUPABASE, resolve: ['supabase-db'], aliases: ['db'], ipv4: '10.0.0.5' },
      { containers: ['worker'], network: 'billing_net' },
    ])
    expect(told.err).toContain('Missing    /opt/attach.sh:5: the network is not known: $NET\n')
    expect((await loaded(told.out)).attachments).toHaveLength(3)
  })

  test('init --from: what is no name, or what config would refuse, is never proposed; nothing usable is said as such', async () => {
    await using files = await written('docker ps -q | xargs -I{} docker network connect net {}')
    const told = await initOn({ world: hostOf(backend), root: files.root }, { from: '/opt/attach.sh' })
    expect([told.code, told.out]).toEqual([3, ''])
    expect(told.err).toContain('the container is not known: $(docker ps -q)')
    expect(told.err).toContain('No line of /opt/attach.sh says which container belongs on which network.')
    await using others = await written(
      'docker network connect --alias a bridge one',
      'docker network connect --ip 224.0.0.9 net two',
      'docker network connect net three',
    )
    const refused = await initOn({ world: hostOf(backend), root: others.root }, { from: '/opt/attach.sh' })
    expect(JSON.parse(refused.out).attachments).toEqual([{ containers: ['three'], network: 'net' }])
    expect(refused.err).toContain(
      'Left out   netheal config would refuse it: {"containers":["one"],"network":"bridge","aliases":["a"]}\n',
    )
    expect(refused.err).toContain('No container can have that address.')
  })

  test("init --from: containers that hold the engine's socket are named", async () => {
    await using files = await written('docker network connect net three')
    const holders = [{ name: 'wt', image: 'containrrr/watchtower', schedule: [] }]
    const told = await initOn({ world: hostOf(backend), root: files.root, holders }, { from: '/opt/attach.sh' })
    expect(told.err).toContain("Check      wt (containrrr/watchtower) holds the engine's socket")
  })

  test('init --from: no such script', async () => {
    await expect(initOn({ world: hostOf() }, { from: '/opt/none.sh' })).rejects.toMatchObject({
      code: 'usage',
      message: '--from /opt/none.sh: there is no such script',
    })
  })
})

describe('the engine', () => {
  test("the engine of init comes from the flag and Docker's variables, and is a part of the proposal where it is not the default", async () => {
    const env = { DOCKER_HOST: 'tcp://10.0.0.1:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' }
    const told = await initOn({ world: hostOf(backend), env })
    expect(JSON.parse(told.out).docker).toEqual({
      host: 'tcp://10.0.0.1:2376',
      tls: { ca: '/certs/ca.pem', cert: '/certs/cert.pem', key: '/certs/key.pem' },
    })
    expect((await loaded(told.out)).docker.tls).toMatchObject({ ca: '/certs/ca.pem' })
    const flagged = await initOn({ world: hostOf(backend), env }, { dockerHost: 'unix:///run/proxy.sock' })
    expect(JSON.parse(flagged.out).docker).toEqual({ host: 'unix:///run/proxy.sock' })
    const plain = await initOn({ world: hostOf(backend), env: { DOCKER_HOST: 'unix:///run/docker.sock' } })
    expect(JSON.parse(plain.out).docker).toBeUndefined()
  })

  test('init and the engine: a wrong variable is said as the config would say it', async () => {
    await expect(initOn({ world: hostOf(), env: { DOCKER_HOST: 'localhost:2375' } })).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('DOCKER_HOST'),
    })
    await expect(initOn({ world: hostOf(), env: { NETHEAL_DOKER_HOST: 'x' } })).rejects.toMatchObject({
      code: 'config',
    })
  })
})

test('init --json: everything that was found, and nothing on stderr', async () => {
  await using files = await fakeRoot({ [OLD]: await script('pms_ensure_supabase_net.sh'), [ENTRY]: CRON_D })
  const told = await initOn({ world: hostOf(backend, container('grafana')), root: files.root }, { json: true })
  expect(told.err).toBe('')
  expect(JSON.parse(told.out)).toMatchObject({
    version: 1,
    stacks: [
      {
        network: SUPABASE,
        database: db.name,
        status: 'running',
        chosen: true,
        candidates: [
          {
            container: 'pms-backend',
            selector: { coolify: UUID },
            attached: false,
            evidence: [{ kind: 'script', text: `connected by ${OLD}:27` }],
            proposed: true,
          },
          { container: 'grafana', proposed: false, evidence: [] },
        ],
      },
    ],
    automation: {
      findings: [
        {
          file: OLD,
          line: 27,
          kind: 'connect',
          schedule: '*/2 * * * *',
          via: `${ENTRY}:1`,
          remove: [`sudo mv ${ENTRY} /root/`],
          fights: true,
        },
        { file: OLD, line: 34, kind: 'restart', fights: true },
      ],
      unread: [],
    },
    from: null,
    config: { attachments: [{ containers: [{ coolify: UUID }], network: SUPABASE }] },
    written: null,
  })
  const none = await initOn({ world: world([], []) }, { json: true })
  expect(JSON.parse(none.out)).toMatchObject({ version: 1, stacks: [], config: null, written: null })
  expect(none.code).toBe(3)
})
