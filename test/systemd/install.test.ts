/**
 * README.md's section "Install", typed line by line on a host with systemd, the engine's socket and no Node, by an operator
 * who may use sudo. What it promises is what is there at its end.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { isAttached } from '../engine/estate.ts'
import { makePackages } from './packages.ts'
import { describeBareHost } from './stage.ts'

/** The lines of the section's ```sh blocks; comments and empty lines are nothing to type. */
async function installLines(): Promise<string[]> {
  const readme = await readFile(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8')
  const section = /^## Install$([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(readme)?.[1] ?? ''
  const blocks = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(match => match[1] ?? '')
  return blocks.flatMap(block => block.split('\n')).filter(line => !/^\s*(#|$)/.test(line))
}

const lines = await installLines()

describeBareHost('README.md, "Install"', stage => {
  test.skipIf(lines.length === 0)(
    'the commands of README.md, "Install", end with a healed container, line by line',
    { timeout: 240_000 },
    async () => {
      const { host, estate } = stage()
      const { current } = await makePackages()
      expect((await host.run('command -v node nodejs npm')).stdout).toBe('')
      await host.ok('useradd --create-home --shell /bin/bash olga')
      await host.write('/etc/sudoers.d/olga', 'olga ALL=(ALL) NOPASSWD: ALL\n', 0o440)
      await host.bring(current, '/home/olga')
      await stage().takeAway(estate.backend)

      for (const line of lines) {
        await host.write('/tmp/typed', `cd && ${line}\n`)
        // It waits for the proof of what was attached, and people do not type as fast as this.
        if (line.includes('heartbeat.log')) await host.until('cat /var/log/netheal/heartbeat.log')
        const { code, stdout, stderr } = await host.run('runuser -l olga -c "bash /tmp/typed"')
        // `check` says with its exit code that there is something to heal, and here there is.
        const allowed = /\bnetheal check\b/.test(line) ? [0, 3] : [0]
        expect(allowed, `${line}\n${stdout}${stderr}`).toContain(code)
      }

      expect(await isAttached(estate.stack, estate.backend)).toBe(true)
      expect(await host.ok('systemctl status netheal')).toContain('Active: active (running)')
      expect(await host.ok('systemctl is-enabled netheal')).toBe('enabled')
      expect(await host.ok('cat /var/log/netheal/heartbeat.log')).toMatch(
        /^\[[\d: -]+UTC\] OK: Daily heartbeat - .*pms-backend/,
      )
      expect(await host.ok('netheal status')).toContain('netheal is running (pid ')
    },
  )
})
