/** `onUnreachable` on a real engine: what is attached and not reached is attached anew. */
import { expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import type { Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'
import { type Estate, estate, redeploy, startedAt } from './estate.ts'
import { type Installation, install } from './installation.ts'

/** Takes connections at 5432. */
const LISTENING = ['sh', '-c', 'trap "exit 0" TERM; nc -ll -p 5432 -e true & wait']
const NET_ADMIN = { HostConfig: { CapAdd: ['NET_ADMIN'], Dns: ['127.0.0.1'] } }

/** Attached from the start; the application may change its routes. */
async function hostOn(box: Sandbox): Promise<Estate> {
  const host = await estate(box)
  const { stack, coolify } = host
  const database = { networks: [stack.name], aliases: ['supabase-db'], cmd: LISTENING }
  const backend = { networks: [coolify.name, stack.name], create: NET_ADMIN }
  return {
    ...host,
    database: await redeploy(host, host.database, database),
    backend: await redeploy(host, host.backend, backend),
  }
}

/** Its interface is down: its entry, the network and the statistics tell nothing, and no wire is seen from here. */
async function loseLink({ box, stack, backend }: Estate): Promise<void> {
  const { NetworkSettings } = await backend.handle.inspect()
  const address = NetworkSettings.Networks[stack.name]?.IPAddress ?? ''
  const name = `ip -o -4 addr | sed -n 's/^[0-9]*: \\([^ ]*\\) .* ${address}\\/.*/\\1/p'`
  const ended = await box.exec(backend.id, ['sh', '-ec', `ip link set $(${name}) down`])
  if (ended.exitCode !== 0) throw new Error(`the interface could not be set down: ${ended.output}`)
}

function installed({ backend, stack }: Estate, onUnreachable: 'reattach'): Promise<Installation> {
  return install(realEngine(), {
    attachments: [{ containers: [backend.name], network: stack.name, reach: ['supabase-db:5432'], onUnreachable }],
    watch: { prove: '10s' },
  })
}

const standing = async (netheal: Installation) => {
  const [attachment] = (await netheal.status()).answer.attachments as unknown as readonly {
    readonly state: string
    readonly unreachable: { readonly since: string } | null
    readonly proof: { readonly rung: string; readonly at: string } | null
  }[]
  return attachment
}

/** Proven after `since`, milliseconds since the epoch. */
async function isReached(netheal: Installation, since = 0): Promise<void> {
  await until(
    async () => {
      const it = await standing(netheal)
      return it?.state === 'attached' && it.proof?.rung === 'reached' && Date.parse(it.proof.at) > since
    },
    { what: 'the proof that it is reached', deadline: 90_000 },
  )
}

describeReal('what is attached and not reached', () => {
  test('is attached anew where the rule says so, without a restart', { timeout: 240_000 }, async () => {
    await using box = sandbox()
    const host = await hostOn(box)
    await using netheal = await installed(host, 'reattach')
    await using _daemon = await netheal.running()
    await isReached(netheal)
    const started = await startedAt(host.backend)
    await loseLink(host)
    await until(async () => (await netheal.logged('ACTION')).length > 0, { what: 'the action', deadline: 90_000 })
    await isReached(netheal, Date.now())
    expect(await startedAt(host.backend)).toBe(started)
    expect(await netheal.logged('ACTION')).toHaveLength(1)
    expect(await netheal.logged('FIXING')).toEqual([expect.stringContaining('supabase-db:5432')])
    expect(await netheal.command('check')).toMatchObject({ code: 0 })
  })
})
