/** netheal.service under a real systemd: ready, reloaded, killed, hung, without a config. */
import { expect, test } from 'vitest'
import { isAttached } from '../engine/estate.ts'
import { describeHost } from './stage.ts'

describeHost('netheal.service', stage => {
  test('netheal.service is ready after the first pass, and not before', { timeout: 120_000 }, async () => {
    const { host, estate, engine } = stage()
    await stage().configure({ docker: { timeout: '90s' } })
    await stage().takeAway(estate.backend)
    await engine.freeze()
    await host.ok('systemctl start --no-block netheal')
    await host.until('journalctl -u netheal -o cat', /"watching"/)
    expect((await host.run('systemctl is-active netheal')).stdout).toBe('activating\n')
    engine.thaw()
    // A second `start` waits for the first one, as an operator's does.
    await host.ok('systemctl start netheal')
    expect((await host.run('systemctl is-active netheal')).stdout).toBe('active\n')
    expect(await isAttached(estate.stack, estate.backend)).toBe(true)
    expect(await stage().property('StatusText')).toMatch(/^OK: pms-backend and pms-worker-v2 healthy \(proven: .*\)$/)
  })

  test('netheal.service heals without root, and all that it writes is its own', { timeout: 120_000 }, async () => {
    const { host, estate } = stage()
    await host.ok('systemctl start netheal')
    await stage().takeAway(estate.worker)
    await stage().attached(estate.worker)
    await host.until('cat /var/log/netheal/current.log', /SUCCESS: Connected pms-worker-v2/)
    const pid = await stage().property('MainPID')
    expect(await host.ok(`cat /proc/${pid}/comm`)).toBe('netheal')
    expect(await host.ok(`stat -c %U /proc/${pid}`)).toBe('netheal')
    expect(await host.ok(`grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/${pid}/status`)).toMatch(/:\t0+\n.*:\t1\n.*:\t2/)
    expect(await host.ok('find /var/log/netheal /var/lib/netheal /run/netheal ! -user netheal')).toBe('')
    // Attached, and then proven: an engine as old as 20.10 takes a second for its statistics.
    await host.until('cat /var/log/netheal/heartbeat.log', /OK: Daily heartbeat/)
    await host.until('netheal status; echo "code $?"', /code 0/)
    await host.ok('systemctl stop netheal')
    expect(await stage().property('Result')).toBe('success')
    expect((await host.run('netheal status')).code).toBe(5)
  })

  test('netheal.service goes before others on the CPU, without real-time scheduling', {
    timeout: 120_000,
  }, async () => {
    const { host } = stage()
    await host.ok('systemctl start netheal')
    expect(await stage().property('CPUWeight')).toBe('10000')
    // What the kernel has of it: cgroup v1 counts in shares of 1024.
    const group = await stage().property('ControlGroup')
    const shares = `cat /sys/fs/cgroup/cpu${group}/cpu.shares || cat /sys/fs/cgroup${group}/cpu.weight`
    expect(await host.ok(`(${shares}) 2>/dev/null`)).toMatch(/^(102400|10000)$/)
    // SCHED_OTHER, without a limit after which it would be ended: proc_pid_stat(5).
    expect(await host.ok(`cut -d ' ' -f 41 /proc/${await stage().property('MainPID')}/stat`)).toBe('0')
    expect(await stage().property('LimitRTTIME')).toBe('infinity')
  })

  test('netheal.service comes back when it is killed, and misses nothing', { timeout: 120_000 }, async () => {
    const { host, estate } = stage()
    await host.ok('systemctl start netheal')
    const pid = await stage().property('MainPID')
    await host.ok(`kill -9 ${pid}`)
    await stage().takeAway(estate.backend)
    await stage().attached(estate.backend)
    await host.until(
      'systemctl show -p ActiveState -p NRestarts netheal',
      /NRestarts=1\nActiveState=active|ActiveState=active\nNRestarts=1/,
    )
    expect(await stage().property('MainPID')).not.toBe(pid)
    await host.until('cat /var/log/netheal/current.log', /FIXING: pms-backend not attached to \S+ \(cause: explicit\)/)
  })

  test('netheal.service: the watchdog is fed by passes alone, and ends a daemon that stands still', {
    timeout: 180_000,
  }, async () => {
    const { host, estate } = stage()
    // No event and no schedule: the passes are made for the watchdog.
    await stage().configure({ watch: { poll: false } })
    await stage().dropIn('netheal.service', '[Service]\nWatchdogSec=10s\nRestartSec=1s')
    await host.ok('systemctl start netheal')
    const pid = await stage().property('MainPID')
    for (let fed = 0; fed < 2; fed++) {
      const at = await stage().property('WatchdogTimestampMonotonic')
      await host.until(`test "$(systemctl show --value -p WatchdogTimestampMonotonic netheal)" != ${at}`)
    }
    expect(await stage().property('MainPID')).toBe(pid)
    await host.ok(`kill -STOP ${pid}`)
    await stage().takeAway(estate.worker)
    await host.until('journalctl -u netheal', /Watchdog timeout/)
    await stage().attached(estate.worker)
    expect(await stage().property('MainPID')).not.toBe(pid)
  })

  test('netheal.service: a reload takes a good config, and refuses a bad one where the operator sees it', {
    timeout: 120_000,
  }, async () => {
    const { host, estate } = stage()
    await stage().configure({}, { containers: ['pms-backend'] })
    await stage().takeAway(estate.worker)
    await host.ok('systemctl start netheal')
    const pid = await stage().property('MainPID')
    expect(await isAttached(estate.stack, estate.worker)).toBe(false)

    await stage().configure({})
    await host.ok('systemctl reload netheal')
    await stage().attached(estate.worker)

    await host.write('/etc/netheal/config.json', '{"attachments": [{"containers": ["x"], "netwrok": "y"}]}')
    const { code, stderr } = await host.run('systemctl reload netheal')
    expect(code, stderr).not.toBe(0)
    expect(await host.ok('journalctl -u netheal -o cat')).toContain('netwrok')
    // Past systemd, straight to the daemon: it keeps the old config as well.
    await host.ok('systemctl kill --kill-who=main -s HUP netheal')
    await host.until('journalctl -u netheal -o cat', /config not reloaded; the old one stays in effect/)
    await host.until('systemctl is-active netheal', /^active/)
    await stage().takeAway(estate.worker)
    await stage().attached(estate.worker)
    expect(await stage().property('MainPID')).toBe(pid)
  })

  test('netheal.service without a config fails at once, and says how to get one', { timeout: 120_000 }, async () => {
    const { host } = stage()
    await host.ok('rm /etc/netheal/config.json')
    expect((await host.run('systemctl enable --now netheal')).code).not.toBe(0)
    await host.until('systemctl is-failed netheal', /^failed/)
    expect(await stage().property('NRestarts')).toBe('0')
    expect(await stage().property('ExecMainStatus')).toBe('2')
    expect((await host.run('systemctl status netheal')).stdout).toContain('netheal init --write')
  })
})
