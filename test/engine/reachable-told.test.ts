/**
 * What is attached and not reached, on a real engine: each way to be told of it tells the truth, and the remedies of `diagnose`,
 * typed as they stand, end it.
 */
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { commandsIn, type } from '../diagnose/remedy-commands.ts'
import { WebServer } from '../notify/web-server.ts'
import { startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { detach, type Estate, estate } from './estate.ts'
import { type Installation, install } from './installation.ts'

interface Row {
  readonly what: string
  readonly reason: string
  readonly spoil: (host: Estate) => Promise<unknown>
  /** What undoes it where no remedy of `diagnose` can be typed. */
  readonly mend: ((host: Estate) => Promise<unknown>) | null
  readonly code: string
}

const ROWS: readonly Row[] = [
  {
    what: 'the database is paused',
    reason: 'target-paused',
    spoil: ({ database }) => database.handle.pause(),
    mend: null,
    code: 'target-paused',
  },
  {
    what: 'the database is stopped',
    reason: 'unresolved',
    spoil: ({ database }) => database.handle.stop(),
    mend: null,
    code: 'dns-missing',
  },
  {
    what: 'the database is disconnected',
    reason: 'unresolved',
    spoil: ({ stack, database }) => detach(stack, database),
    mend: null,
    code: 'dns-missing',
  },
  {
    what: 'two containers answer to its name',
    reason: 'several-answer',
    spoil: ({ box, stack }) => box.container('other', { networks: [stack.name], aliases: ['supabase-db'] }),
    mend: ({ stack, box }) => othersOff(stack, box),
    code: 'several-answer',
  },
]

async function othersOff(stack: Estate['stack'], box: Estate['box']): Promise<void> {
  const { Containers = {} } = await stack.handle.inspect()
  const other = Object.entries(Containers).find(([, member]) => member.Name.includes('other'))
  if (other === undefined) throw new Error('the other one is not on the network')
  await box.docker.getContainer(other[0]).remove({ force: true })
}

const attachmentOf = async (netheal: Installation) => {
  const [attachment] = (await netheal.status()).answer.attachments as unknown as readonly {
    readonly state: string
    readonly unreachable: { readonly reason: string; readonly detail: string; readonly hint: string } | null
    readonly proof: { readonly rung: string } | null
  }[]
  if (attachment === undefined) throw new Error('the status has no attachment')
  return attachment
}

describePrivateEngine('what is attached and not reached is told everywhere', () => {
  test.each(ROWS)(
    '$what: every output says so, and what ends it, and that it is over',
    { timeout: 180_000 },
    async row => {
      // Of its own: beside another test's supabase-db the remedies would be about both.
      await using engine = await startPrivateEngine()
      await using box = sandbox(engine)
      await using web = await WebServer.open()
      const host = await estate(box)
      const { backend, stack } = host
      const textfile = join(tmpdir(), `netheal-${box.suffix}.prom`)
      onTestFinished(() => rm(textfile, { force: true }))
      await using netheal = await install(engine, {
        attachments: [{ containers: [backend.name], network: stack.name, resolve: ['supabase-db'] }],
        notify: [{ name: 'ops', url: `${web.origin}/hook` }],
        metrics: { textfile },
      })
      await netheal.running()
      await until(async () => (await attachmentOf(netheal)).proof?.rung === 'named', {
        what: 'the first proof',
        deadline: 40_000,
      })
      await row.spoil(host)
      const { unreachable } = await until(
        async () => {
          const it = await attachmentOf(netheal)
          return it.state === 'unreachable' ? it : null
        },
        { what: 'the state unreachable', deadline: 60_000 },
      )
      expect(unreachable).toMatchObject({ reason: row.reason, detail: expect.any(String), hint: expect.any(String) })
      const detail = unreachable?.detail ?? ''
      const words = `${backend.name} is attached to ${stack.name}, but ${detail}`

      const status = await netheal.command('status')
      expect({ code: status.code, out: status.stdout }).toMatchObject({ code: 3, out: expect.stringContaining(detail) })
      const live = await netheal.command('status', '--live')
      expect({ code: live.code, out: live.stdout }).toMatchObject({ code: 3, out: expect.stringContaining(detail) })
      const check = await netheal.command('check')
      expect({ code: check.code, out: check.stdout }).toMatchObject({
        code: 3,
        out: expect.stringContaining(`UNREACHABLE ${words}`),
      })
      expect((await netheal.check()).answer).toMatchObject({
        unreachable: [{ container: backend.name, reason: row.reason }],
      })
      expect((await netheal.logged('WARNING')).join('\n')).toContain(words)
      const metrics = await readFile(textfile, 'utf8')
      expect(metrics).toContain(`netheal_attachment_reachable{container="${backend.name}",network="${stack.name}"} 0`)
      const page = await netheal.command('report', '--html', '-')
      expect(page.stdout).toContain('state-unreachable')
      await until(() => web.received.length === 1, { what: 'the message', deadline: 60_000 })
      expect(JSON.parse(web.received[0]?.body ?? '{}')).toMatchObject({ phase: 'opened', title: words })

      const diagnosed = await netheal.command('diagnose', backend.name, '--json')
      const { findings } = JSON.parse(diagnosed.stdout) as {
        findings: readonly { code: string; verdict: string; remedy: readonly string[] }[]
      }
      expect(diagnosed.code).toBe(3)
      const found = findings.find(f => f.code === row.code)
      expect({ codes: findings.map(f => f.code), verdict: found?.verdict }).toMatchObject({ verdict: 'wrong' })

      // As it stands; by hand where it says what to choose from.
      const step = found?.remedy.find(text => commandsIn(text).length > 0)
      if (row.mend === null) await type(step ?? '', engine.socketPath)
      else await row.mend(host)
      await until(async () => (await attachmentOf(netheal)).state === 'attached', {
        what: 'the state attached',
        deadline: 60_000,
      })
      await until(() => web.received.length === 2, { what: 'the end', deadline: 60_000 })
      expect(JSON.parse(web.received[1]?.body ?? '{}')).toMatchObject({ phase: 'closed', kind: 'recovered' })
      expect((await netheal.command('check')).code).toBe(0)
      expect((await netheal.command('status')).code).toBe(0)
      const { warnings } = JSON.parse((await netheal.command('history', '--json')).stdout) as {
        warnings: readonly { message: string; over: string | null }[]
      }
      expect(warnings.filter(w => w.message.startsWith(words)).at(-1)?.over).toEqual(expect.any(String))
    },
  )
})
