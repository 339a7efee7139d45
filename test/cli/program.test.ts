// The command line: help, mistakes, and the exit code of each kind of failure.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Desk } from './desk.ts'

/** The commands that `netheal --help` lists. */
async function commands(desk: Desk): Promise<readonly string[]> {
  const { out } = await desk.plain('--help')
  const listed = /\nCommands:\n([\s\S]*?)\n\n/.exec(out)?.[1] ?? ''
  return [...listed.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name).filter(name => name !== 'help')
}

describe('help', () => {
  test('help lists every command, examples and exit codes', async () => {
    await using desk = await Desk.open({ furnished: false })
    const { code, out, err } = await desk.plain('--help')
    expect(code).toBe(0)
    expect(err).toBe('')
    for (const word of [
      'Examples:',
      'Exit codes:',
      'run',
      'once',
      'check',
      'status',
      'init',
      'config',
      'pause',
      'resume',
      'demo',
    ]) {
      expect(out).toContain(word)
    }
  })

  test('help of each command has an example, and knows --json', async () => {
    await using desk = await Desk.open({ furnished: false })
    const names = await commands(desk)
    expect(names.length).toBeGreaterThanOrEqual(9)
    for (const name of names) {
      const { code, out } = await desk.plain(name, '--help')
      expect({ name, code }).toEqual({ name, code: 0 })
      expect(out).toMatch(new RegExp(`Examples?:\\n {2}.*netheal ${name}`))
      expect(out).toContain('--json')
    }
  })

  test('help of a command that is called by its name, without the others, is the same', async () => {
    await using desk = await Desk.open({ furnished: false })
    for (const name of ['run', 'once', 'check'])
      expect((await desk.plain(name, '--help')).out).toBe((await desk.plain('help', name)).out)
  })

  test('the version names the build', async () => {
    await using desk = await Desk.open({ furnished: false })
    expect(await desk.plain('--version')).toMatchObject({ code: 0, out: 'netheal 0.1.0 (test), Node\n' })
  })
})

describe('mistakes on the command line', () => {
  test.for([
    [['chek'], 'check', 'netheal --help'],
    [['statsu'], 'status', 'netheal --help'],
    [['check', '--jsn'], '--json', 'netheal check --help'],
    [['once', '--confg', 'x'], '--config', 'netheal once --help'],
    [['status', '--life'], '--live', 'netheal status --help'],
    [['pause'], "'duration'", 'netheal pause --help'],
    [['check', 'more'], 'too many arguments', 'netheal check --help'],
    [['pause', '5m', 'more'], 'too many arguments', 'netheal pause --help'],
    [['check', '--config'], 'argument missing', 'netheal --help'],
  ] as const)(
    'a mistake on the command line: %j: says %s, where the help is, and ends with 2',
    async ([argv, word, help]) => {
      await using desk = await Desk.open({ furnished: false })
      const { code, out, err } = await desk.plain(...argv)
      expect(code).toBe(2)
      expect(out).toBe('')
      expect(err).toContain(word)
      expect(err).toContain(help)
    },
  )

  test('a mistake on the command line: no command at all is help, and 2', async () => {
    await using desk = await Desk.open({ furnished: false })
    const { code, out, err } = await desk.plain()
    expect(code).toBe(2)
    expect(out + err).toContain('Commands:')
  })
})

describe('a common flag', () => {
  test('a common flag counts before the command as it does behind it', async () => {
    await using desk = await Desk.open({ furnished: false })
    const behind = await desk.plain('config', '--json', '--config', desk.file, '--docker-host', 'unix:///other.sock')
    expect(behind.code).toBe(0)
    expect(JSON.parse(behind.out)).toMatchObject({
      file: desk.file,
      config: { docker: { host: 'unix:///other.sock' } },
    })
    const before = ['--docker-host', 'unix:///other.sock', '--json', `--config=${desk.file}`]
    expect(await desk.plain(...before, 'config')).toEqual(behind)
    expect(await desk.plain('--json', 'config', '-c', desk.file, '--docker-host', 'unix:///other.sock')).toEqual(behind)
  })

  test('a common flag may be given twice with the same value only', async () => {
    await using desk = await Desk.open({ furnished: false })
    expect((await desk.plain('-c', desk.file, 'config', '--config', desk.file)).code).toBe(0)
    for (const argv of [
      ['-c', 'a.json', 'config', '--config', 'b.json'],
      ['config', '--config=a.json', '-c', 'b.json'],
      ['--config', 'a.json', '--config', 'b.json', 'once'],
    ]) {
      const { code, out, err } = await desk.plain(...argv)
      expect({ argv, code, out }).toEqual({ argv, code: 2, out: '' })
      expect(err).toBe(
        'netheal: --config is given twice: first a.json, then b.json. Give it once.\nFor a list of commands: netheal --help\n',
      )
    }
    expect((await desk.plain('--docker-host', 'unix:///a', 'check', '--docker-host', 'unix:///b')).err).toContain(
      '--docker-host is given twice: first unix:///a, then unix:///b.',
    )
  })

  test('a common flag is refused by a command that has no use for it, wherever it stands', async () => {
    await using desk = await Desk.open({ furnished: false })
    for (const argv of [
      ['--config', 'x', 'demo'],
      ['demo', '--config', 'x'],
    ]) {
      const { code, err } = await desk.plain(...argv)
      expect({ argv, code }).toEqual({ argv, code: 2 })
      expect(err).toContain('netheal demo does not take --config')
    }
  })

  test('a common flag is in the help of the program and of the command', async () => {
    await using desk = await Desk.open({ furnished: false })
    for (const argv of [['--help'], ['status', '--help']])
      expect((await desk.plain(...argv)).out).toMatch(/--json [\s\S]*--config <file> [\s\S]*--docker-host <host> /)
  })
})

describe('the config', () => {
  test('a config that is not there', async () => {
    await using desk = await Desk.open({ furnished: false })
    const absent = join(desk.folder, 'absent.json')
    const { code, error } = await desk.plain('check', '--config', absent)
    expect(code).toBe(2)
    expect(error?.message).toContain(absent)
    expect(error?.hint).not.toBeNull()
  })

  test('a config with mistakes: all of them at once', async () => {
    await using desk = await Desk.open({ furnished: false })
    desk.configure({ attachments: [{ container: ['a'], network: 7 }], lop: {} })
    for (const command of ['check', 'once', 'status', 'run', 'config']) {
      const { code, error } = await desk.run(command)
      expect({ command, code }).toEqual({ command, code: 2 })
      for (const word of ['"containers"', 'attachments[0].network', 'lop', '"loop"'])
        expect(error?.message).toContain(word)
    }
  })

  test('a config that is no JSON', async () => {
    await using desk = await Desk.open({ furnished: false })
    writeFileSync(desk.file, '{"attachments": [}')
    const { code, error } = await desk.run('check')
    expect(code).toBe(2)
    expect(error?.message).toContain('line 1, column 18')
  })
})

describe('the engine', () => {
  const asking = ['check', 'once', 'init']

  test.for(asking)('an engine that is not there: %s ends with 4', async command => {
    await using desk = await Desk.open({ furnished: false })
    await desk.simulator.stop()
    const { code, error } = await desk.run(command, '--docker-host', desk.host)
    expect(code).toBe(4)
    expect(error?.message).toBe(`no engine at ${desk.host}: there is no such socket`)
    expect(error?.hint).toContain('check that Docker is running')
  })

  test('an engine that is no engine', async () => {
    await using desk = await Desk.open({ furnished: false })
    desk.simulator.faults.fail({ route: 'GET /version', status: 404, message: 'nothing here' })
    expect((await desk.run('check')).code).not.toBe(0)
  })

  test('an engine that hangs: exit code 4, once the deadline is over', async () => {
    await using desk = await Desk.open()
    desk.configure({ docker: { host: desk.host, timeout: '1s' } })
    desk.simulator.faults.hang({ route: 'GET /networks' })
    const { code, error } = await desk.run('check')
    expect(code).toBe(4)
    expect(error?.message).toContain('no answer within 1 s')
  })
})
