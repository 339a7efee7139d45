// A job that really runs, again and again, and really restarts a container: its entry is named as the likely culprit, by the
// rhythm that the engine's own events show; one that runs too seldom is not.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { automation } from '../../src/diagnose/automation/automation.ts'
import { openEngine } from '../../src/docker/engine.ts'
import { scanHost } from '../../src/host/scan.ts'
import { type FakeRoot, fakeRoot } from '../host/fake-root.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { answerOf, findingOf } from './asked.ts'

const SCRIPT = '/usr/local/bin/pms-ensure-network.sh'

/** Runs the script as a timer would, with a stand-in for Docker's command line, until it is disposed. */
async function running({ root }: FakeRoot, socketPath: string): Promise<AsyncDisposable> {
  const bin = join(root, 'bin')
  await mkdir(bin)
  const request = `require('node:http').request({ socketPath: ${JSON.stringify(socketPath)}, method: 'POST', path: '/containers/' + process.argv[3] + '/restart?t=0' }, answer => answer.resume()).end()`
  await writeFile(join(bin, 'docker.cjs'), request)
  await writeFile(join(bin, 'docker'), `#!/bin/sh\nexec '${process.execPath}' '${join(bin, 'docker.cjs')}' "$@"\n`, {
    mode: 0o755,
  })
  const timer: ChildProcess = spawn('sh', ['-c', `while :; do sh '${join(root, SCRIPT)}'; sleep 1; done`], {
    env: { PATH: `${bin}:${process.env.PATH}` },
    stdio: 'ignore',
    detached: true,
  })
  const ended = once(timer, 'exit')
  return {
    async [Symbol.asyncDispose]() {
      // The shell, and whatever it is running just now.
      if (timer.pid !== undefined) process.kill(-timer.pid, 'SIGKILL')
      await ended
    },
  }
}

describeReal('a job that restarts a container every second', () => {
  test('a job that restarts a container every second is the likely culprit; one of each night is not', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox()
    const { name } = await box.container('pms-backend')
    await using host = await fakeRoot({
      [SCRIPT]: `#!/bin/sh\n# Ensures the network, and restarts for DNS.\nCONTAINER=${name}\ndocker restart "$CONTAINER"\n`,
      '/etc/systemd/system/pms-ensure-network.service': `[Service]\nType=oneshot\nExecStart=${SCRIPT}\n`,
      '/etc/systemd/system/pms-ensure-network.timer': '[Timer]\nOnUnitActiveSec=1s\nAccuracySec=1ms\n',
      '/etc/cron.d/a-nightly': `0 3 * * * root docker restart ${name}\n`,
    })
    const { socketPath } = realEngine()
    const found = await scanHost(host.root)
    const ask = () => answerOf(automation, socketPath, { named: name, automation: found })
    const before = await ask()
    expect(before.map(f => f.code)).toEqual(['automation-restarts', 'automation-restarts'])
    expect(before.some(f => f.summary.includes('culprit'))).toBe(false)

    await using _timer = await running(host, socketPath)
    const [first, second] = await until(
      async () => {
        const findings = await ask()
        return findings[0]?.summary.includes('culprit') ? findings : null
      },
      { what: 'the culprit', deadline: 60_000, every: 250 },
    )
    expect(first).toMatchObject({ code: 'automation-restarts', verdict: 'wrong', subject: SCRIPT })
    expect(first?.summary).toMatch(
      new RegExp(`^pms-ensure-network\\.timer restarts ${name}: the likely culprit, its rhythm fits`),
    )
    expect(first?.evidence[0]).toBe(
      `${SCRIPT}:4 restarts ${name} (OnUnitActiveSec=1s, AccuracySec=1ms, run by pms-ensure-network.timer)`,
    )
    expect(first?.remedy[0]).toBe('sudo systemctl disable --now pms-ensure-network.timer')
    expect(second?.subject).toBe('/etc/cron.d/a-nightly')
    expect(second?.summary).not.toContain('culprit')
    expect(second?.evidence.join('\n')).toMatch(/does not fit: it runs every ~24 h only/)
    expect(second?.verdict).toBe('note')
    // Read, and nothing else: the script is as it was.
    expect(await readFile(join(host.root, SCRIPT), 'utf8')).toContain('# Ensures the network')
  })

  test('a job that nobody runs is found all the same, with nothing that it fits', async () => {
    await using box = sandbox()
    const { name } = await box.container('pms-backend')
    await using host = await fakeRoot({ '/etc/cron.d/x': `*/2 * * * * root docker restart ${name}\n` })
    const found = await answerOf(automation, realEngine().socketPath, {
      named: name,
      automation: await scanHost(host.root),
    })
    const { evidence } = findingOf(found, 'automation-restarts')
    expect(evidence.filter(e => /fit/.test(e))).toEqual([])
  })

  test("a container that holds the engine's socket is told by its mounts, with its schedule and nothing else of its environment", async () => {
    await using box = sandbox()
    const { socketPath } = realEngine()
    const env = ['WATCHTOWER_POLL_INTERVAL=300', 'TOKEN=s3cret']
    const create = { Env: env, HostConfig: { Binds: [`${socketPath}:/var/run/docker.sock`] } }
    const { name } = await box.container('keeper', { create })
    const plain = await box.container('plain')
    using engine = openEngine({ host: `unix://${socketPath}`, tls: null, timeout: 10_000 })
    const holders = await engine.socketHolders(new AbortController().signal)
    expect(holders).toContainEqual({ name, image: box.image, schedule: ['WATCHTOWER_POLL_INTERVAL=300'] })
    expect(holders.map(h => h.name)).not.toContain(plain.name)
  })
})
