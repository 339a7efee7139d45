/**
 * README.md's sections "Install" and "Coming from the cron script", typed line by line on a host with systemd, a real cron and
 * no Node, by an operator who may use sudo. What they promise is what is there at their end.
 */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startedAt } from '../engine/estate.ts'
import { enginePath, findCommand } from '../support/engine-packages.ts'
import { makePackages } from './packages.ts'
import { describeBareHost, type Stage } from './stage.ts'

const SCRIPT = fileURLToPath(new URL('../fixtures/scripts/pms_ensure_supabase_net.sh', import.meta.url))

/** The lines of each ```sh block of a section; comments and empty lines are nothing to type. */
async function blocksOf(title: string): Promise<readonly (readonly string[])[]> {
  const readme = await readFile(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8')
  const section = new RegExp(`^## ${title}$([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(readme)?.[1] ?? ''
  const blocks = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(match => match[1] ?? '')
  if (blocks.length === 0) throw new Error(`README.md has nothing to type in "${title}"`)
  return blocks.map(block => block.split('\n').filter(line => !/^\s*(#|$)/.test(line)))
}

const install = await blocksOf('Install')
const migration = await blocksOf('Coming from the cron script')

/** The operator, with what was copied to the host at home. */
async function arrive({ host }: Stage): Promise<void> {
  const { current } = await makePackages()
  expect((await host.run('command -v node nodejs npm')).stdout).toBe('')
  await host.ok('id olga >/dev/null 2>&1 || useradd --create-home --shell /bin/bash olga')
  await host.write('/etc/sudoers.d/olga', 'olga ALL=(ALL) NOPASSWD: ALL\n', 0o440)
  await host.bring(current, '/home/olga')
  await host.bring(join(dirname(current), 'SHA256SUMS'), '/home/olga')
}

/** As olga types it, and as it ends. */
async function type({ host }: Stage, line: string): Promise<string> {
  await host.write('/tmp/typed', `cd && ${line}\n`)
  // It waits for the proof of what was attached, and people do not type as fast as this.
  if (line.includes('heartbeat.log')) await host.until('cat /var/log/netheal/heartbeat.log')
  const { code, stdout, stderr } = await host.run('runuser -l olga -c "bash /tmp/typed"')
  // `check` says with its exit code that there is something to heal, and here there is.
  const allowed = /\bnetheal check\b/.test(line) ? [0, 3] : [0]
  expect(allowed, `${line}\n${stdout}${stderr}`).toContain(code)
  return stdout
}

describeBareHost('README.md, typed', stage => {
  test('"Install" ends with a healed container, line by line', { timeout: 240_000 }, async () => {
    const { host, estate } = stage()
    await arrive(stage())
    // Where one is attached, `init` takes that for a sign, and leaves out the other.
    await stage().takeAway(estate.backend)
    await stage().takeAway(estate.worker)

    for (const line of install.flat()) await type(stage(), line)

    await stage().attached(estate.backend)
    expect(await host.ok('systemctl status netheal')).toContain('Active: active (running)')
    expect(await host.ok('systemctl is-enabled netheal')).toBe('enabled')
    expect(await host.ok('cat /var/log/netheal/heartbeat.log')).toMatch(
      /^\[[\d: -]+UTC\] OK: Daily heartbeat - .*pms-backend/,
    )
    expect(await host.ok('netheal status')).toContain('netheal is running (pid ')
  })

  test('"Coming from the cron script", with the script under a real cron, and back', { timeout: 240_000 }, async () => {
    const { host, estate } = stage()
    await arrive(stage())
    const docker = await findCommand('docker')
    if (docker === null) throw new Error(`no docker in ${enginePath}: the script speaks with it`)
    await host.bring(docker, '/usr/bin')
    await host.write('/usr/local/bin/pms_ensure_supabase_net.sh', await readFile(SCRIPT, 'utf8'), 0o755)
    const entry =
      '* * * * * root /usr/local/bin/pms_ensure_supabase_net.sh >>/var/log/pms_ensure_supabase_net.log 2>&1\n'
    await host.write('/etc/cron.d/pms_ensure_supabase_net', entry)
    await stage().takeAway(estate.backend)
    // It works, and cron runs it.
    await host.until('cat /var/log/pms_ensure_supabase_net.log', /pms-backend/, 150_000)
    await stage().attached(estate.backend)

    const [setUp = [], config = [], takeOver = [], tryIt = [], goBack = []] = migration
    expect(migration).toHaveLength(5)
    for (const line of setUp) await type(stage(), line)
    // Nothing is started yet, and the old script keeps running.
    expect(await stage().property('ActiveState')).toBe('inactive')
    for (const line of config) await type(stage(), line)
    expect(JSON.parse(await host.ok('cat /etc/netheal/config.json'))).toMatchObject({
      attachments: [{ network: estate.stack.name }],
    })
    expect(await stage().property('ActiveState')).toBe('inactive')
    for (const line of takeOver) await type(stage(), line)
    expect(await host.ok('ls /etc/cron.d')).not.toContain('pms_ensure_supabase_net')
    expect(await stage().property('ActiveState')).toBe('active')

    const before = await startedAt(estate.backend)
    const told: string[] = []
    for (const line of tryIt) {
      // The log has it when it was done, and people do not type as fast as this.
      if (line.includes('current.log')) await stage().attached(estate.backend)
      if (line.includes('current.log'))
        await host.until('cat /var/log/netheal/current.log', /SUCCESS: Connected pms-backend/)
      told.push((await type(stage(), line)).trim())
    }
    expect(told[0]).toBe(told.at(-1))
    expect(told.join('\n')).toMatch(/SUCCESS: Connected pms-backend to bccg4gs4o4kgsowocw08wkw4/)
    expect(await startedAt(estate.backend)).toBe(before)

    for (const line of goBack) await type(stage(), line)
    expect(await host.ok('cat /etc/cron.d/pms_ensure_supabase_net')).toBe(entry.trim())
    expect(await stage().property('ActiveState')).toBe('inactive')
    await host.ok('rm /etc/cron.d/pms_ensure_supabase_net /usr/local/bin/pms_ensure_supabase_net.sh')
  })
})
