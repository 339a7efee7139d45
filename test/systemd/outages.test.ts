/** netheal.service while things around it are missing or broken: Docker, its service, the disk. And what systemd says of the units. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { describeHost, type Stage } from './stage.ts'

/** Each container of the estate runs (again). */
async function allRun({ estate: { database, backend, worker } }: Stage): Promise<void> {
  for (const { name, handle } of [database, backend, worker]) {
    await until(async () => (await handle.inspect()).State.Running, { what: `${name} to run`, deadline: 40_000 })
  }
}

describeHost('netheal.service in bad weather', stage => {
  test('netheal.service in bad weather: an engine that is not there holds nothing up, and one that restarts ends nothing', {
    timeout: 180_000,
  }, async () => {
    const { host, estate, engine } = stage()
    await engine.kill('SIGTERM')
    // Nothing that is ordered after netheal waits for Docker: it is ready to heal, and says that it cannot.
    await host.ok('systemctl start netheal')
    await host.until('systemctl show --value -p StatusText netheal', /^DEGRADED: .*docker\.sock/)
    const pid = await stage().property('MainPID')
    await engine.start()
    await allRun(stage())
    await stage().attached(estate.backend)
    await host.until('systemctl show --value -p StatusText netheal', /^OK: /)

    await engine.restart()
    await allRun(stage())
    await stage().takeAway(estate.worker)
    await stage().attached(estate.worker)
    expect(await stage().property('MainPID')).toBe(pid)
    expect(await stage().property('NRestarts')).toBe('0')
  })

  test('netheal.service in bad weather: docker.service may be absent, stop and restart', {
    timeout: 120_000,
  }, async () => {
    const { host } = stage()
    expect((await stage().property('After')).split(' ')).toContain('docker.service')
    await host.ok('systemctl start netheal')
    const pid = await stage().property('MainPID')
    await host.write('/run/systemd/system/docker.service', '[Service]\nExecStart=/bin/sleep infinity\n')
    await host.ok('systemctl daemon-reload; systemctl start docker; systemctl restart docker; systemctl stop docker')
    expect(await stage().property('MainPID')).toBe(pid)
    expect(await stage().property('ActiveState')).toBe('active')
    await host.ok('systemctl restart netheal')
    expect(await stage().property('ActiveState', 'docker.service')).toBe('inactive')
    await host.ok('rm /run/systemd/system/docker.service')
  })

  test('netheal.service in bad weather: a full disk stops no heal; the log has it all when there is room again', {
    timeout: 120_000,
  }, async () => {
    const { host, estate } = stage()
    await stage().takeAway(estate.backend)
    await host.ok('mount -t tmpfs -o size=64k,mode=0750,uid=netheal,gid=netheal tmpfs /var/log/netheal')
    await host.run('cat /dev/zero >/var/log/netheal/zeros')
    await host.ok('systemctl start netheal')
    await stage().attached(estate.backend)
    await host.until('journalctl -u netheal -o cat', /records cannot be written; healing goes on/)
    await host.until('systemctl show --value -p StatusText netheal', /^DEGRADED: .*no space left on the disk/)
    const status = await host.run('netheal status')
    expect(status.code, status.stdout).toBe(3)
    expect(status.stdout).toContain('no space left on the disk')

    await host.ok('rm /var/log/netheal/zeros')
    await stage().takeAway(estate.worker)
    await stage().attached(estate.worker)
    const log = await host.until('cat /var/log/netheal/current.log', /SUCCESS: Connected pms-worker-v2/)
    expect(log).toMatch(/FIXING: pms-backend not attached to /)
    // The next full pass writes the heartbeat as well.
    await host.ok('systemctl reload netheal')
    await host.until('netheal status')
    await host.until('test -s /var/log/netheal/heartbeat.log')
  })

  test('netheal.service in bad weather: narrowed to the socket, and widened to a log directory of the operator, as README says', async () => {
    const { host, estate } = stage()
    await host.ok('install -d -o netheal -g netheal /srv/log')
    await stage().configure({ log: { directory: '/srv/log' } })
    const narrow = 'RestrictAddressFamilies=\nRestrictAddressFamilies=AF_UNIX\nPrivateNetwork=yes\nIPAddressDeny=any'
    await stage().dropIn('netheal.service', `[Service]\n${narrow}\nReadWritePaths=/srv/log`)
    await host.ok('systemctl start netheal')
    await stage().takeAway(estate.worker)
    await stage().attached(estate.worker)
    await host.until('cat /srv/log/current.log', /pms-worker-v2 not attached to \S+ \(cause: explicit\)/)
    await host.until('netheal status')
  })

  test('netheal.service in bad weather: systemd finds nothing wrong in the units, and little exposed', async () => {
    const { host } = stage()
    const units = 'netheal.service netheal-once.service netheal-once.timer'
    const verified = await host.run(`cd /usr/lib/systemd/system && systemd-analyze verify --man=no ${units}`)
    expect(verified).toEqual({ code: 0, stdout: '', stderr: '' })
    for (const unit of ['netheal.service', 'netheal-once.service']) {
      const judged = await host.ok(`systemd-analyze security --offline=true /usr/lib/systemd/system/${unit}`)
      expect(Number(/Overall exposure level for \S+ ([\d.]+)/.exec(judged)?.[1])).toBeLessThanOrEqual(2)
    }
  })
})

test('both services are hardened by the same lines', async () => {
  const linesOf = async (unit: string): Promise<string[]> => {
    const text = await readFile(fileURLToPath(new URL(`../../systemd/${unit}`, import.meta.url)), 'utf8')
    const lines = text.split('\n').filter(line => /^\w+=/.test(line))
    return lines.slice(lines.findIndex(line => line.startsWith('User='))).filter(line => !line.startsWith('WantedBy='))
  }
  expect(await linesOf('netheal-once.service')).toEqual(await linesOf('netheal.service'))
})
