// Diagnosis 2 (docs/design.md, "Diagnosis") with containers that really went through it: replaced, restarted from
// outside, crashing, unable to start.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { EMPTY_STATE } from '../../src/core/state.ts'
import { restarts } from '../../src/diagnose/restarts/restarts.ts'
import type { Finding } from '../../src/diagnose/rules/finding.ts'
import { coolifyFiles } from '../../src/host/coolify-files.ts'
import { startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import type { ContainerOptions, Sandbox, SandboxContainer } from '../support/sandbox.ts'
import { until } from '../support/until.ts'
import { type Asked, answerOf, findingOf, ruleFor, shortly } from './asked.ts'
import { imageWithout } from './bare-image.ts'
import { journalOfLog } from './engine-log.ts'

const ask = (asked: Asked): Promise<readonly Finding[]> => answerOf(restarts, realEngine().socketPath, asked)
const about = (container: SandboxContainer, more: Asked = {}) => ask({ named: container.name, ...more })

/** An engine may tell of an event a moment after it has answered the call that made it. */
const eventually = (container: SandboxContainer, code: string, more: Asked = {}): Promise<readonly Finding[]> =>
  until(
    async () => {
      const findings = await about(container, more)
      return findings.some(f => f.code === code) ? findings : null
    },
    { what: `${code} of ${container.name}` },
  )

const gone: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of gone.splice(0)) await undo()
})

const UUID = 'vgsco4owkko4ws4kk8sg0wcc'

function composeLabels(project: string, over: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    'com.docker.compose.project': project,
    'com.docker.compose.service': 'web',
    'com.docker.compose.container-number': '1',
    'com.docker.compose.oneoff': 'False',
    ...over,
  }
}

/**
 * As compose recreates a container: made under a temporary name, the old one removed, renamed, started
 * (docs/coolify.md, "What compose does").
 */
async function recreate(box: Sandbox, old: SandboxContainer, options: ContainerOptions): Promise<SandboxContainer> {
  const made = await box.container('x', { ...options, name: `${old.id.slice(0, 12)}_${old.name}`, start: false })
  await old.handle.remove({ force: true })
  await made.handle.rename({ name: old.name })
  await made.handle.start()
  return { ...made, name: old.name }
}

const rowsOf = (finding: Finding): readonly string[] =>
  finding.evidence.filter(e => /: yes;/.test(e)).map(e => e.replace(/ \(CASE [AB]\).*/, ''))

describeReal('case A: replaced by a deploy', () => {
  test('replaced by a deploy (case A): a compose recreate with another image', async () => {
    await using box = sandbox()
    const labels = composeLabels(box.uniqueName('project'))
    const old = await box.container('web', { labels })
    const image = await imageWithout(box.docker, [])
    gone.push(image.remove)
    const made = await recreate(box, old, { labels, create: { Image: image.name } })
    const findings = await eventually(made, 'replaced-by-deploy')
    expect(shortly(findings)).toEqual(['never-restarted well', 'replaced-by-deploy note'])
    const { summary, evidence } = findingOf(findings, 'replaced-by-deploy')
    expect(summary).toContain(`created by docker compose, ${made.id.slice(0, 12)} instead of ${old.id.slice(0, 12)}`)
    expect(summary).toContain(`-> ${image.name}`)
    expect(rowsOf(findingOf(findings, 'replaced-by-deploy'))).toEqual([
      'Container ID changed between startups',
      'Image tag changed in compose',
    ])
    expect(evidence.join('\n')).toMatch(/Container ID same, FinishedAt set \(CASE B\): no;/)
    await made.handle.remove({ force: true })
  })

  test("replaced by a deploy (case A): Coolify's rolling update: two containers, and the files that it rendered", async () => {
    await using box = sandbox()
    const root = mkdtempSync(join(tmpdir(), 'netheal-rendered-'))
    gone.push(() => rmSync(root, { recursive: true, force: true }))
    const id = String(Math.floor(Math.random() * 1e9))
    const labels = {
      'coolify.managed': 'true',
      'coolify.type': 'application',
      'coolify.applicationId': id,
      'coolify.resourceName': `pms-${id}`,
      'coolify.pullRequestId': '0',
    }
    const of = (name: string) => ({
      name,
      labels: { ...composeLabels(UUID, { 'com.docker.compose.service': name }), ...labels },
    })
    const first = `${UUID}-${'1'.repeat(12)}`
    const second = `${UUID}-${'2'.repeat(12)}`
    const old = await box.container('x', of(first))
    const made = await box.container('x', of(second))
    const file = `/data/coolify/applications/${UUID}/docker-compose.yaml`
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), '')
    const at = Date.parse((await made.handle.inspect()).Created) / 1000 - 60
    utimesSync(join(root, file), at, at)
    const findings = await about(made, { files: coolifyFiles({ root, pidFile: '/run/docker.pid' }) })
    expect(shortly(findings)).toEqual(['never-restarted well', 'replaced-by-deploy note'])
    expect(findingOf(findings, 'replaced-by-deploy').summary).toContain('created by a deploy or restart in Coolify')
    expect(rowsOf(findingOf(findings, 'replaced-by-deploy'))).toEqual([
      'Container ID changed between startups',
      'Rendered compose/env mtime matches startup',
      'Two container IDs in docker ps -a',
    ])
    // By the name of the resource both are asked about; the old one replaced nobody.
    const both = await ask({ named: `pms-${id}` })
    expect(both.map(f => `${f.subject} ${f.code}`).toSorted()).toEqual([
      `${old.name} never-restarted`,
      `${made.name} never-restarted`,
      `${made.name} replaced-by-deploy`,
    ])
  })

  test('replaced by a deploy (case A): again and again within a minute: a redeploy loop', async () => {
    await using box = sandbox()
    const labels = composeLabels(box.uniqueName('project'))
    let app = await box.container('web', { labels })
    for (let i = 0; i < 5; i++) app = await recreate(box, app, { labels })
    const findings = await eventually(app, 'redeploy-loop')
    expect(shortly(findings)).toEqual(['never-restarted well', 'replaced-by-deploy note', 'redeploy-loop wrong'])
    expect(findingOf(findings, 'redeploy-loop').summary).toContain('was replaced 5 times within ')
  })

  test('replaced by a deploy (case A): a deploy that was rolled back', async () => {
    await using box = sandbox()
    const labels = composeLabels(box.uniqueName('project'))
    const old = await box.container('web', { labels })
    const failed = await box.container('web', { labels })
    await failed.handle.remove({ force: true })
    const findings = await eventually(old, 'deploy-rolled-back')
    expect(shortly(findings)).toEqual(['never-restarted well', 'deploy-rolled-back note'])
    expect(findingOf(findings, 'deploy-rolled-back').evidence[0]).toContain(failed.id.slice(0, 12))
  })
})

describeReal('case B: restarted by the host', () => {
  test.for<readonly [string, (c: SandboxContainer) => Promise<unknown>]>([
    ['docker restart', c => c.handle.restart()],
    ['docker stop and docker start', c => c.handle.stop().then(() => c.handle.start())],
  ])('restarted by the host (case B): %s, three times', async ([, again]) => {
    await using box = sandbox()
    const app = await box.container('app', { restartPolicy: 'unless-stopped' })
    for (let i = 0; i < 3; i++) await again(app)
    const findings = await eventually(app, 'restarted-by-host')
    expect(shortly(findings)).toEqual(['restarted-by-host wrong'])
    const { summary, remedy } = findingOf(findings, 'restarted-by-host')
    expect(summary).toContain('is stopped and started from outside 3 times, every ')
    expect(rowsOf(findingOf(findings, 'restarted-by-host'))).toEqual(
      ['Container ID same, FinishedAt set', 'StartedAt changes regularly'].map(row => expect.stringContaining(row)),
    )
    const steps = remedy.join('\n')
    expect(steps).toContain('netheal init --from SCRIPT')
    expect(steps).toContain("docker inspect -f '{{.State.StartedAt}}'")
  })

  test('restarted by the host (case B): its own engine says so: a stop that did not obey', async ({ skip }) => {
    const { dataRoot } = realEngine()
    if (dataRoot === null) return skip('where this engine writes its log is not known')
    await using box = sandbox()
    const app = await box.container('app', { cmd: ['sleep', '1000'], restartPolicy: 'unless-stopped' })
    await app.handle.restart({ t: 1 })
    const findings = await about(app, { journal: journalOfLog(join(dirname(dataRoot), 'dockerd.log')) })
    expect(shortly(findings)).toEqual(['restarted-once note'])
    expect(rowsOf(findingOf(findings, 'restarted-once'))).toContain('Daemon journal shows "manually stopped"')
  })

  test('restarted by the host (case B): once: a note, and no alarm', async () => {
    await using box = sandbox()
    const app = await box.container('app')
    await app.handle.restart()
    const findings = await about(app)
    expect(shortly(findings)).toEqual(['restarted-once note'])
  })

  test('restarted by the host (case B): by netheal itself', async () => {
    await using box = sandbox()
    const app = await box.container('app')
    const asked = Date.now()
    await app.handle.restart()
    const state = { ...EMPTY_STATE, restarts: { [`name/${app.name}`]: [asked] } }
    expect(shortly(await about(app, { state }))).toEqual(['restarted-by-netheal note'])
  })

  test('restarted by the host (case B): without a journal this is said, and without an answer from it as well', async () => {
    await using box = sandbox()
    const app = await box.container('app')
    expect(shortly(await about(app, { journal: null }))).toEqual(['never-restarted well'])
    await app.handle.restart()
    expect(shortly(await about(app, { journal: null }))).toEqual(['restarted-once note', 'journal-unseen unseen'])
    const blind = { read: async () => ({ kind: 'unseen', why: 'there is no journalctl' }) as const }
    const findings = await about(app, { journal: blind })
    expect(findingOf(findings, 'journal-unseen').summary).toContain('there is no journalctl')
  })
})

describeReal('neither: it ends by itself, or cannot start', () => {
  test('restarts of neither case: a crash loop', async () => {
    await using box = sandbox()
    const app = await box.container('app', { cmd: ['sh', '-c', 'exit 3'], restartPolicy: 'always' })
    await until(async () => (await app.handle.inspect()).RestartCount >= 2, { what: 'two crashes', deadline: 30_000 })
    const findings = await about(app)
    expect(shortly(findings)).toEqual(['crash-loop wrong'])
    const { summary, evidence, remedy } = findingOf(findings, 'crash-loop')
    expect(summary).toContain('exits by itself again and again')
    expect(evidence.join('\n')).toContain('it was not stopped from outside')
    expect(remedy[0]).toContain(`docker logs --tail 100 ${app.name}`)
  })

  test('restarts of neither case: a crash without a restart policy, and a start by hand: no stop from outside', async () => {
    await using box = sandbox()
    const cmd = ['sh', '-c', 'test -f /ran && exec sleep 1000; touch /ran; exit 137']
    const app = await box.container('app', { cmd })
    await app.handle.wait()
    expect(shortly(await eventually(app, 'ended-by-itself'))).toEqual(['ended-by-itself wrong'])
    await app.handle.start()
    const findings = await eventually(app, 'started-after-end')
    expect(shortly(findings)).toEqual(['started-after-end note'])
    expect(findings[0]?.summary).toContain('exited by itself once in the last hour')
    expect(findings[0]?.summary).toContain('exit code 137')
  })

  test('restarts of neither case: it ended by itself, and nothing starts it again', async () => {
    await using box = sandbox()
    const app = await box.container('app', { cmd: ['sh', '-c', 'exit 3'] })
    await app.handle.wait()
    const findings = await about(app)
    expect(shortly(findings)).toEqual(['ended-by-itself wrong'])
    expect(findingOf(findings, 'ended-by-itself').summary).toContain('exit code 3')
  })

  test.for<readonly [string, (c: SandboxContainer) => Promise<unknown>]>([
    ['docker stop', c => c.handle.stop()],
    ['docker kill', c => c.handle.kill().then(() => c.handle.wait())],
  ])('restarts of neither case: stopped by hand: %s', async ([, stop]) => {
    await using box = sandbox()
    const app = await box.container('app')
    await stop(app)
    const findings = await eventually(app, 'stopped')
    expect(shortly(findings)).toEqual(['stopped note'])
    expect(findings[0]?.summary).toContain('it was stopped from outside')
  })

  test('restarts of neither case: a start that failed because its network was made anew', async () => {
    await using box = sandbox()
    const network = await box.network('stack')
    const app = await box.container('app', { networks: [network.name], restartPolicy: 'unless-stopped' })
    await app.handle.stop()
    await network.handle.remove()
    await expect(app.handle.start()).rejects.toThrow(/not found/)
    const without = findingOf(await about(app), 'start-failed-network')
    expect(without.evidence.join('\n')).toContain('there is no network of that name now')
    const anew = await box.network('stack', { name: network.name })
    await expect(app.handle.start()).rejects.toThrow(/not found/)
    const findings = await about(app)
    expect(shortly(findings)).toEqual(['start-failed-network wrong'])
    const { evidence, remedy } = findingOf(findings, 'start-failed-network')
    expect(evidence.join('\n')).toContain(network.id)
    expect(evidence.join('\n')).toContain(`the present one is ${anew.id.slice(0, 12)}`)
    expect(remedy.join('\n')).toContain(
      `docker network disconnect -f ${network.name} ${app.name}, then docker network connect ${network.name} ${app.name}, then docker start ${app.name}`,
    )
    // And so it does.
    await anew.handle.disconnect({ Container: app.name, Force: true })
    await anew.handle.connect({ Container: app.id })
    await app.handle.start()
    expect(shortly(await about(app)).filter(s => s.includes('wrong'))).toEqual([])
  })

  test('restarts of neither case: a start that failed for another reason', async () => {
    await using box = sandbox()
    const app = await box.container('app', { cmd: ['/there/is/none'], start: false })
    await expect(app.handle.start()).rejects.toThrow()
    const findings = await about(app)
    expect(shortly(findings)).toEqual(['start-failed wrong'])
    expect(findings[0]?.evidence[0]).toContain('/there/is/none')
  })

  test('restarts of neither case: unhealthy by its own check', async () => {
    await using box = sandbox()
    const Healthcheck = { Test: ['CMD', 'false'], Interval: 100_000_000, Timeout: 5_000_000_000, Retries: 1 }
    const app = await box.container('app', { create: { Healthcheck } })
    await until(async () => (await app.handle.inspect()).State.Health?.Status === 'unhealthy', {
      what: 'the check to fail',
      deadline: 30_000,
    })
    expect(shortly(await about(app))).toEqual(['never-restarted well', 'unhealthy wrong'])
  })

  test('restarts of neither case: a rule for a container that is not there has nothing to tell', async () => {
    await using box = sandbox()
    const network = await box.network('stack')
    expect(await ask({ rules: [ruleFor([box.uniqueName('missing')], network.name)] })).toEqual([])
  })
})

describePrivateEngine('the engine itself was restarted', () => {
  test('the engine was restarted: all containers with it: no case of either, by its pid file, by its log, by the others', async () => {
    await using engine = await startPrivateEngine()
    await using box = sandbox(engine)
    const app = await box.container('app', { restartPolicy: 'unless-stopped' })
    const others = [
      await box.container('b', { restartPolicy: 'unless-stopped' }),
      await box.container('c', { restartPolicy: 'always' }),
    ]
    await engine.restart()
    const all = [app, ...others]
    await until(async () => (await Promise.all(all.map(c => c.handle.inspect()))).every(c => c.State.Running), {
      what: 'all of them to run again',
      deadline: 30_000,
    })
    const told = (more: Asked) => answerOf(restarts, engine.socketPath, { named: app.name, ...more })
    const files = coolifyFiles({ root: '/', pidFile: join(dirname(engine.socketPath), 'docker.pid') })
    const journal = journalOfLog(join(dirname(engine.socketPath), 'dockerd.log'))
    for (const more of [{}, { files }, { journal }, { files, journal }]) {
      const findings = await told(more)
      expect(shortly(findings)).toEqual(['restarted-with-engine note'])
    }
    for (const other of others) await other.handle.remove({ force: true })
    expect(shortly(await told({}))).toEqual(['restarted-with-engine note'])
    await app.handle.restart()
    expect(shortly(await told({ files, journal }))).toEqual(['restarted-once note'])
  }, 120_000)
})
