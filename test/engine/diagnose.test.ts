/**
 * A host with five things wrong at once, on a real engine: a job of the host restarts the backend again and again, the
 * worker was taken off its network, its application is degraded, the database lacks what its probe asks for, and the app's
 * readiness says no. One command names all five, each cause before its effects.
 */
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/cli/clock.ts'
import { diagnose } from '../../src/cli/diagnose/diagnose.ts'
import type { ProcessIo } from '../../src/cli/process-io.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { detach, type Estate, estate, isAttached } from './estate.ts'
import { type Installation, install } from './installation.ts'

const BUILD = { version: '0.1.0', commit: 'test', runtime: `Node ${process.version}` }

/** What the application of the worker logs when it starts without its database (runbook, "Expected Logs"). */
const DEGRADED = [
  'Started server process [1]',
  'Database connection failed after 30 attempts (60.1s).',
  'Last error: gaierror: Temporary failure in name resolution.',
  'App will start in DEGRADED MODE (DB unavailable).',
  'Background reconnection will retry every 30s.',
]

interface Finding {
  readonly topic: string
  readonly code: string
  readonly verdict: string
  readonly subject: string | null
  readonly summary: string
  readonly evidence: readonly string[]
  readonly remedy: readonly string[]
  readonly causes: readonly { readonly code: string; readonly subject: string | null }[]
}

function listOf(numbers: readonly number[]): string {
  return [...new Set(numbers)].map(n => String(n).padStart(2, '0')).join(',')
}

/** A tree that stands for the host, with the job of the runbook's case B in it, which ran at these times. */
async function hostTree(folder: string, { backend, stack }: Estate, times: readonly Date[]): Promise<string> {
  const files = {
    'etc/systemd/system/pms-ensure.service': '[Service]\nExecStart=/usr/local/bin/pms_ensure_supabase_net.sh\n',
    'etc/systemd/system/pms-ensure.timer': `[Timer]\nOnCalendar=*:${listOf(times.map(t => t.getMinutes()))}:${listOf(times.map(t => t.getSeconds()))}\n`,
    'usr/local/bin/pms_ensure_supabase_net.sh': [
      '#!/bin/bash',
      `docker network connect ${stack.name} ${backend.name} 2>/dev/null || true`,
      `docker restart ${backend.name}`,
      '',
    ].join('\n'),
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text, { mode: 0o755 })
  }
  return join(folder, 'usr/local/bin/pms_ensure_supabase_net.sh')
}

/** Runs the command in this process, on a tree that stands for the host; everything else is real. */
async function diagnosed(netheal: Installation, root: string, ...flags: readonly string[]) {
  const said = { out: '', err: '' }
  const never = new AbortController().signal
  const terminal = { isTerminal: false, color: false }
  const host: ProcessIo = {
    env: netheal.env,
    pid: process.pid,
    out: text => {
      said.out += text
    },
    err: text => {
      said.err += text
    },
    stdout: terminal,
    stderr: terminal,
    signals: { stop: never, abort: never, onReload: () => undefined },
  }
  const json = flags.includes('--json')
  // A 503 in the first minute of a container is for waiting, not for finding causes.
  const clock = systemClock()
  const later = { ...clock, now: () => clock.now() + 180_000 }
  const code = await diagnose(host, undefined, { json }, BUILD, {
    ...{ root, journalctl: '/no/journalctl', systemctl: null, clock: later },
  })
  return { code, ...said }
}

describeReal('five things wrong at once', () => {
  test('five things wrong at once: all five are named, each cause before its effects', {
    timeout: 180_000,
  }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, worker, stack, database } = host
    const folder = await mkdtemp(join(tmpdir(), 'netheal-host-'))
    const server = createServer((_, response) => {
      response.writeHead(503, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ status: 'degraded', components: { db: { status: 'down', error: 'no pool' } } }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const { port } = server.address() as AddressInfo
      const ready = `http://127.0.0.1:${port}/health/ready`
      const probe = { name: 'sync-logs', container: database.name, command: ['echo', '7'], expect: '0' }
      await using netheal = await install(realEngine(), {
        attachments: [{ containers: [backend.name, worker.name], network: stack.name, resolve: ['supabase-db'] }],
        diagnose: { readiness: ready, probes: [probe] },
      })
      // Four times what the script does whenever its timer runs it, and netheal looks in between.
      await netheal.once()
      const restarted: Date[] = []
      for (let round = 0; round < 4; round++) {
        restarted.push(new Date())
        await backend.handle.restart()
        await netheal.once()
      }
      const script = await hostTree(folder, host, restarted)
      // The worker's application logs what it logs without a database, and the network is taken from it.
      await box.docker.getContainer(worker.id).remove({ force: true })
      const log = `${DEGRADED.map(line => `echo '${line}'`).join('; ')}; exec sleep 100000`
      const degraded = await box.container('app', {
        name: worker.name,
        networks: [host.coolify.name, stack.name],
        cmd: ['sh', '-c', log],
        create: { HostConfig: { Dns: ['127.0.0.1'] } },
      })
      await netheal.once()
      await detach(stack, degraded)
      expect(await isAttached(stack, degraded)).toBe(false)

      // The engine of these tests may have come up a moment ago, and what starts then starts with it: that is another story.
      const stateFile = join(netheal.folder, 'state', 'state.json')
      const state = await readFile(stateFile, 'utf8')
      expect(state).toContain('"engineStarts"')
      await writeFile(stateFile, state.replace(/"engineStarts":\s*\[[^\]]*\]/, '"engineStarts":[]'))
      const { code, out } = await diagnosed(netheal, folder, '--json')
      const { findings } = JSON.parse(out) as { findings: readonly Finding[] }
      const wrong = findings.filter(f => f.verdict === 'wrong')
      const at = (code: string, subject?: string): number =>
        wrong.findIndex(f => f.code === code && (subject === undefined || f.subject === subject))
      const place = (...of: Parameters<typeof at>): number => {
        expect(wrong.map(f => `${f.code} ${f.subject}`)).toContain(`${of[0]} ${wrong[at(...of)]?.subject}`)
        return at(...of)
      }
      expect(code).toBe(3)
      // 1: who restarts the backend comes before that it is restarted.
      expect(place('automation-restarts')).toBeLessThan(place('restart-loop', backend.name))
      expect(place('automation-restarts')).toBeLessThan(place('restarted-by-host', backend.name))
      expect(wrong[at('automation-restarts')]?.evidence.join('\n')).toContain(
        '/usr/local/bin/pms_ensure_supabase_net.sh:3',
      )
      expect(wrong[at('restarted-by-host')]?.causes).toEqual([expect.objectContaining({ code: 'automation-restarts' })])
      // The row of the runbook's table that only a host can answer.
      expect(wrong[at('restarted-by-host')]?.evidence.join('\n')).toMatch(
        /Host timer service found with restart \(CASE B\): yes; \S*\/usr\/local\/bin\/pms_ensure_supabase_net\.sh:3/,
      )
      // 2 and 3: the worker's network comes before what its application says.
      expect(place('detached', worker.name)).toBeLessThan(place('degraded', worker.name))
      expect(wrong[at('degraded')]?.causes[0]).toMatchObject({ code: 'detached', subject: worker.name })
      // 4 and 5: the answer of the app's readiness has its cause in the network, the database's answer stands by itself.
      expect(place('detached', worker.name)).toBeLessThan(place('not-ready', ready))
      expect(wrong[place('probe-failed')]).toMatchObject({ topic: 'database' })
      // Every one says what to do.
      expect(wrong.filter(f => f.remedy.length === 0).map(f => f.code)).toEqual([])

      const text = (await diagnosed(netheal, folder)).out
      expect(text).toMatch(/^\d+ things are wrong, the first cause: /)
      // Another look, a moment later: rhythms and durations in the words may differ, what is wrong may not.
      const told = text.split('\n').filter(line => /^ *\d+ WRONG /.test(line))
      const topics = told.map(line => /WRONG +(\w+)/.exec(line)?.[1] ?? '')
      expect(topics.sort()).toEqual(wrong.map(f => f.topic).sort())
      for (const name of [backend.name, worker.name, ready]) expect(told.join('\n')).toContain(name)
      // And nothing was changed.
      expect(await isAttached(stack, degraded)).toBe(false)
      expect(await readFile(script, 'utf8')).toContain('docker restart')
    } finally {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
