/** A rolling update as Coolify does it: a helper container, a new container beside the old one under a new name. */
import { expect, test } from 'vitest'
import { busyboxImage } from '../support/busybox-image.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import type { Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'
import { detach, estate, isAttached } from './estate.ts'
import { install } from './installation.ts'

/** Coolify's helper image by another's name: netheal knows it by the last part. The tag goes again; the image stays. */
async function helperImage({ docker, suffix }: Sandbox): Promise<{ readonly name: string } & AsyncDisposable> {
  const repo = 'netheal-test/coolify-helper'
  const name = `${repo}:${suffix}`
  await docker.getImage(busyboxImage).tag({ repo, tag: suffix })
  return { name, [Symbol.asyncDispose]: async () => void (await docker.getImage(name).remove({ noprune: true })) }
}

describeReal('a Coolify rolling update', () => {
  test('a Coolify rolling update keeps old and new attached, and is recorded as one replacement by that deployment', async () => {
    await using box = sandbox()
    await using helper = await helperImage(box)
    const { stack, coolify, worker } = await estate(box)
    // 24 letters and digits, as all of Coolify's ids.
    const uuid = `app${box.suffix}${box.suffix}00000`
    const deployment = `dep${box.suffix}${box.suffix}00000`
    const labels = {
      'coolify.managed': 'true',
      'coolify.applicationId': '7',
      'coolify.type': 'application',
      'coolify.name': uuid,
      'coolify.resourceName': `pms-backend-${box.suffix}`,
      'coolify.pullRequestId': '0',
      'com.docker.compose.project': uuid,
    }
    const release = (time: string, start = true) => {
      const name = `${uuid}-${time}`
      return box.container('release', {
        name,
        labels: { ...labels, 'com.docker.compose.service': name },
        networks: [coolify.name],
        start,
      })
    }
    const old = await release('101112000000')
    const containers = [{ coolify: `pms-backend-${box.suffix}` }, worker.name]
    await using netheal = await install(realEngine(), {
      attachments: [{ containers, network: stack.name, resolve: ['supabase-db'] }],
      watch: { poll: false },
    })
    const daemon = await netheal.running()
    await daemon.said('attached', { container: old.name })

    const helping = await box.container('helper', {
      name: deployment,
      networks: [coolify.name],
      create: { Image: helper.name },
    })
    const fresh = await release('101213000000', false)
    await daemon.said('attached', { container: fresh.name })
    await fresh.handle.start()
    await until(() => isAttached(stack, fresh))
    expect(await isAttached(stack, old)).toBe(true)
    await old.handle.stop()
    await old.handle.remove()
    await helping.handle.remove({ force: true })

    // The identity is the application: the next loss is its own, of the new container.
    await detach(stack, fresh)
    await daemon.said('attached', { container: fresh.name, count: 2 })
    expect(await daemon.stop()).toBe(0)
    expect(await netheal.detaches()).toMatchObject([
      { container: fresh.name, cause: 'replaced', evidence: { previousId: old.id, coolify: true, deployment } },
      { container: fresh.name, cause: 'explicit', evidence: { previousId: null } },
    ])
    const status = await netheal.status()
    expect(status.answer.attachments.map(a => [a.container, a.state])).toContainEqual([fresh.name, 'attached'])
    expect(await netheal.logged('LOOP')).toEqual([])
  })
})
