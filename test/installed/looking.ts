/** The calls that show what is now, and change nothing: check, status, diagnose, config. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { type Call, jsonOf } from './call.ts'
import { APP, type Host, NETWORK, onHost, WORKER } from './host.ts'

const heal = (host: Host): Promise<void> => host.heal()
const both = [
  { container: APP, network: NETWORK },
  { container: WORKER, network: NETWORK },
]

const CHECK: readonly Call[] = [
  {
    title: 'check names what is lost, and changes nothing',
    argv: onHost('check'),
    code: 3,
    holds({ out }, host) {
      for (const name of [APP, WORKER]) expect(out).toContain(`${name} not attached to ${NETWORK}`)
      expect(host.isHealed()).toBe(false)
    },
  },
  {
    title: 'check --json has the plan',
    argv: onHost('check', '--json'),
    code: 3,
    holds(ran) {
      expect(jsonOf(ran)).toMatchObject({
        version: 1,
        inSync: false,
        actions: both.map(it => ({ kind: 'attach', ...it })),
      })
    },
  },
  {
    title: 'check on a healed host is 0',
    argv: onHost('check', '--json'),
    code: 0,
    before: heal,
    holds(ran) {
      expect(jsonOf(ran)).toMatchObject({ inSync: true, actions: [], satisfied: both })
    },
  },
  {
    title: 'an engine that is away is 4, in words',
    argv: ['check', '-c', '@/config.json', '--docker-host', 'unix://@/nowhere.sock'],
    code: 4,
    holds({ out, err }) {
      expect(out).toBe('')
      expect(err).toMatch(/^netheal: no engine at unix:\/\/.*\/nowhere\.sock/)
    },
  },
]

const STATUS: readonly Call[] = [
  {
    title: 'the common flags are taken before the command as well',
    argv: ['--config', '@/config.json', '--docker-host', 'unix://@/engine.sock', '--json', 'status', '--live'],
    code: 0,
    before: heal,
    holds(ran) {
      expect(jsonOf(ran)).toMatchObject({ version: 1, attachments: both.map(it => ({ ...it, state: 'attached' })) })
    },
  },
  {
    title: 'status shows both attachments',
    argv: onHost('status'),
    code: 0,
    before: heal,
    holds({ out }) {
      for (const name of [APP, WORKER]) expect(out).toMatch(new RegExp(`^attached +${name} +${NETWORK}`, 'm'))
    },
  },
  {
    title: 'status --json has the healer and the attachments',
    argv: onHost('status', '--json'),
    code: 0,
    before: heal,
    holds(ran) {
      const attachments = both.map(it => ({ ...it, state: 'attached' }))
      expect(jsonOf(ran)).toMatchObject({
        version: 1,
        healer: { alive: true, mode: 'once' },
        attachments,
        paused: null,
      })
    },
  },
  {
    title: 'status without any healer is 5',
    argv: onHost('status', '--json'),
    code: 5,
    holds(ran) {
      expect(jsonOf(ran)).toMatchObject({ healer: { alive: false, lastPassAt: null } })
    },
  },
  {
    title: 'status --live sees what was lost since the last pass: 3',
    argv: onHost('status', '--live', '--json'),
    code: 3,
    async before(host) {
      await host.heal()
      await host.simulator.disconnect(NETWORK, WORKER)
    },
    holds(ran) {
      const states = [
        { container: APP, state: 'attached' },
        { container: WORKER, state: 'detached' },
      ]
      expect(jsonOf(ran).attachments).toMatchObject(states)
    },
  },
  {
    title: 'status --watch --json prints a line for each change, until SIGINT',
    argv: onHost('status', '--watch', '--json'),
    code: 0,
    before: heal,
    async during(netheal, host) {
      await netheal.says('\n')
      await host.run(onHost('pause', '30m'))
      await netheal.says('"paused":"')
      netheal.kill('SIGINT')
    },
    holds({ out }) {
      const lines = out.trimEnd().split('\n')
      const paused = lines.map(line => (JSON.parse(line) as { paused: string | null }).paused)
      expect([paused.at(0), typeof paused.at(-1)]).toEqual([null, 'string'])
    },
  },
  {
    title: 'status --watch draws on a terminal, and leaves the screen as it was',
    argv: onHost('status', '--watch'),
    code: 0,
    onTerminal: true,
    before: heal,
    async during(netheal) {
      await netheal.says(WORKER)
      netheal.kill('SIGTERM')
    },
    holds({ out }) {
      expect(out.startsWith('\u001b[?1049h')).toBe(true)
      expect(out.split('\u001b[?1049l').at(-1)).toContain(APP)
    },
  },
]

const DIAGNOSE: readonly Call[] = [
  {
    title: 'diagnose names what is lost: 3',
    argv: onHost('diagnose', '--json'),
    code: 3,
    holds(ran) {
      const { well, findings } = jsonOf(ran)
      expect(well).toBe(false)
      const wrong = { topic: 'networks', verdict: 'wrong' }
      expect(findings).toEqual(expect.arrayContaining([expect.objectContaining({ ...wrong, subject: APP })]))
    },
  },
  {
    title: 'diagnose of one container, well',
    argv: onHost('diagnose', APP),
    code: 0,
    before: heal,
    holds({ out }) {
      expect(out).toMatch(new RegExp(`^OK +networks +${APP} is on ${NETWORK}`, 'm'))
      expect(out).not.toContain(WORKER)
    },
  },
  {
    title: 'diagnose --bundle packs what a bug report needs',
    argv: onHost('diagnose', '--bundle', '@/bundle.tar.gz'),
    code: 0,
    before: heal,
    async holds({ err }, host) {
      const bundle = host.at('bundle.tar.gz')
      expect(err).toContain(bundle)
      const { stdout: names } = await promisify(execFile)('tar', ['-tzf', bundle])
      for (const part of ['diagnosis', 'versions', 'config', 'state', '.log']) expect(names).toContain(part)
    },
  },
]

const CONFIG: readonly Call[] = [
  {
    title: 'config shows each value with where it came from',
    argv: onHost('config'),
    code: 0,
    holds({ out }, host) {
      expect(out).toMatch(new RegExp(`^attachments\\[0\\]\\.network +"${NETWORK}" +file$`, 'm'))
      expect(out).toMatch(new RegExp(`^docker\\.host +"unix://${host.at('engine.sock')}" +flag --docker-host$`, 'm'))
      expect(out).toMatch(/^log\.keep +5 +default$/m)
    },
  },
  {
    title: 'config --json',
    argv: onHost('config', '--json'),
    code: 0,
    holds(ran, host) {
      expect(jsonOf(ran)).toMatchObject({ version: 1, file: host.at('config.json'), config: { http: { hosts: [] } } })
    },
  },
  {
    title: 'config takes NETHEAL_CONFIG, DOCKER_HOST and a value from the environment',
    argv: ['config'],
    env: { NETHEAL_CONFIG: '@/config.json', DOCKER_HOST: 'unix://@/engine.sock', NETHEAL_LOG_FORMAT: 'json' },
    code: 0,
    holds({ out }, host) {
      expect(out.startsWith(`${host.at('config.json')}\n`)).toBe(true)
      expect(out).toMatch(new RegExp(`^docker\\.host +"unix://${host.at('engine.sock')}" +.*DOCKER_HOST$`, 'm'))
      expect(out).toMatch(/^log\.format +"json" +.*NETHEAL_LOG_FORMAT$/m)
    },
  },
  {
    title: 'config names every mistake at once: 2',
    argv: onHost('config'),
    code: 2,
    before: host => host.configure({ log: { directori: '/tmp' }, loop: { detaches: 'many' } }),
    holds({ out, err }) {
      expect(out).toBe('')
      for (const mistake of ['log.directori', 'loop.detaches']) expect(err).toContain(mistake)
    },
  },
  {
    title: 'config takes the example that the package brings',
    argv: ['config', '--config', '@/example.json', '--json'],
    code: 0,
    before(host) {
      const example = host.installed.file('usr/share/doc/netheal/examples/config.example.json')
      host.write('example.json', readFileSync(example, 'utf8'))
    },
    holds(ran) {
      expect(jsonOf(ran)).toMatchObject({ config: { attachments: [{ network: NETWORK }] } })
    },
  },
]

export const LOOKING: readonly Call[] = [...CHECK, ...STATUS, ...DIAGNOSE, ...CONFIG]
