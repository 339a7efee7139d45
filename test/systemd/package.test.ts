/** The life of the package on a host: an upgrade under a running daemon, a removal, a purge. */
import { expect, test } from 'vitest'
import { laterVersion, makePackages } from './packages.ts'
import { describeBareHost } from './stage.ts'

describeBareHost('the package', stage => {
  test('the package: without a config nothing is started, and it says what comes next', async () => {
    const { host } = stage()
    const { current } = await makePackages()
    const said = await host.ok(`dpkg -i ${await host.bring(current, '/root')} 2>&1`)
    expect(said).toContain('netheal init --write')
    expect(await stage().property('ActiveState')).toBe('inactive')
    expect((await host.run('systemctl is-enabled netheal')).stdout).toBe('disabled\n')
    expect(await host.ok('ls /etc/cron.d /etc/netheal 2>/dev/null || true')).not.toContain('netheal')
    expect(await host.ok('netheal --version')).toContain('netheal ')
  })

  test('the package: an upgrade loses no state and no detach', { timeout: 180_000 }, async () => {
    const { host, estate } = stage()
    const { current, later } = await makePackages()
    await host.ok(`dpkg -i ${await host.bring(current, '/root')}`)
    await stage().configure({})
    await host.ok('systemctl enable --now netheal')
    await stage().takeAway(estate.backend)
    await stage().attached(estate.backend)
    await host.until('cat /var/log/netheal/current.log', /pms-backend not attached to \S+ \(cause: explicit\)/)
    const pid = await stage().property('MainPID')
    const config = await host.ok('cat /etc/netheal/config.json')
    const path = await host.bring(later, '/root')

    // Stands still, so that the new one finds what the old one did not heal any more.
    await host.ok(`kill -STOP ${pid}`)
    await stage().takeAway(estate.worker)
    const said = await host.ok(`(sleep 1; kill -CONT ${pid}) & dpkg -i ${path} 2>&1`)
    expect(said).toContain('the daemon was restarted, and heals with netheal')
    await stage().attached(estate.worker)
    await host.until('systemctl is-active netheal', /^active/)
    expect(await stage().property('MainPID')).not.toBe(pid)
    expect(await host.ok('dpkg -s netheal')).toContain(`Version: ${laterVersion}\n`)
    expect(await host.ok('cat /etc/netheal/config.json')).toBe(config)
    const causes = await host.until('cat /var/lib/netheal/state.json', /"detaches":\[.*explicit.*explicit/)
    expect(causes).toContain('pms-worker-v2')
    expect(await host.ok('netheal status')).toContain('netheal is running (pid ')
  })

  test('the package: a removal leaves config and logs, a purge the config alone', { timeout: 120_000 }, async () => {
    const { host } = stage()
    const { current } = await makePackages()
    await host.ok(`dpkg -i ${await host.bring(current, '/root')}`)
    await stage().configure({})
    await host.ok('systemctl enable --now netheal')
    await host.until('cat /var/log/netheal/heartbeat.log', /Daily heartbeat/)

    await host.ok('dpkg -r netheal')
    expect((await host.run('systemctl is-active netheal')).stdout).toBe('inactive\n')
    expect((await host.run('command -v netheal')).stdout).toBe('')
    await host.ok('test -s /var/log/netheal/heartbeat.log && test -s /var/lib/netheal/state.json')
    expect(
      await host.ok('find /etc/systemd /usr/lib/systemd /usr/lib/netheal -name "*netheal*" 2>/dev/null || true'),
    ).toBe('')

    await host.ok('dpkg -P netheal')
    expect(await host.ok('ls -d /var/log/netheal /var/lib/netheal /run/netheal 2>/dev/null || true')).toBe('')
    expect((await host.run('getent passwd netheal')).stdout).toBe('')
    expect(await host.ok('ls /etc/netheal')).toBe('config.json')
    expect(await host.ok('systemctl --failed --plain --no-legend')).toBe('')
  })
})
