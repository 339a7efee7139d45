/** Which containers a rule means, and which network: by glob, label, compose service, Coolify resource, or its database. */
import { expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { estate, isAttached } from './estate.ts'
import { install } from './installation.ts'

describeReal('selectors', () => {
  test('selectors: glob, label, compose and coolify each find theirs, and leave out the rest', async () => {
    await using box = sandbox()
    const { stack, coolify } = await estate(box)
    const networks = [coolify.name]
    const unique = box.uniqueName('shop')
    const resource = {
      'coolify.managed': 'true',
      'coolify.resourceName': unique,
      'coolify.applicationId': '7',
      'coolify.pullRequestId': '0',
    }
    const service = { 'com.docker.compose.project': unique, 'com.docker.compose.service': 'api' }
    const make = (labels: Readonly<Record<string, string>>) => box.container('app', { networks, labels })
    const globbed = await box.container(`glob-${unique}`, { networks })
    const labelled = await make({ role: unique })
    const composed = await make(service)
    const deployed = await make(resource)
    const others = [
      await box.container(`x-glob-${unique}`, { networks }),
      await make({ role: `${unique}-not` }),
      await make({ ...service, 'com.docker.compose.service': 'other' }),
      // A preview of a pull request is not the production container.
      await make({ ...resource, 'coolify.pullRequestId': '42' }),
      await make({ ...service, 'com.docker.compose.oneoff': 'True' }),
    ]
    const containers = [
      `glob-${unique}-*`,
      { label: { role: unique } },
      { compose: `${unique}/api` },
      { coolify: unique },
    ]
    await using netheal = await install(realEngine(), { attachments: [{ containers, network: stack.name }] })
    const { code, answer } = await netheal.once()
    const ours = [globbed, labelled, composed, deployed]
    expect(answer.outcomes.map(o => [o.container, o.kind])).toEqual(ours.map(({ name }) => [name, 'verified']))
    expect(code).toBe(0)
    for (const it of ours) expect(await isAttached(stack, it)).toBe(true)
    for (const it of others) expect(await isAttached(stack, it)).toBe(false)
  })

  test('selectors: the network of a container follows it to another network', async () => {
    await using box = sandbox()
    const { database, stack, backend } = await estate(box)
    const rule = { containers: [backend.name], network: { of: database.name }, resolve: ['supabase-db'] }
    await using netheal = await install(realEngine(), { attachments: [rule], watch: { poll: false } })
    expect(await netheal.once()).toMatchObject({
      code: 0,
      answer: { outcomes: [{ network: stack.name, resolved: true }] },
    })
    const daemon = await netheal.running()

    // A new stack: the database made again, under its name, on a network of another name.
    await database.handle.remove({ force: true })
    const next = await box.network('next-stack')
    await box.container('db', { name: database.name, networks: [next.name], aliases: ['supabase-db'] })
    await daemon.said('attached', { container: backend.name })
    expect(await isAttached(next, backend)).toBe(true)
    // The old network is not netheal's to leave.
    expect(await isAttached(stack, backend)).toBe(true)
    expect(await daemon.stop()).toBe(0)
    const detaches = await netheal.detaches()
    expect(detaches.map(d => d.cause)).toEqual(['network-recreated'])
  })

  test('selectors: the network of a container that is on two networks is the one that it was made on; that it was made on neither is an error', async () => {
    await using box = sandbox()
    const { database, stack, coolify, backend, worker } = await estate(box)
    await coolify.handle.connect({ Container: database.id })
    const guest = await box.container('db')
    for (const { handle } of [stack, coolify]) await handle.connect({ Container: guest.id })
    const of = ({ name }: typeof backend, owner: typeof backend) => ({
      containers: [name],
      network: { of: owner.name },
    })
    await using netheal = await install(realEngine(), { attachments: [of(backend, database), of(worker, guest)] })
    const { code, answer } = await netheal.check()
    expect(answer.actions).toMatchObject([{ container: backend.name, network: stack.name }])
    expect(answer.blocked).toMatchObject([{ container: worker.name, reason: 'network-ambiguous' }])
    for (const { name } of [stack, coolify]) expect(answer.blocked[0]?.hint).toContain(name)
    expect(code).toBe(3)
  })
})
