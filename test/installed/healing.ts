/** The daemon: it heals, and what each signal that is documented does to it. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { type Call, jsonOf } from './call.ts'
import { APP, CONNECT, type Host, NETWORK, onHost, type Ran, WORKER } from './host.ts'

const onlyApp = { attachments: [{ containers: [APP], network: NETWORK }] }

/** Each line of the daemon's own log is JSON, and the last one says that it stopped; nothing went to stderr. */
function endedWell({ out, err }: Ran): void {
  const lines = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as { level: string; msg: string })
  expect(
    lines.every(line => line.level !== 'error'),
    out,
  ).toBe(true)
  expect([lines.at(-1)?.msg, err]).toEqual(['stopped', ''])
}

async function healed({ simulator }: Host, name: string): Promise<void> {
  await simulator.until(() => simulator.isAttached(name, NETWORK))
}

export const HEALING: readonly Call[] = [
  {
    title: 'run heals what is lost, at its start and later, is called netheal, and SIGTERM ends it',
    argv: onHost('run', '--json'),
    code: 0,
    async during(netheal, host) {
      await healed(host, APP)
      await healed(host, WORKER)
      await netheal.says('"attached"', 2)
      await host.simulator.disconnect(NETWORK, APP)
      await healed(host, APP)
      await netheal.says('"attached"', 3)
      expect(jsonOf(await host.run(onHost('status', '--json')))).toMatchObject({
        healer: { alive: true, mode: 'daemon' },
      })
      const { stdout } = await promisify(execFile)('ps', ['-o', 'comm=', '-o', 'args=', '-p', String(netheal.pid)])
      expect(stdout).toMatch(/^netheal +netheal run --json --config /)
      netheal.kill('SIGTERM')
    },
    holds(ran, host) {
      endedWell(ran)
      expect(host.read('log/current.log')).toContain(`FIXING: ${APP} not attached to ${NETWORK} (cause: explicit)`)
      expect(host.read('log/heartbeat.log')).toContain('Daily heartbeat')
    },
  },
  {
    title: 'SIGINT ends run too, after the connect in hand',
    argv: onHost('run'),
    code: 0,
    before: host => host.configure(onlyApp),
    async during(netheal, { simulator }) {
      const { promise, resolve } = Promise.withResolvers<void>()
      simulator.faults.before(CONNECT, () => promise)
      await simulator.until(() => simulator.calls.writesTo(CONNECT).length === 1)
      netheal.kill('SIGINT')
      resolve()
    },
    holds(ran, host) {
      endedWell(ran)
      expect(host.read('log/current.log')).toContain(`SUCCESS: Connected ${APP} to ${NETWORK}`)
    },
  },
  {
    title: 'a second SIGTERM ends run at once, with a connect that never answers',
    argv: onHost('run'),
    code: 0,
    before: host => host.configure({ ...onlyApp, docker: { timeout: '5m' } }),
    async during(netheal, { simulator }) {
      simulator.faults.hang({ route: CONNECT })
      await simulator.until(() => simulator.calls.writesTo(CONNECT).length === 1)
      netheal.kill('SIGTERM')
      netheal.kill('SIGINT')
    },
    holds(_ran, host) {
      expect(host.read('log/current.log')).toContain(`ACTION: Connecting ${APP} to ${NETWORK}...`)
    },
  },
  {
    title: 'SIGHUP makes run take a new config, and keep the old one when the new one is bad',
    argv: onHost('run'),
    code: 0,
    before: host => host.configure(onlyApp),
    async during(netheal, host) {
      await healed(host, APP)
      await netheal.says('"attached"')
      host.configure({ attachments: [] })
      netheal.kill('SIGHUP')
      await netheal.says('config not reloaded; the old one stays in effect')
      host.configure()
      netheal.kill('SIGHUP')
      await netheal.says('config reloaded')
      await healed(host, WORKER)
      netheal.kill('SIGTERM')
    },
    holds(_ran, host) {
      expect(host.isHealed()).toBe(true)
    },
  },
  {
    title: 'SIGTERM makes once end after the connect in hand',
    argv: onHost('once'),
    code: 0,
    before: host => host.configure(onlyApp),
    async during(netheal, { simulator }) {
      const { promise, resolve } = Promise.withResolvers<void>()
      simulator.faults.before(CONNECT, () => promise)
      await simulator.until(() => simulator.calls.writesTo(CONNECT).length === 1)
      netheal.kill('SIGTERM')
      resolve()
    },
    holds(_ran, host) {
      expect(host.read('log/current.log')).toContain(`SUCCESS: Connected ${APP} to ${NETWORK}`)
    },
  },
]
