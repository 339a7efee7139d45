/** What is measured is what operators run: the package's launcher, and the script that they have today. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { scriptFor } from '../../bench/cron-script.ts'
import { daemonFlags, launcherFor, unitsCpuWeight } from '../../bench/program.ts'

const original = readFileSync(new URL('../fixtures/scripts/pms_ensure_supabase_net.sh', import.meta.url), 'utf8')

const packaged = readFileSync(new URL('../../packaging/netheal', import.meta.url), 'utf8')

test('the launcher is the one of the package, in another folder', () => {
  const here = launcherFor(packaged, '/some/where')
  expect(here).not.toContain('/usr/lib')
  expect(here.replaceAll('/some/where/', '/usr/lib/netheal/')).toBe(packaged)
  expect(here).toMatch(/^exec \/some\/where\/node .* \/some\/where\/netheal\.cjs "\$@"$/m)
  expect(() => launcherFor('node netheal.cjs', '/some/where')).toThrow('packaging/netheal')
})

test('the script keeps everything but the names in it', () => {
  const script = scriptFor(original, ['one', 'two', 'three'], 'stack-1', '/somewhere')
  expect(script).toContain('SUPABASE_NETWORK="stack-1"\nCONTAINERS=(\n  "one"\n  "two"\n  "three"\n)\n')
  expect(script).toContain('OK_FILE="/somewhere/heartbeat.ok"')
  expect(script).not.toContain('"pms-worker-v2"')
  const code = (text: string) => text.slice(text.indexOf('timestamp()'))
  expect(code(script)).toBe(code(original))
  // Two inspects a container, as the runbook says.
  expect(script.match(/docker inspect/g)).toHaveLength(2)
  execFileSync('bash', ['-n'], { input: script })
})

test('a script that is not what it was is no baseline', () => {
  expect(() => scriptFor(original.replace('CONTAINERS=(', 'WHO=('), [], 'n', '/')).toThrow('CONTAINERS')
})

test("the daemon's options are those of the package's launcher", () => {
  expect(packaged).toContain(`flags='${daemonFlags().join(' ')}'`)
  expect(daemonFlags().every(flag => flag.startsWith('--'))).toBe(true)
})

test('the daemon that is measured has the share of the CPU of its unit', () => {
  expect(readFileSync('systemd/netheal.service', 'utf8')).toContain(`\nCPUWeight=${unitsCpuWeight()}\n`)
})
