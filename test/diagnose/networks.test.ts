// Diagnosis 1 (docs/design.md, "Diagnosis") with containers that really stand so: attached, detached, dead entries,
// names that resolve and names that do not.
import { afterEach, expect, test } from 'vitest'
import { networks } from '../../src/diagnose/networks/networks.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import type { Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'
import { type Asked, answerOf, findingOf, ruleFor, shortly } from './asked.ts'
import { imageWithout } from './bare-image.ts'

const ask = (asked: Asked) => answerOf(networks, realEngine().socketPath, asked)
/** What no network of Docker's knows is asked of nobody: without it each such name takes 5 s to be unknown. */
const noUplink = { create: { HostConfig: { Dns: ['127.0.0.1'] } } }
const gone: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const undo of gone.splice(0)) await undo()
})

/** A network with a database on it that answers to `supabase-db`. */
async function stack(box: Sandbox, aliases: readonly string[] = ['supabase-db']) {
  const network = await box.network('stack')
  const database = await box.container('database', { networks: [network.name], aliases })
  return { network, database }
}

describeReal('a container and its networks', () => {
  test('the networks of a container: attached, and the name resolves', async () => {
    await using box = sandbox()
    const { network } = await stack(box)
    const app = await box.container('app', { networks: [network.name] })
    const findings = await ask({ rules: [ruleFor([app.name], network.name, ['supabase-db'])] })
    expect(shortly(findings)).toEqual(['attached well', 'dns-resolves well'])
    const { NetworkSettings } = await app.handle.inspect()
    const endpoint = NetworkSettings.Networks[network.name]
    const [seen] = findingOf(findings, 'attached').evidence
    expect(seen).toContain(endpoint?.EndpointID.slice(0, 12))
    expect(seen).toContain(network.id.slice(0, 12))
    expect(seen).toContain(endpoint?.IPAddress)
  })

  test('the networks of a container: detached: what to do, by netheal, by hand, without a restart', async () => {
    await using box = sandbox()
    const { network, database } = await stack(box)
    const app = await box.container('app', noUplink)
    const findings = await ask({ rules: [ruleFor([app.name], network.name, ['supabase-db'])] })
    expect(shortly(findings)).toEqual(['detached wrong'])
    const { summary, evidence, remedy } = findingOf(findings, 'detached')
    expect(summary).toBe(`${app.name} is not attached to ${network.name}`)
    expect(evidence.join('\n')).toContain('supabase-db does not resolve inside it')
    expect(evidence.join('\n')).toContain(`members: ${database.name}`)
    const steps = remedy.join('\n')
    expect(steps).toContain('netheal once')
    expect(steps).toContain(`docker network connect ${network.name} ${app.name}`)
    expect(steps).not.toMatch(/docker restart/)
  })

  test('the networks of a container: the remedy by hand heals it, and nothing was restarted', async () => {
    await using box = sandbox()
    const { network } = await stack(box)
    const app = await box.container('app', noUplink)
    const rules = [ruleFor([app.name], network.name, ['supabase-db'])]
    const before = (await app.handle.inspect()).State.StartedAt
    const step = findingOf(await ask({ rules }), 'detached').remedy.find(r => r.startsWith('by hand'))
    expect(step).toContain(`docker network connect ${network.name} ${app.name}`)
    await network.handle.connect({ Container: app.id })
    expect(shortly(await ask({ rules }))).toEqual(['attached well', 'dns-resolves well'])
    expect((await app.handle.inspect()).State.StartedAt).toBe(before)
  })

  test('the networks of a container: attached, but the database was connected without its name', async () => {
    await using box = sandbox()
    const network = await box.network('stack')
    const labels = { 'com.docker.compose.project': 'p', 'com.docker.compose.service': 'supabase-db' }
    const database = await box.container('database', { networks: [network.name], labels })
    const app = await box.container('app', { networks: [network.name], ...noUplink })
    const findings = await ask({ rules: [ruleFor([app.name], network.name, ['supabase-db'])] })
    expect(shortly(findings)).toEqual(['attached well', 'dns-missing wrong'])
    const { summary, evidence, remedy } = findingOf(findings, 'dns-missing')
    expect(summary).toBe(`supabase-db does not resolve inside ${app.name}, although it is on ${network.name}`)
    expect(evidence).toContain(`${database.name} is on ${network.name}, but without the alias supabase-db`)
    expect(evidence.join('\n')).toContain(`on ${network.name}: ${database.name}`)
    expect(remedy.join('\n')).toContain(`docker network connect --alias supabase-db ${network.name} ${database.name}`)
  })

  test('the networks of a container: attached, but whoever has the name is stopped', async () => {
    await using box = sandbox()
    const { network, database } = await stack(box)
    const other = await box.container('rest', { networks: [network.name] })
    const app = await box.container('app', { networks: [network.name], ...noUplink })
    await database.handle.stop()
    const findings = await ask({ rules: [ruleFor([app.name], network.name, ['supabase-db'])] })
    expect(shortly(findings)).toEqual(['attached well', 'dns-missing wrong'])
    const { evidence, remedy } = findingOf(findings, 'dns-missing')
    expect(evidence.join('\n')).toContain(`${database.name} has the name supabase-db, but is exited`)
    expect(evidence.join('\n')).toContain(other.name)
    expect(remedy[0]).toContain(`docker start ${database.name}`)
  })

  test('the networks of a container: attached to one network while the database is on another', async () => {
    await using box = sandbox()
    const wrong = await box.network('wrong')
    await box.container('other', { networks: [wrong.name] })
    const right = await box.network('right')
    const name = box.uniqueName('supabase-db')
    await box.container('x', { name, networks: [right.name] })
    const app = await box.container('app', { networks: [wrong.name], ...noUplink })
    const findings = await ask({ rules: [ruleFor([app.name], wrong.name, [name])] })
    const { evidence, remedy } = findingOf(findings, 'dns-missing')
    expect(evidence.join('\n')).toContain(`${name} is running, and on ${right.name}, not on ${wrong.name}`)
    expect(remedy[0]).toContain(`"network": {"of": "${name}"}`)
  })

  test('the networks of a container: nobody is left on the network: said as the cause, beside the name that is gone', async () => {
    await using box = sandbox()
    const { network, database } = await stack(box)
    const app = await box.container('app', noUplink)
    await network.handle.connect({ Container: app.id })
    await database.handle.stop()
    const findings = await ask({ rules: [ruleFor([app.name], network.name, ['supabase-db'])] })
    expect(shortly(findings)).toEqual(['attached well', 'network-empty wrong', 'dns-missing wrong'])
    expect(findingOf(findings, 'network-empty').evidence.join('\n')).toContain(`${database.name} is on it, and exited`)
    expect(findings.map(f => f.subject)).toEqual([app.name, app.name, app.name])
  })

  test('the networks of a container: an image without getent and nslookup: unseen, never healthy', async () => {
    await using box = sandbox()
    const { network } = await stack(box)
    // A busybox whose timeout is left runs what has no link any more.
    const bare = await imageWithout(box.docker, ['getent', 'nslookup', 'timeout'])
    gone.push(bare.remove)
    const app = await box.container('app', { networks: [network.name], create: { Image: bare.name } })
    const findings = await ask({ rules: [ruleFor([app.name], network.name, ['supabase-db'])] })
    expect(shortly(findings)).toEqual(['attached well', 'dns-unproven unseen'])
    const { summary, remedy } = findingOf(findings, 'dns-unproven')
    expect(summary).toContain('the image has neither getent nor nslookup')
    expect(remedy[0]).toContain(`--network container:${app.name}`)
    await box.docker.getContainer(app.id).remove({ force: true })
  })

  test('the networks of a container: a dead entry: the network was made anew while the container was stopped', async () => {
    await using box = sandbox()
    const network = await box.network('stack')
    const app = await box.container('app', { networks: [network.name] })
    await app.handle.stop()
    await network.handle.remove()
    await box.network('stack', { name: network.name })
    const findings = await ask({ rules: [ruleFor([app.name], network.name)] })
    expect(shortly(findings).filter(s => !s.startsWith('network-empty'))).toEqual(['stale-entry wrong'])
    const { evidence, remedy } = findingOf(findings, 'stale-entry')
    expect(evidence).toContain('State.Status: exited')
    expect(remedy.join('\n')).toContain(
      `docker network disconnect -f ${network.name} ${app.name}, then docker network connect ${network.name} ${app.name}, then docker start ${app.name}`,
    )
  })

  test('the networks of a container: stopped, not yet started, missing: notes', async () => {
    await using box = sandbox()
    const { network } = await stack(box)
    const stopped = await box.container('stopped', { networks: [network.name] })
    await stopped.handle.stop()
    const created = await box.container('created', { networks: [network.name], start: false })
    const missing = box.uniqueName('missing')
    const findings = await ask({
      rules: [ruleFor([stopped.name, created.name, missing], network.name, ['supabase-db'])],
    })
    expect(findings.map(f => `${f.subject} ${f.code} ${f.verdict}`).toSorted()).toEqual(
      [
        `${stopped.name} container-stopped note`,
        `${created.name} attaches-at-start note`,
        `${missing} container-missing note`,
      ].toSorted(),
    )
  })

  test('the networks of a container: blocked: the network is not there, and the mode allows none', async () => {
    await using box = sandbox()
    const { network } = await stack(box)
    const app = await box.container('app')
    const host = await box.container('host', { networkMode: 'none' })
    const findings = await ask({
      rules: [ruleFor([app.name], `${network.name}x`), ruleFor([host.name], network.name, ['supabase-db'])],
    })
    expect(shortly(findings)).toEqual(['network-missing wrong', 'network-mode wrong'])
    expect(findings[0]?.remedy[0]).toContain(network.name)
  })
})

describeReal('a container that no rule speaks of', () => {
  /** A database as a Coolify service has it: on a network that is called like its project. */
  async function supabase(box: Sandbox) {
    const project = box.uniqueName('project')
    const network = await box.network('n', { name: project })
    const labels = { 'com.docker.compose.project': project, 'com.docker.compose.service': 'supabase-db' }
    const database = await box.container('supabase-db', { networks: [project], aliases: ['supabase-db'], labels })
    return { network, database }
  }

  test('a container that no rule names: its environment names the database, and it is not on the network', async () => {
    await using box = sandbox()
    const { network, database } = await supabase(box)
    const env = [`DATABASE_URL=postgres://u:secret-word@${database.name}:5432/x`]
    const app = await box.container('app', { env, ...noUplink })
    const findings = await ask({ named: app.name })
    expect(shortly(findings)).toEqual(['detached-without-rule wrong'])
    const { summary, evidence, remedy } = findingOf(findings, 'detached-without-rule')
    expect(summary).toBe(`${app.name} needs ${network.name}, but is not on it, and no rule asks for it`)
    expect(evidence[0]).toBe(`${app.name}: its environment names ${database.name}`)
    expect(evidence.join('\n')).toContain(`${database.name} does not resolve inside it`)
    expect(remedy[0]).toContain(`{"containers":["${app.name}"],"network":"${network.name}","resolve":["supabase-db"]}`)
    expect(JSON.stringify(findings)).not.toContain('secret-word')
  })

  test('a container that no rule names: it is on the network: kept by nobody, and its name resolves', async () => {
    await using box = sandbox()
    const { network } = await supabase(box)
    const app = await box.container('app', { networks: [network.name] })
    const findings = await ask({ named: app.name })
    expect(shortly(findings)).toEqual(['attached-without-rule note', 'dns-resolves well'])
  })

  test('a container that no rule names: nothing says that it needs one', async () => {
    await using box = sandbox()
    await supabase(box)
    const app = await box.container('app')
    expect(shortly(await ask({ named: app.name }))).toEqual(['no-rule note'])
  })

  test('a container that no rule names: a member of the stack itself that was taken off its network', async () => {
    await using box = sandbox()
    const { network, database } = await supabase(box)
    expect(shortly(await ask({ named: database.name }))).toEqual(['attached well'])
    const other = await box.network('other')
    await other.handle.connect({ Container: database.id })
    await network.handle.disconnect({ Container: database.id })
    await until(async () => !(await box.networksOf(database.id)).includes(network.name), { what: 'the detach' })
    const findings = await ask({ named: database.name })
    expect(shortly(findings)).toEqual(['detached-without-rule wrong'])
    expect(findings[0]?.summary).toContain(`not on ${network.name}, the network that it was made on`)
    expect(findings[0]?.remedy.join('\n')).toContain(
      `docker network connect --alias supabase-db ${network.name} ${database.name}`,
    )
  })
})
