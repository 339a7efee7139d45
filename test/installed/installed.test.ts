/**
 * The installed package, called as a user calls it: every command, flag and exit code, every route, slow and leaving readers,
 * signals. The engine is simulated, so it needs neither Docker nor root. What --help, docs/commands.md and the daemon itself name
 * is in the lists of calls (acting, healing, looking, looking-back, reading, routes), or a test here names what is missing.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NethealProcess } from '../cli/process.ts'
import { prepareCommand } from '../support/debian-package.ts'
import { until } from '../support/until.ts'
import { ACTING } from './acting.ts'
import type { Call } from './call.ts'
import { HEALING } from './healing.ts'
import { APP, Host, NETWORK, onHost } from './host.ts'
import { LOOKING } from './looking.ts'
import { LOOKING_BACK } from './looking-back.ts'
import { type Installed, installationAbsence, installPackage } from './package.ts'
import { daemonWithoutReader, intoLeavingReader, intoSlowReader, LONG, longLog } from './pipes.ts'
import { READING, USAGES } from './reading.ts'
import { ROUTES } from './routes.ts'
import { commandsOf, commandTable, flagsOf } from './typed.ts'

const CALLS: readonly Call[] = [...ACTING, ...HEALING, ...LOOKING, ...LOOKING_BACK, ...READING]

const absence = await installationAbsence()
const [terminal, man] = [
  await prepareCommand('script', 'bsdutils'),
  await prepareCommand('man', 'man-db', 'groff-base'),
]

describe.skipIf(absence !== null)('the installed netheal', { timeout: 60_000 }, () => {
  let installed: Installed
  beforeAll(async () => {
    installed = await installPackage()
  }, 180_000)
  afterAll(() => installed?.[Symbol.asyncDispose]())

  describe.concurrent('does what it says', () => {
    for (const call of CALLS)
      test.skipIf(call.onTerminal === true && 'absence' in terminal)(call.title, async () => {
        await using host = await Host.open(installed)
        await call.before?.(host)
        await using netheal = call.onTerminal ? host.startOnTerminal(call.argv) : host.start(call.argv, call.env)
        await call.during?.(netheal, host)
        const { code } = await netheal.ended
        expect(code, netheal.err).toBe(call.code)
        await call.holds({ code, out: netheal.out, err: netheal.err }, host)
      })
  })

  describe('serves', () => {
    let host: Host
    let netheal: NethealProcess
    let origin = ''
    beforeAll(async () => {
      host = await Host.open(installed)
      host.configure({ http: { listen: '127.0.0.1:0' } })
      netheal = host.start(onHost('run'))
      await netheal.says('"attached"', 2)
      const [, port] = await until(() => /"port":(\d+),"msg":"the page is served"/.exec(netheal.out), {
        what: 'a port',
      })
      origin = `http://127.0.0.1:${port}`
      await until(async () => (await fetch(`${origin}/healthz`)).ok, { what: 'the first pass' })
    }, 60_000)
    afterAll(async () => {
      await netheal?.[Symbol.asyncDispose]()
      await host?.[Symbol.asyncDispose]()
    })

    test.each(ROUTES)('the installed daemon serves $path', async ({ path, type, holds }) => {
      const answer = await fetch(origin + path)
      const body = await answer.text()
      expect(answer.status, body).toBe(200)
      expect(answer.headers.get('content-type')).toMatch(type)
      holds(body)
    })

    test('every route that the installed daemon names is in the list of routes', async () => {
      const answer = await fetch(`${origin}/no-such-route`)
      expect(answer.status).toBe(404)
      const [, named = ''] = /There is: (.*)\n$/.exec(await answer.text()) ?? []
      expect(named.split(', ').sort()).toEqual(ROUTES.map(route => route.path).sort())
    })
  })

  describe.concurrent('in a pipe', () => {
    test.each(LONG)(
      '$title of the installed netheal reaches a slow reader to its last byte',
      async ({ argv, least, isWhole }) => {
        await using host = await Host.open(installed)
        longLog(host)
        const { out, code, err } = await intoSlowReader(host, argv)
        expect([code, err]).toEqual([0, ''])
        expect(Buffer.byteLength(out)).toBeGreaterThan(least)
        isWhole(out)
      },
    )

    test('the installed netheal ends quietly when its reader goes away, as by SIGPIPE', async () => {
      await using host = await Host.open(installed)
      longLog(host)
      const { out, code, err } = await intoLeavingReader(host, onHost('history', '--json'))
      expect([out.length, code, err]).toEqual([1, 141, ''])
    })

    test('the installed daemon heals on when the reader of its log goes away', async () => {
      await using host = await Host.open(installed)
      const { code } = await daemonWithoutReader(host, async pid => {
        await until(() => host.isHealed(), { what: 'the first heal' })
        await host.simulator.disconnect(NETWORK, APP)
        await host.simulator.until(() => host.isHealed())
        process.kill(pid(), 'SIGTERM')
      })
      expect(code).toBe(0)
    })
  })

  describe('is called in every way that is written down', () => {
    const called = (command: string): readonly Call[] => CALLS.filter(call => call.argv[0] === command)
    const helpOf = async (...command: readonly string[]): Promise<string> =>
      (await promisify(execFile)(installed.command, [...command, '--help'])).stdout

    test('every command and every flag of --help is in the lists of calls, and each help has an example', async () => {
      const commands = commandsOf(await helpOf()).filter(command => command !== 'help')
      expect(commands).toEqual(Object.keys(USAGES))
      const missing = commands.map(async command => {
        const [help, calls] = [await helpOf(command), called(command)]
        expect(help.startsWith(`Usage: netheal ${command} ${USAGES[command]}\n`), help).toBe(true)
        expect(help).toMatch(new RegExp(`\\nExamples?:\\n[\\s\\S]*\\bnetheal ${command}\\b`))
        if (calls.length === 0) return [command]
        // The help itself was asked for just now. Without --json nothing would be read of it any more.
        const flags = flagsOf(help).filter(flag => flag !== '--help')
        expect(flags, command).toContain('--json')
        return flags.filter(flag => !calls.some(call => call.argv.includes(flag))).map(flag => `${command} ${flag}`)
      })
      expect((await Promise.all(missing)).flat()).toEqual([])
      const beforeCommand = CALLS.filter(call => call.argv[0]?.startsWith('-')).flatMap(call => call.argv)
      expect(flagsOf(await helpOf()).filter(flag => !beforeCommand.includes(flag))).toEqual([])
    })

    test('every command, flag and exit code of docs/commands.md is in the lists of calls', async () => {
      const rows = commandTable(readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8'))
      expect(rows.map(row => row.command).sort()).toEqual(
        commandsOf(await helpOf())
          .filter(command => command !== 'help')
          .sort(),
      )
      const missing = rows.flatMap(({ command, flags, codes }) =>
        [
          ...flags.filter(flag => !called(command).some(call => call.argv.includes(flag))),
          ...codes.filter(code => !called(command).some(call => call.code === code)).map(code => `exit code ${code}`),
        ].map(what => `${command}: ${what}`),
      )
      expect(missing).toEqual([])
    })
  })

  test.skipIf('absence' in man)('the manual page of the package is printed by man, with every command', async () => {
    const page = installed.file('usr/share/man/man1/netheal.1.gz')
    const env = { PATH: process.env.PATH, MANWIDTH: '120', LC_ALL: 'C.UTF-8' }
    const { stdout } = await promisify(execFile)('man', ['-E', 'UTF-8', '-P', 'cat', '-l', page], { env })
    const text = stdout.replace(/.\u0008/gu, '')
    expect(text).toContain('netheal - keeps Docker containers on the networks they must be on')
    const { stdout: help } = await promisify(execFile)(installed.command, ['--help'])
    for (const command of commandsOf(help).filter(name => name !== 'help'))
      expect(text).toContain(`\n   netheal ${command}\n`)
  })
})
