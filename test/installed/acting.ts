/** The calls that do something: once, init, pause, resume, notify-test, and the demo, which does all of it. */
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { type Call, jsonOf } from './call.ts'
import { APP, CONNECT, NETWORK, onHost, WORKER } from './host.ts'

const OLD_SCRIPT = fileURLToPath(new URL('../fixtures/scripts/pms_ensure_supabase_net.sh', import.meta.url))

const ONCE: readonly Call[] = [
  {
    title: 'once heals both, prints what it did, and writes it down',
    argv: onHost('once'),
    code: 0,
    holds({ out }, host) {
      expect(host.isHealed()).toBe(true)
      for (const name of [APP, WORKER]) {
        expect(out).toContain(`FIXING: ${name} not attached to ${NETWORK}`)
        expect(out).toMatch(new RegExp(`SUCCESS: Connected ${name} to ${NETWORK} in [\\d.]+ m?s`))
        expect(out).toContain(`SUCCESS: ${name} resolves supabase-db`)
      }
      expect(host.read('log/current.log')).toBe(out)
      expect(host.read('log/heartbeat.log')).toMatch(/ (OK|DEGRADED): Daily heartbeat - /)
      expect(JSON.parse(host.read('state/state.json'))).toMatchObject({ version: expect.any(Number) })
    },
  },
  {
    title: 'once on a healed host prints nothing',
    argv: onHost('once'),
    code: 0,
    before: host => host.heal(),
    holds: ({ out, err }) => expect([out, err]).toEqual(['', '']),
  },
  {
    title: 'once --json has what it did',
    argv: onHost('once', '--json'),
    code: 0,
    holds(ran, host) {
      expect(jsonOf(ran)).toMatchObject({ version: 1, outcomes: [{ container: APP }, { container: WORKER }] })
      expect(host.isHealed()).toBe(true)
    },
  },
  {
    title: 'once with an engine that refuses is 3, and says why',
    argv: onHost('once'),
    code: 3,
    before(host) {
      host.simulator.faults.fail({ route: CONNECT, status: 500, message: 'no available IPv4 addresses' })
    },
    holds({ out }, host) {
      expect(host.isHealed()).toBe(false)
      expect(out).toMatch(/FAILED: .*no available IPv4 addresses/)
    },
  },
]

const INIT: readonly Call[] = [
  {
    title: 'init proposes a config on stdout, and gives its reasons on stderr',
    argv: ['init', '--config', '@/new.json', '--docker-host', 'unix://@/engine.sock'],
    code: 0,
    holds(ran) {
      // Both are Coolify's, and their names change with each deploy.
      const coolify = { coolify: expect.stringMatching(/^[a-z0-9]{24}$/) }
      const rules = jsonOf(ran) as { readonly attachments: readonly unknown[] }
      expect(rules.attachments[0]).toMatchObject({ containers: [coolify, coolify], network: NETWORK })
      expect(ran.err).toContain('supabase-db')
    },
  },
  {
    title: 'init --json has the stacks, and why each container is proposed',
    argv: onHost('init', '--json', '--network', NETWORK),
    code: 0,
    before: host => host.heal(),
    holds(ran) {
      const candidates = expect.arrayContaining([expect.objectContaining({ container: APP, proposed: true })])
      expect(jsonOf(ran)).toMatchObject({ version: 1, stacks: [{ network: NETWORK, chosen: true, candidates }] })
    },
  },
  {
    title: 'init --from --write takes over from the old script, and its config is in force',
    argv: [
      ...['init', '--from', OLD_SCRIPT, '--write', '--config', '@/new.json'],
      ...['--docker-host', 'unix://@/engine.sock'],
    ],
    code: 0,
    async holds(_ran, host) {
      expect(JSON.parse(host.read('new.json'))).toMatchObject({
        attachments: [{ containers: [APP, WORKER], network: NETWORK }],
      })
      const checked = await host.run(['check', '--config', '@/new.json', '--json'])
      expect(jsonOf(checked)).toMatchObject({ actions: [{ container: APP }, { container: WORKER }] })
    },
  },
  {
    title: 'init where there is no stack writes nothing: 3',
    argv: ['init', '--write', '--config', '@/new.json', '--docker-host', 'unix://@/engine.sock'],
    code: 3,
    async before({ simulator }) {
      for (const name of [...simulator.engine.containers.keys()]) await simulator.removeContainer(name, true)
    },
    holds(_ran, host) {
      expect(() => host.read('new.json')).toThrow('ENOENT')
    },
  },
]

const PAUSE: readonly Call[] = [
  {
    title: 'pause keeps once from healing, and status says until when and why',
    argv: onHost('pause', '30m', '--reason', 'moving the database'),
    code: 0,
    async holds({ out }, host) {
      expect(out).toMatch(/^paused until \d{4}-/)
      expect((await host.run(onHost('once'))).code).toBe(3)
      expect(host.isHealed()).toBe(false)
      expect((await host.run(onHost('status'))).out).toContain('moving the database')
    },
  },
  {
    title: 'pause --json has its end',
    argv: onHost('pause', '30m', '--json'),
    code: 0,
    holds(ran) {
      expect(jsonOf(ran)).toEqual({ version: 1, paused: expect.stringMatching(/^\d{4}-.*Z$/) })
    },
  },
  {
    title: 'resume ends a pause',
    argv: onHost('resume', '--json'),
    code: 0,
    before: async host => void (await host.run(onHost('pause', '30m'))),
    async holds(ran, host) {
      expect(jsonOf(ran)).toEqual({ version: 1, paused: null })
      await host.heal()
      expect(host.isHealed()).toBe(true)
    },
  },
]

/** A command that keeps what it is given. */
const TARGET = { format: 'command', name: 'pager', command: ['/bin/sh', '-c', 'cat >"$0"'] }

const NOTIFY: readonly Call[] = [
  {
    title: 'notify-test reaches the target that is named',
    argv: onHost('notify-test', 'pager', '--json'),
    code: 0,
    before: host => host.configure({ notify: [{ ...TARGET, command: [...TARGET.command, host.at('told.json')] }] }),
    holds(ran, host) {
      expect(jsonOf(ran)).toMatchObject({ version: 1, targets: [{ target: 'pager', delivered: true }] })
      expect(JSON.parse(host.read('told.json'))).toMatchObject({ title: expect.stringContaining('test') })
    },
  },
  {
    title: 'notify-test without any target is 3, and says how to add one',
    argv: onHost('notify-test'),
    code: 3,
    holds: ({ out }) => expect(out).toContain('"notify": ['),
  },
]

const DEMO: readonly Call[] = [
  {
    title: 'demo ends with every claim held',
    argv: ['demo'],
    code: 0,
    holds({ out }) {
      expect(out).toMatch(/All \d+ claims hold/)
      expect(out).toContain('LOOP: ')
    },
  },
  {
    title: 'demo --json has every claim and the log',
    argv: ['demo', '--json'],
    code: 0,
    holds(ran) {
      const { ok, claims, log } = jsonOf(ran) as { ok: boolean; claims: { holds: boolean }[]; log: string[] }
      expect(ok).toBe(true)
      expect([claims.length > 5, claims.every(it => it.holds), log.length > 10]).toEqual([true, true, true])
    },
  },
]

export const ACTING: readonly Call[] = [...ONCE, ...INIT, ...PAUSE, ...NOTIFY, ...DEMO]
