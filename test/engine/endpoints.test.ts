/** What an attachment looks like: its aliases, its address, and whose default route it leaves alone. */
import { expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import type { Sandbox } from '../support/sandbox.ts'
import { configFor, detach, estate, isAttached, keepsGateway, ownPrefix, redeploy } from './estate.ts'
import { install } from './installation.ts'

/** The address that a name has inside the container; null where it has none. */
async function addressOf(box: Sandbox, inside: string, name: string): Promise<string | null> {
  const { output, exitCode } = await box.exec(inside, ['nslookup', name])
  return exitCode === 0 ? ([...output.matchAll(/^Address(?: 1)?: +([0-9.]+)/gm)].at(-1)?.[1] ?? null) : null
}

async function defaultRoute(box: Sandbox, inside: string): Promise<string> {
  const { output } = await box.exec(inside, ['ip', 'route'])
  return output
    .split('\n')
    .filter(line => line.startsWith('default'))
    .join()
}

describeReal('aliases', () => {
  test('aliases are kept after a detach and after a replacement', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { stack, database } = host
    await stack.handle.connect({ Container: host.backend.id, EndpointConfig: { Aliases: ['api'] } })
    await using netheal = await install(realEngine(), configFor(host))
    expect((await netheal.once()).code).toBe(0)
    await detach(stack, host.backend)
    expect(await addressOf(box, database.id, 'api')).toBe(null)
    expect((await netheal.once()).answer.actions).toMatchObject([{ aliases: ['api'] }])
    expect(await addressOf(box, database.id, 'api')).not.toBe(null)

    const backend = await redeploy(host, host.backend)
    expect((await netheal.once()).answer.actions).toMatchObject([{ container: backend.name, aliases: ['api'] }])
    const { NetworkSettings } = await backend.handle.inspect()
    expect(await addressOf(box, database.id, 'api')).toBe(NetworkSettings.Networks[stack.name]?.IPAddress)
  })

  test('aliases that another member answers to are left out, with a warning', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, database, stack } = host
    const aliases = ['api', 'supabase-db']
    await using netheal = await install(realEngine(), configFor(host, { containers: [backend.name], aliases }))
    const { code, answer } = await netheal.once()
    expect(answer.actions).toMatchObject([{ aliases: ['api'] }])
    const warning = `${backend.name} gets no alias supabase-db on ${stack.name}: ${database.name} already has that name`
    expect(answer.actions[0]?.warnings.join()).toContain(warning)
    expect((await netheal.logged('WARNING')).join()).toContain(warning)
    expect(code).toBe(0)
    expect(await addressOf(box, database.id, 'api')).not.toBe(null)
    const { NetworkSettings } = await database.handle.inspect()
    expect(await addressOf(box, backend.id, 'supabase-db')).toBe(NetworkSettings.Networks[stack.name]?.IPAddress)
  })
})

describeReal('a fixed address', () => {
  test('a fixed address is given, and given again after a replacement', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const prefix = ownPrefix(box)
    const stack = await box.network('fixed', { subnet: `${prefix}.0/24` })
    const ipv4 = `${prefix}.77`
    const attachments = [{ containers: [host.backend.name], network: stack.name, ipv4 }]
    await using netheal = await install(realEngine(), { attachments })
    expect((await netheal.once()).code).toBe(0)
    const backend = await redeploy(host, host.backend)
    expect((await netheal.once()).code).toBe(0)
    const { NetworkSettings } = await backend.handle.inspect()
    expect(NetworkSettings.Networks[stack.name]?.IPAddress).toBe(ipv4)
  })

  test('a fixed address that somebody has already is blocked, and it is said who; given once it is free', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const prefix = ownPrefix(box)
    const stack = await box.network('fixed', { subnet: `${prefix}.0/24` })
    const ipv4 = `${prefix}.77`
    await stack.handle.connect({ Container: host.worker.id, EndpointConfig: { IPAMConfig: { IPv4Address: ipv4 } } })
    const attachments = [{ containers: [host.backend.name], network: stack.name, ipv4 }]
    await using netheal = await install(realEngine(), { attachments })
    const hint = `${host.worker.name} has ${ipv4}: give one of the two another address`
    const { code, answer } = await netheal.once()
    expect(answer.blocked).toMatchObject([{ container: host.backend.name, reason: 'address-taken', hint }])
    expect(code).toBe(3)
    expect((await netheal.command('check')).stdout).toContain(hint)
    await detach(stack, host.worker)
    expect((await netheal.once()).code).toBe(0)
    expect(await isAttached(stack, host.backend)).toBe(true)
  })

  test('a fixed address of another subnet is blocked, not tried', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const prefix = ownPrefix(box)
    const stack = await box.network('fixed', { subnet: `${prefix}.0/24` })
    const attachments = [{ containers: [host.backend.name], network: stack.name, ipv4: '192.0.2.77' }]
    await using netheal = await install(realEngine(), { attachments })
    const { code, answer } = await netheal.once()
    expect(answer.blocked).toMatchObject([{ reason: 'address-outside' }])
    expect([code, await netheal.logged('FAILED')]).toEqual([3, []])
  })

  test('a network that is only a template is blocked, not tried', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const template = box.uniqueName('template')
    const { id } = await box.docker.createNetwork({ Name: template, ConfigOnly: true } as { Name: string })
    await using _ = { [Symbol.asyncDispose]: () => box.docker.getNetwork(id).remove() }
    await using netheal = await install(realEngine(), {
      attachments: [{ containers: [host.backend.name], network: template }],
    })
    const { code, answer } = await netheal.once()
    expect(answer.blocked).toMatchObject([{ reason: 'config-only' }])
    expect([code, await netheal.logged('FAILED')]).toEqual([3, []])
  })
})

describeReal('what an endpoint had', () => {
  test('what an endpoint had is given back after a detach: fixed and link-local addresses, options, priority', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const prefix = ownPrefix(box)
    const stack = await box.network('fixed', { subnet: `${prefix}.0/24` })
    const { backend } = host
    const asked = {
      IPAMConfig: { IPv4Address: `${prefix}.77`, LinkLocalIPs: ['169.254.7.7'] },
      // Any engine keeps an option that it does not know.
      DriverOpts: { 'org.example.note': 'kept' },
      ...(keepsGateway() ? { GwPriority: 5 } : {}),
    }
    await stack.handle.connect({ Container: backend.id, EndpointConfig: asked })
    const seen = async () => {
      const entry = (await backend.handle.inspect()).NetworkSettings.Networks[stack.name]
      const { IPAMConfig, DriverOpts, GwPriority } = entry as unknown as typeof asked
      return { IPAMConfig, DriverOpts, GwPriority }
    }
    const before = await seen()
    expect(before).toMatchObject(asked)
    await using netheal = await install(realEngine(), {
      attachments: [{ containers: [backend.name], network: stack.name }],
    })
    expect((await netheal.once()).code).toBe(0)
    await detach(stack, backend)
    expect((await netheal.once()).code).toBe(0)
    expect(await seen()).toEqual(before)
  })

  test('what an endpoint had is given back where it can be: an address that was taken meanwhile is said', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const prefix = ownPrefix(box)
    const stack = await box.network('fixed', { subnet: `${prefix}.0/24` })
    const { backend, worker } = host
    const fixed = { IPAMConfig: { IPv4Address: `${prefix}.77` } }
    await stack.handle.connect({ Container: backend.id, EndpointConfig: fixed })
    await using netheal = await install(realEngine(), {
      attachments: [{ containers: [backend.name], network: stack.name }],
    })
    expect((await netheal.once()).code).toBe(0)
    await detach(stack, backend)
    await stack.handle.connect({ Container: worker.id, EndpointConfig: fixed })
    const { code, answer } = await netheal.once()
    expect(code).toBe(0)
    expect(answer.actions[0]?.warnings.join()).toContain(`${worker.name} has ${prefix}.77`)
    expect(await isAttached(stack, backend)).toBe(true)
  })
})

describeReal('drift', () => {
  test('drift is said by check, by once and by diagnose, and repaired where the rule says so', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const prefix = ownPrefix(box)
    const stack = await box.network('fixed', { subnet: `${prefix}.0/24` })
    const { backend } = host
    await stack.handle.connect({
      Container: backend.id,
      EndpointConfig: { IPAMConfig: { IPv4Address: `${prefix}.33` } },
    })
    const rule = { containers: [backend.name], network: stack.name, ipv4: `${prefix}.77`, aliases: ['api'] }
    await using netheal = await install(realEngine(), { attachments: [rule] })
    const words = `${backend.name} is on ${stack.name}, but has ${prefix}.33 instead of ${prefix}.77`
    expect((await netheal.command('check')).stdout.replace(/\s+/g, ' ')).toContain(words)
    expect((await netheal.once()).code).toBe(0)
    expect((await netheal.once()).code).toBe(0)
    expect(await netheal.logged('WARNING')).toHaveLength(1)
    const aliasToo = `${words} and does not answer to api on ${stack.name}`
    expect((await netheal.command('diagnose', backend.name)).stdout.replace(/\s+/g, ' ')).toContain(aliasToo)

    await netheal.configure({ attachments: [{ ...rule, drift: 'repair' }] })
    const { code, answer } = await netheal.once()
    expect([code, answer.outcomes]).toMatchObject([0, [{ kind: 'verified' }]])
    const entry = (await backend.handle.inspect()).NetworkSettings.Networks[stack.name]
    expect([entry?.IPAddress, entry?.Aliases?.includes('api')]).toEqual([`${prefix}.77`, true])
    expect((await netheal.once()).answer.actions).toEqual([])
  })
})

describeReal('a container that runs without the network that it was made on', () => {
  test('a container that runs without the network that it was made on is a warning, and the remedy mends it', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, coolify, stack } = host
    await using netheal = await install(realEngine(), configFor(host, { containers: [backend.name] }))
    expect((await netheal.once()).code).toBe(0)
    await detach(coolify, backend)
    const words = `${backend.name} runs without ${coolify.name}, the network that it was made on`
    const remedy = `docker network connect ${coolify.name} ${backend.name}`
    for (const command of [['check'], ['diagnose', backend.name]]) {
      const { stdout } = await netheal.command(...command)
      const text = stdout.replace(/\s+/g, ' ')
      expect([text.includes(words), text.includes(remedy)]).toEqual([true, true])
    }
    expect((await netheal.once()).code).toBe(0)
    expect((await netheal.logged('WARNING')).filter(line => line.includes(words))).toHaveLength(1)

    await coolify.handle.connect({ Container: backend.id })
    expect((await netheal.command('check')).stdout).not.toContain(words)
    expect(await isAttached(stack, backend)).toBe(true)
  })
})

describeReal('the default route', () => {
  test('the default route stays where it is from API 1.48 on; before, it moves and that is said', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack, coolify } = host
    const route = () => defaultRoute(box, backend.id)
    const before = await route()
    const stays = keepsGateway()
    const moves = `the default route of ${backend.name} moves from ${coolify.name} to ${stack.name}`
    await using netheal = await install(realEngine(), configFor(host, { containers: [backend.name] }))

    const said = (await netheal.command('check')).stdout.includes(moves)
    expect(said).toBe(!stays)
    expect((await netheal.once()).code).toBe(0)
    const logged = (await netheal.logged('WARNING')).some(line => line.includes(moves))
    expect(logged).toBe(!stays)
    const after = await route()
    if (stays) expect(after).toBe(before)
    else expect(after).not.toBe(before)

    // Also when it has been taken off and put back, and for what was attached before its start.
    await detach(stack, backend)
    expect(await route()).toBe(before)
    expect((await netheal.once()).code).toBe(0)
    expect((await route()) === before).toBe(stays)
  })

  test('the default route of a container that was attached before its start stays as well from API 1.48 on', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const fresh = await box.container('fresh', { networks: [host.coolify.name], start: false })
    await using netheal = await install(realEngine(), configFor(host, { containers: [fresh.name] }))
    expect((await netheal.once()).code).toBe(0)
    await fresh.handle.start()
    expect(await isAttached(host.stack, fresh)).toBe(true)
    const { NetworkSettings } = await fresh.handle.inspect()
    const route = await defaultRoute(box, fresh.id)
    const holder = keepsGateway() ? host.coolify : host.stack
    expect(route).toContain(`default via ${NetworkSettings.Networks[holder.name]?.Gateway} `)
  })

  test('the default route and a port that the engine chose move to a network with IPv6 or one that sorts first, and that is said', async () => {
    await using box = sandbox()
    const prefix = ownPrefix(box)
    const home = await box.network('home')
    const stack = await box.network('first', { subnet: `${prefix}.0/24`, subnet6: 'fd00:5:77::/64' })
    const member = await box.container('member', { networks: [stack.name] })
    const create = { HostConfig: { PortBindings: { '8080/tcp': [{ HostPort: '' }] } } }
    const app = await box.container('app', { networks: [home.name], create })
    const before = await defaultRoute(box, app.id)
    await using netheal = await install(realEngine(), {
      attachments: [{ containers: [app.name], network: stack.name, resolve: [member.name] }],
    })
    const words = `the default route of ${app.name} moves from ${home.name} to ${stack.name}`
    const said = (await netheal.command('check')).stdout.replace(/\s+/g, ' ')
    expect(said).toContain(words)
    expect(said).toContain('its published port, which the engine chooses, changes with it')
    expect((await netheal.once()).code).toBe(0)
    expect(await defaultRoute(box, app.id)).not.toBe(before)
  })
})
