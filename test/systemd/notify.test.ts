/** Notifications from the hardened unit: what it lets through, and what docs/notifications.md says that it does not. */
import { expect, test } from 'vitest'
import { describeHost } from './stage.ts'

const RECEIVER = `
const { createServer } = require('node:http'), { appendFileSync } = require('node:fs')
createServer((request, response) => {
  let body = ''
  request.on('data', chunk => body += chunk)
  request.on('end', () => { appendFileSync('/run/received', request.url + ' ' + body + '\\n'); response.end('ok') })
}).listen(18080, '127.0.0.1')`

/** Tells all that it may: who it is, and what it was given. */
const TELL = `#!/bin/sh
{ id -un; /usr/local/bin/setgid-id -gn; cat; } > /var/lib/netheal/told
`

describeHost('notifications of netheal.service', stage => {
  test('notifications of netheal.service: HTTP with the name of a credential, and a command; a setgid program gets no group', {
    timeout: 180_000,
  }, async () => {
    const { host } = stage()
    await host.write('/root/receiver.js', RECEIVER)
    await host.ok('rm -f /run/received; systemd-run -q --unit receiver /usr/lib/netheal/node /root/receiver.js')
    try {
      await host.write('/etc/netheal/hook', 'http://127.0.0.1:18080/PLANTED-HOOK\n')
      await host.write('/usr/local/bin/tell', TELL)
      await host.ok(`chmod 640 /etc/netheal/hook; chgrp netheal /etc/netheal/hook; chmod 755 /usr/local/bin/tell
        install -m 2755 -g mail /usr/bin/id /usr/local/bin/setgid-id`)
      // As LoadCredential= would set it. That itself needs a file system with ACLs below /run, which a container has not:
      // there systemd 252 fails to hand any credential to any service with a user.
      await stage().dropIn(
        'netheal.service',
        '[Service]\nEnvironment=CREDENTIALS_DIRECTORY=/etc/netheal\nRestartSec=1s',
      )
      await stage().configure({
        notify: [
          { format: 'slack', url: { file: 'hook' } },
          { format: 'command', command: ['/usr/local/bin/tell'] },
        ],
      })
      await host.ok('systemctl start netheal')
      await host.ok(`kill -9 ${await stage().property('MainPID')}`)
      await host.until('cat /run/received', /^\/PLANTED-HOOK .*netheal did not shut down cleanly/)
      await host.until('cat /var/lib/netheal/told', /"kind":"crashed"/)
      // Out of the unit the same program has the group of its file.
      expect(await host.ok('setpriv --reuid netheal --regid netheal --clear-groups /usr/local/bin/setgid-id -gn')).toBe(
        'mail',
      )
      expect(await host.ok('head -n 2 /var/lib/netheal/told')).toBe('netheal\nnetheal')
      const said = await host.ok(
        'journalctl -u netheal -o cat; cat /var/lib/netheal/state.json; netheal config; netheal status || :',
      )
      expect(said).toContain('notification delivered')
      expect(said).not.toContain('PLANTED')
    } finally {
      await host.run(
        'systemctl stop receiver; rm -rf /etc/netheal/hook /usr/local/bin/tell /usr/local/bin/setgid-id /run/received /root/receiver.js',
      )
    }
  })
})
