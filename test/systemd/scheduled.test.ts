/** netheal without a daemon: by the timer, and from a real cron with the file that comes with netheal. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { describeHost } from './stage.ts'

const cronFile = fileURLToPath(new URL('../../systemd/netheal.cron', import.meta.url))

describeHost('netheal once, scheduled', stage => {
  test('netheal once, scheduled by the timer: it heals, as its own user, and status knows', {
    timeout: 120_000,
  }, async () => {
    const { host, estate } = stage()
    await stage().dropIn('netheal-once.timer', '[Timer]\nOnCalendar=\nOnCalendar=*:*:0/2')
    await host.ok('systemctl enable --now netheal-once.timer')
    for (const application of [estate.backend, estate.worker]) {
      await stage().takeAway(application)
      await stage().attached(application)
      await host.until('cat /var/log/netheal/current.log', new RegExp(`SUCCESS: Connected ${application.name} `))
    }
    await host.until('netheal status', /^netheal runs from cron, .*\n(attached .*\n?){2}/)
    expect(await host.ok('find /var/log/netheal /var/lib/netheal /run/netheal ! -user netheal')).toBe('')
    expect(await stage().property('Result', 'netheal-once.service')).toBe('success')

    // The daemon takes over although the timer still runs: there is one lock, and both get on with it.
    await host.ok('systemctl start netheal || true')
    await host.until('systemctl is-active netheal', /^active/)
    await host.until('journalctl -u netheal-once -o cat', /is already healing this host, so this run only checks/)
    await stage().takeAway(estate.backend)
    await stage().attached(estate.backend)
  })

  test('netheal once, scheduled from cron: it mails what it healed, and nothing when all is well or the daemon runs', {
    timeout: 240_000,
  }, async () => {
    const { host, estate } = stage()
    await host.ok('usermod -aG docker netheal')
    const text = await readFile(cronFile, 'utf8')
    // Every minute, so that nobody waits for two.
    await host.write('/etc/cron.d/netheal', text.replace(/^\*\/2 /m, '* '))
    await stage().takeAway(estate.backend)
    const lastPass = 'cat /var/lib/netheal/state.json'
    const at = async (): Promise<string> => /"lastPass":\{[^}]*\}/.exec(await host.ok(lastPass))?.[0] ?? ''

    await host.until('cat /var/mail/all', /SUCCESS: Connected pms-backend to \S+/, 130_000)
    expect(await host.ok('netheal status')).toContain('netheal runs from cron')
    expect(await host.ok('find /var/log/netheal /var/lib/netheal /run/netheal ! -user netheal')).toBe('')
    await host.ok('cp /dev/null /var/mail/all')
    const healed = await at()
    await host.until(`${lastPass} | grep -v -F '${healed}'`, /lastPass/, 130_000)
    expect(await host.ok('cat /var/mail/all')).toBe('')

    // The very line of the file, with the daemon beside it.
    // The one-shot has saved its pass, and may still prove it.
    await host.until('systemctl start netheal && echo started', /started/)
    const command = /^\*\/2 \* \* \* \* netheal (.*)$/m.exec(text)?.[1] ?? ''
    await host.write('/tmp/job', command)
    const job = 'env -i PATH=/usr/bin:/bin HOME=/var/lib/netheal LOGNAME=netheal sh -c "$(cat /tmp/job)"'
    await host.write('/tmp/as-netheal', `exec ${job}\n`)
    expect(await host.run('runuser -u netheal -g netheal -G docker -- sh /tmp/as-netheal')).toEqual({
      ...{ code: 0, stdout: '', stderr: '' },
    })
    await host.ok('systemctl stop netheal; mv /usr/bin/netheal /usr/bin/netheal.away')
    const gone = await host.run('runuser -u netheal -- sh /tmp/as-netheal')
    await host.ok('mv /usr/bin/netheal.away /usr/bin/netheal')
    expect(gone).toEqual({ code: 0, stdout: '', stderr: '' })
  })
  test('netheal once, scheduled and not run: diagnose says why, and what it says to type mends it', {
    timeout: 240_000,
  }, async () => {
    const { host } = stage()
    interface Said {
      readonly code: string
      readonly summary: string
      readonly remedy: readonly string[]
    }
    const broken = async (): Promise<readonly Said[]> => {
      const { stdout } = await host.run('netheal diagnose --json')
      const { findings } = JSON.parse(stdout) as { readonly findings: readonly Said[] }
      return findings.filter(f => f.code === 'start-broken')
    }
    const mended = async (why: RegExp): Promise<void> => {
      const found = await broken()
      expect(found.map(f => f.summary)).toEqual([expect.stringMatching(why)])
      // Whoever types it is root here.
      for (const line of found[0]?.remedy ?? []) await host.ok(line.replaceAll('sudo ', ''))
      expect(await broken()).toEqual([])
    }
    await host.write('/etc/cron.d/netheal', await readFile(cronFile, 'utf8'), 0o664)
    await mended(/its mode is 0664/)
    await host.ok('systemctl stop cron')
    await mended(/no cron runs on this host/)
    await host.ok('rm /etc/cron.d/netheal; systemctl enable --now netheal-once.timer')
    expect(await broken()).toEqual([])
    await host.ok('systemctl stop netheal-once.timer')
    await mended(/it is enabled, and inactive/)
    await host.ok('systemctl mask --now netheal-once.timer')
    await mended(/it is masked/)
    expect(await stage().property('ActiveState', 'netheal-once.timer')).toBe('active')
  })
})
