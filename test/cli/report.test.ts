// `netheal report`: where the page goes, and where it must not.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { APP, NETWORK } from '../heal/rig.ts'
import { skeletonOf } from '../page/well-formed.ts'
import { Desk } from './desk.ts'

describe('the page', () => {
  test('the page tells what was done, and needs no engine', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    desk.simulator.disconnect(NETWORK, APP)
    await desk.run('once')
    await desk.simulator.stop()
    const file = join(desk.folder, 'page.html')
    const { code, out, err } = await desk.run('report', '--html', file)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/\/page\.html \(\d+ KiB\); open it in a browser\n$/)
    const html = readFileSync(file, 'utf8')
    skeletonOf(html)
    expect(html).toContain('<h1>All is well.</h1>')
    expect(html).toContain('<td>disconnected</td>')
    expect(html).toContain('<td>first attach</td>')
    expect(html).toContain('netheal 0.1.0')
    expect(statSync(file).mode & 0o777).toBe(0o644)
    expect(readdirSync(desk.folder).filter(name => name.endsWith('.tmp'))).toEqual([])
  })

  test('the page goes to standard output for -', async () => {
    await using desk = await Desk.open()
    const { code, out } = await desk.run('report', '--html', '-')
    expect(code).toBe(0)
    expect(out).toMatch(/^<!doctype html>\n/)
    expect(out).toContain('netheal has not looked at this host yet')
  })

  test('the page is about 30 days, or about what --since says', async () => {
    await using desk = await Desk.open()
    expect((await desk.run('report', '--html', '-')).out).toContain('about the last 30 days')
    expect((await desk.run('report', '--html', '-', '--since', '24h')).out).toContain('about the last 24 hours')
    const { code, error } = await desk.run('report', '--html', '-', '--since', 'soon')
    expect({ code, message: error?.message }).toEqual({
      code: 2,
      message: '--since soon: neither a duration nor a date',
    })
    expect((await desk.run('report', '--html', '-', '--since', '2999-01-01')).error?.message).toBe(
      '--since 2999-01-01 is not in the past',
    )
  })

  test('the page says what it could not read, and is written all the same', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    writeFileSync(join(desk.folder, 'log', 'actions.9.log'), 'this is no line of ours\n')
    writeFileSync(join(desk.folder, 'state', 'state.json'), '{"torn')
    mkdirSync(join(desk.folder, 'log', 'heartbeat.log.d'))
    const { code, out } = await desk.run('report', '--html', '-')
    expect(code).toBe(0)
    expect(out).toContain('What this page could not read')
    expect(out).toContain('1 line of the action log')
    expect(out).toContain('state.json cannot be used')
    expect(readFileSync(join(desk.folder, 'state', 'state.json'), 'utf8')).toBe('{"torn')
  })

  test('the page does not say twice what is wrong with the healer', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    desk.remember(m => ({
      ...m,
      lastPass: m.lastPass === null ? null : { ...m.lastPass, at: m.lastPass.at - 3_600_000 },
    }))
    const { out } = await desk.run('report', '--html', '-')
    expect(out).toContain('netheal does not run, so nothing is healed')
    expect(out).not.toContain('it should be at most')
  })
})

describe('as JSON', () => {
  test('report as JSON has the status, the history and the heartbeats', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    const { code, out } = await desk.run('report', '--json')
    expect(code).toBe(0)
    const json = JSON.parse(out)
    expect(json).toMatchObject({ version: 1, program: '0.1.0', unreadable: [] })
    expect(json.status.attachments).toHaveLength(2)
    expect(json.history.losses).toHaveLength(2)
    expect(json.heartbeats).toMatchObject([{ well: true }])
  })

  test('report as JSON goes beside a page in a file, but not to the same output', async () => {
    await using desk = await Desk.open()
    const file = join(desk.folder, 'page.html')
    const { out } = await desk.run('report', '--json', '--html', file)
    expect(JSON.parse(out).version).toBe(1)
    expect(existsSync(file)).toBe(true)
    expect((await desk.run('report', '--json', '--html', '-')).code).toBe(2)
  })
})

describe('it is refused', () => {
  test('report is refused without a place, with what to write', async () => {
    await using desk = await Desk.open()
    for (const argv of [['report'], ['report', '--html', '']]) {
      const { code, error } = await desk.run(...argv)
      expect(code).toBe(2)
      expect(error?.hint).toContain('netheal report --html /tmp/netheal.html')
    }
  })

  test('report is refused to write over a directory, through a link, or over what is no file', async () => {
    await using desk = await Desk.open()
    const target = join(desk.folder, 'precious')
    writeFileSync(target, 'precious')
    symlinkSync(target, join(desk.folder, 'link.html'))
    symlinkSync(join(desk.folder, 'nowhere'), join(desk.folder, 'dangling.html'))
    for (const [file, what] of [
      [desk.folder, 'a directory'],
      [`${desk.folder}/new/`, 'a directory'],
      [join(desk.folder, 'link.html'), 'a link'],
      [join(desk.folder, 'dangling.html'), 'a link'],
      ['/dev/null', 'not a regular file'],
    ] as const) {
      const { code, error } = await desk.run('report', '--html', file)
      expect(code).toBe(2)
      expect(error?.message).toContain(`is ${what}, and was not overwritten`)
    }
    expect(readFileSync(target, 'utf8')).toBe('precious')
    expect(existsSync(join(desk.folder, 'nowhere'))).toBe(false)
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })

  test('report is refused to write where there is no directory, and an older page stays whole where there is no space', async () => {
    await using desk = await Desk.open()
    const { code, error } = await desk.run('report', '--html', join(desk.folder, 'no', 'page.html'))
    expect(code).toBe(3)
    expect(error?.hint).toContain('/no first, or choose another place')
    const file = join(desk.folder, 'page.html')
    writeFileSync(file, 'older')
    chmodSync(file, 0o600)
    expect((await desk.run('report', '--html', file)).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/)
  })
})
