// Where the logs go after an old script: its own directory if it had one, never one that belongs to everybody.
import { expect, test } from 'vitest'
import { logDirectoryOf } from '../../src/init/log-directory.ts'

const USUAL = '/var/log/netheal'
const directory = (...logs: readonly string[]): string => logDirectoryOf(logs, USUAL).directory

test('a log directory of its own is kept', () => {
  expect(directory('/var/log/pms/net.log', '/var/log/pms/net.ok')).toBe('/var/log/pms')
  expect(logDirectoryOf(['/var/log/pms/net.log'], USUAL).note).toContain('[Service], LogsDirectory=pms')
  expect(logDirectoryOf(['/data/pms/net.log'], USUAL).note).toContain('[Service], ReadWritePaths=/data/pms')
})

test('a shared log directory, several, or none give way to the usual one', () => {
  for (const log of ['/var/log/pms.log', '/tmp/x.log', '/tmp/x/y.log', '/root/x.log', '/x.log', '/home/me/x.log'])
    expect([log, logDirectoryOf([log], USUAL)]).toEqual([log, { directory: USUAL, note: null }])
  expect(directory('/var/log/a/x.log', '/var/log/b/x.log')).toBe(USUAL)
  expect(directory()).toBe(USUAL)
})
