/**
 * What is attached and not reached, on a real engine: each way to be told of it tells the truth, and the remedies of `diagnose`,
 * typed as they stand, end it.
 */
import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { commandsIn, type } from '../diagnose/remedy-commands.ts'
import { type PrivateEngine, startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { detach, type Estate, estate, redeploy } from './estate.ts'
import { type Installation, install } from './installation.ts'

const run = promisify(execFile)

interface Scene extends Estate {
  readonly engine: PrivateEngine
}

interface Row {
  readonly what: string
  readonly reason: string
  readonly spoil: (scene: Scene) => Promise<unknown>
  /** What undoes it where no remedy of `diagnose` can be typed. */
  readonly mend: ((scene: Scene) => Promise<unknown>) | null
  readonly code: string
  /** What the action log says, where that is not the detail. */
  readonly logged?: string
  /** What mends it stops the container, which leaves the warning open in the log: nothing is said to be over of one that does not run. */
  readonly staysOpen?: boolean
  /** Before netheal comes. */
  readonly prepare?: (scene: Scene) => Promise<Scene>
  /** What the rule asks for, and the rung that this proves; that the name resolves when it is not given. */
  readonly rule?: Readonly<Record<string, unknown>>
  readonly rung?: 'wired' | 'reached'
  /** In `npm test` as well; each takes half a minute or more, on an engine of its own. */
  readonly always?: true
}

/** `npm run test:engines` runs them all, on each engine. */
const ALL = process.env.NETHEAL_TEST_ENGINE_RESULT !== undefined

/** Takes connections at 5432. */
const LISTENING = ['sh', '-c', 'trap "exit 0" TERM; nc -ll -p 5432 -e true & wait']

/** As the C library's: what /etc/hosts says goes first. */
const GETENT = `#!/bin/sh
grep " $2$" /etc/hosts && exit
nslookup "$2" | sed -n '/^Name/,$ s/^Address[ 0-9]*: *\\([0-9.]*\\).*/\\1 it/p' | grep .
`

async function onHost({ engine }: Scene, ...argv: readonly string[]): Promise<void> {
  const [file = '', ...args] = [...engine.inside, ...argv]
  await run(file, args)
}

async function inside({ box, backend }: Scene, script: string): Promise<void> {
  const { exitCode, output } = await box.exec(backend.id, ['sh', '-c', script])
  if (exitCode !== 0) throw new Error(`${script} exited with ${exitCode}: ${output}`)
}

const bridgeOf = ({ stack }: Scene): string => `br-${stack.id.slice(0, 12)}`

async function restarted({ engine, database, backend }: Scene): Promise<void> {
  await engine.restart()
  // Containers that are told to come back do; these are not.
  for (const { handle } of [database, backend]) await handle.start()
}

const ROWS: readonly Row[] = [
  {
    what: 'the database is paused',
    always: true,
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
    always: true,
    reason: 'several-answer',
    spoil: ({ box, stack }) => box.container('other', { networks: [stack.name], aliases: ['supabase-db'] }),
    mend: ({ stack, box }) => othersOff(stack, box),
    code: 'several-answer',
  },
  {
    what: 'its name is that of another stack, on another network',
    reason: 'foreign-address',
    async spoil({ box, stack, coolify, database }) {
      await detach(stack, database)
      await box.container('other', { networks: [coolify.name], aliases: ['supabase-db'] })
    },
    async mend({ coolify, stack, box, database }) {
      await othersOff(coolify, box)
      await stack.handle.connect({ Container: database.id, EndpointConfig: { Aliases: ['supabase-db'] } })
    },
    code: 'foreign-address',
  },
  {
    what: 'its name is given an address that nobody has, by /etc/hosts',
    reason: 'foreign-address',
    async prepare(scene) {
      await inside(scene, `printf '%s' '${GETENT.replaceAll("'", "'\\''")}' > /bin/getent; chmod +x /bin/getent`)
      return scene
    },
    spoil: scene => inside(scene, 'echo "10.254.254.254 supabase-db" >> /etc/hosts'),
    mend: scene => inside(scene, 'grep -v supabase-db /etc/hosts > /tmp/hosts; cat /tmp/hosts > /etc/hosts'),
    code: 'foreign-address',
  },
  {
    what: 'the host drops what is forwarded',
    reason: 'no-answer',
    rule: { resolve: [], reach: ['supabase-db:5432'] },
    rung: 'reached',
    async prepare(scene) {
      await onHost(scene, 'sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=1')
      const { database, stack } = scene
      const options = { networks: [stack.name], aliases: ['supabase-db'], cmd: LISTENING }
      return { ...scene, database: await redeploy(scene, database, options) }
    },
    async spoil(scene) {
      await onHost(scene, 'iptables', '-P', 'FORWARD', 'DROP')
      await onHost(scene, 'iptables', '-F', 'FORWARD')
    },
    mend: restarted,
    code: 'no-answer',
  },
  {
    what: 'the bridge of the network is deleted',
    reason: 'bridge-missing',
    rule: { resolve: [] },
    rung: 'wired',
    spoil: scene => onHost(scene, 'ip', 'link', 'del', bridgeOf(scene)),
    mend: restarted,
    staysOpen: true,
    code: 'bridge-missing',
    logged: 'reaches nothing there (bridge-missing)',
  },
  {
    what: 'the bridge of the network is set down',
    reason: 'bridge-missing',
    rule: { resolve: [] },
    rung: 'wired',
    spoil: scene => onHost(scene, 'ip', 'link', 'set', bridgeOf(scene), 'down'),
    mend: scene => onHost(scene, 'ip', 'link', 'set', bridgeOf(scene), 'up'),
    code: 'bridge-missing',
    logged: 'reaches nothing there (bridge-missing)',
  },
]

async function othersOff(network: Estate['stack'], box: Estate['box']): Promise<void> {
  const { Containers = {} } = await network.handle.inspect()
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
  // Printed and counted as what was not run.
  test.skip.each(ROWS.filter(row => !ALL && row.always !== true))('$what: npm run test:engines', () => undefined)

  test.each(ROWS.filter(row => ALL || row.always === true))(
    '$what: every output says so, and what ends it, and that it is over',
    { timeout: 180_000 },
    async row => {
      // Of its own: beside another test's supabase-db the remedies would be about both.
      await using engine = await startPrivateEngine()
      await using box = sandbox(engine)
      const bare = { ...(await estate(box)), engine }
      const host = (await row.prepare?.(bare)) ?? bare
      const { backend, stack } = host
      const rule = { containers: [backend.name], network: stack.name, resolve: ['supabase-db'], ...row.rule }
      // As on the engine's host: netheal sees its bridges.
      const reach = { docker: { host: `unix://${engine.socketPath}` }, through: engine.inside }
      const [textfile, messages] = ['prom', 'messages'].map(end => join(tmpdir(), `netheal-${box.suffix}.${end}`)) as [
        string,
        string,
      ]
      onTestFinished(async () => {
        for (const file of [textfile, messages]) await rm(file, { force: true })
      })
      const received = async (): Promise<readonly unknown[]> =>
        (await readFile(messages, 'utf8').catch(() => ''))
          .split('\n')
          .filter(line => line !== '')
          .map(line => JSON.parse(line))
      await using netheal = await install(
        engine,
        {
          attachments: [rule],
          // A firewall tells of nothing.
          watch: { poll: '*/5 * * * * *', prove: '10s' },
          notify: [{ name: 'ops', format: 'command', command: ['/usr/bin/tee', '-a', messages] }],
          metrics: { textfile },
        },
        { reach },
      )
      await netheal.running()
      await until(async () => (await attachmentOf(netheal)).proof?.rung === (row.rung ?? 'named'), {
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
      const logged = `${backend.name} is attached to ${stack.name}, but ${row.logged ?? detail}`
      expect((await netheal.logged('WARNING')).join('\n')).toContain(logged)
      const metrics = await readFile(textfile, 'utf8')
      expect(metrics).toContain(`netheal_attachment_reachable{container="${backend.name}",network="${stack.name}"} 0`)
      const page = await netheal.command('report', '--html', '-')
      expect(page.stdout).toContain('state-unreachable')
      await until(async () => (await received()).length === 1, { what: 'the message', deadline: 60_000 })
      expect(await received()).toMatchObject([{ phase: 'opened', title: words }])
      // The day's line, of a netheal that comes to it so.
      await using another = await install(engine, { attachments: [rule] }, { reach })
      const run = await another.command('once')
      expect({ code: run.code, out: run.stdout }).toMatchObject({ code: 3, out: expect.stringContaining(detail) })
      expect(await readFile(join(another.folder, 'log/heartbeat.log'), 'utf8')).toMatch(/ DEGRADED/)
      expect(await readFile(join(another.folder, 'log/heartbeat.log'), 'utf8')).toContain(detail)

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
      await until(async () => (await received()).length === 2, { what: 'the end', deadline: 60_000 })
      expect((await received())[1]).toMatchObject({ phase: 'closed', kind: 'recovered' })
      expect((await netheal.command('check')).code).toBe(0)
      expect((await netheal.command('status')).code).toBe(0)
      const { warnings } = JSON.parse((await netheal.command('history', '--json')).stdout) as {
        warnings: readonly { message: string; over: string | null }[]
      }
      expect(warnings.filter(w => w.message.startsWith(logged)).at(-1)?.over).toEqual(
        row.staysOpen === true ? null : expect.any(String),
      )
    },
  )
})
