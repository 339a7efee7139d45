// Names and labels come from others: whatever is in them, they forge no line, no colour and no direction of writing.
import { describe, expect, test } from 'vitest'
import { DATABASE, NETWORK } from '../heal/rig.ts'
import { Desk } from './desk.ts'

const ESC = '\u001b'
const FORGED = 'OK          everything is well'
const NAMES = [
  `pms-a\n${FORGED}`,
  `pms-b\r${FORGED}`,
  `pms-c${ESC}[2J${ESC}]0;owned\u0007`,
  'pms-d\u202egnihton\u202c\u2066',
  'pms-e\u009b31m\u0085next\u2028line',
]
/** Whatever moves the cursor, the colour or the direction; a line feed ends our own lines. */
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

async function hostileHost(): Promise<Desk> {
  const desk = await Desk.open()
  const network = `net\n${FORGED}${ESC}[31m\u202e`
  desk.simulator.createNetwork(network)
  // No engine lets such a name in; whoever answers on the socket need not be one.
  for (const name of NAMES) {
    const made = desk.simulator.run({ networkMode: 'coolify', labels: { 'coolify.resourceName': name } })
    desk.simulator.engine.keep(made, name)
  }
  desk.simulator.run({ name: 'owner', networkMode: network })
  desk.configure({
    attachments: [
      { containers: 'pms-*', network: { of: 'owner' } },
      { containers: 'pms-*', network: NETWORK, resolve: [DATABASE] },
      { containers: 'pms-*', network: 'nowhere' },
    ],
  })
  return desk
}

function harmless(text: string): void {
  expect(UNSEEN.exec(text)?.index ?? null).toBeNull()
  for (const line of text.split('\n')) expect(line.startsWith(FORGED)).toBe(false)
}

describe.for([
  ['check'],
  ['check', '--json'],
  ['once'],
  ['once', '--json'],
  ['status'],
  ['status', '--json'],
  ['status', '--live'],
])('%j', argv => {
  test('every command prints a hostile name as harmless text', async () => {
    await using desk = await hostileHost()
    if (argv[0] === 'status') await desk.run('once')
    const { out, err } = await desk.run(...argv)
    expect(out).toContain('pms-')
    harmless(out)
    harmless(err)
  })
})

test('the action log, and the names as data, keep their lines', async () => {
  await using desk = await hostileHost()
  await desk.run('once')
  harmless(desk.log())
  for (const line of desk.log().trimEnd().split('\n')) expect(line).toMatch(/^\[\d{4}-.* UTC\] [A-Z]+: /)
  const printed: { attachments: { container: string }[] } = JSON.parse((await desk.run('status', '--json')).out)
  expect(printed.attachments.map(a => a.container)).toEqual(expect.arrayContaining([...NAMES]))
})

test('init shows them harmless, and proposes nothing that the config would refuse', async () => {
  await using desk = await hostileHost()
  const { out, err } = await desk.plain('init', '--docker-host', desk.host)
  harmless(out)
  harmless(err)
  expect(out).toBe('')
  expect(err).toContain('Left out   netheal config would refuse it: ')
})

test('the words of an engine are one line', async () => {
  await using desk = await hostileHost()
  desk.simulator.faults.fail({ message: `no\n${FORGED}${ESC}[31m\u202e` })
  const { error } = await desk.run('check')
  harmless(error?.message ?? '')
  expect(error?.message).not.toContain('\n')
})

test('off a terminal there is no colour; on one there is', async () => {
  await using plain = await Desk.open()
  for (const argv of [['check'], ['once'], ['status'], ['config'], ['status', '--live']]) {
    expect((await plain.run(...argv)).out).not.toContain(ESC)
  }
  await using bright = await Desk.open({ terminal: true })
  expect((await bright.run('check')).out).toContain(`${ESC}[31m`)
})
