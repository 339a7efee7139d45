// What is taken over from an old script: networks, containers and logs, as far as its text tells.
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takeOver } from '../../src/host/takeover.ts'
import { fakeRoot, script } from './fake-root.ts'

const NETWORK = 'bccg4gs4o4kgsowocw08wkw4'
const OLD = '/usr/local/bin/pms_ensure_supabase_net.sh'

test('everything of a script that says everything; what its cron entry adds as well', async () => {
  await using host = await fakeRoot({
    [OLD]: await script('pms_ensure_supabase_net.sh'),
    '/etc/cron.d/pms': `*/2 * * * * root ${OLD} >> /var/log/pms_cron.log 2>&1\n`,
  })
  const { takeover } = await takeOver(host.root, OLD)
  expect(takeover).toMatchObject({
    wanted: [{ network: NETWORK, containers: ['pms-backend', 'pms-worker-v2'] }],
    loose: { containers: [], networks: [] },
    unresolved: [],
    restarts: [{ line: 34, kind: 'restart' }],
    logs: ['/var/log/pms_ensure_supabase_net.log', '/var/log/pms_ensure_supabase_net.ok', '/var/log/pms_cron.log'],
    schedules: ['*/2 * * * *'],
    via: [{ kind: 'cron', file: '/etc/cron.d/pms', line: 1 }],
  })
})

test('the arguments of all that run it', async () => {
  const at = '/etc/systemd/system'
  const exec = (name: string) => `[Service]\nExecStart=/usr/local/bin/ensure.sh ${name}\n`
  await using host = await fakeRoot({
    '/usr/local/bin/ensure.sh': '-> /opt/pms/pms-ensure-network.sh',
    '/opt/pms/pms-ensure-network.sh': await script('pms-ensure-network.sh'),
    [`${at}/a.service`]: exec('pms-backend'),
    [`${at}/a.timer`]: '[Timer]\nOnUnitActiveSec=30s\n',
    [`${at}/b.service`]: exec('pms-worker-v2'),
  })
  const { takeover } = await takeOver(host.root, '/opt/pms/pms-ensure-network.sh')
  expect(takeover?.wanted).toEqual([{ network: NETWORK, containers: ['pms-backend', 'pms-worker-v2'] }])
  expect(takeover?.restarts.map(r => r.line)).toEqual([10])
})

test('what another file holds is missing, and said so', async () => {
  await using host = await fakeRoot({ '/opt/attach.sh': await script('attach-from-env.sh') })
  const { takeover } = await takeOver(host.root, '/opt/attach.sh')
  expect(takeover).toMatchObject({
    wanted: [],
    loose: { containers: ['pms-cron'], networks: [NETWORK] },
    schedules: [],
    via: [],
  })
  expect(takeover?.unresolved).toHaveLength(3)
})

test('it is read as text: nothing that stands in it is run', async () => {
  await using host = await fakeRoot({ '/opt/keep': 'kept' })
  const marker = join(host.root, 'ran')
  const hostile = `#!/bin/sh
touch ${marker}
A=$(touch ${marker}) B=\`touch ${marker}\`
trap 'touch ${marker}' EXIT
docker network connect "$(touch ${marker})${NETWORK}" "pms-backend"
`
  await writeFile(join(host.root, 'opt/hostile.sh'), hostile, { mode: 0o755 })
  const { takeover } = await takeOver(host.root, '/opt/hostile.sh')
  expect(takeover).not.toBeNull()
  expect(existsSync(marker)).toBe(false)
})

test('no such script, and one that is none', async () => {
  await using host = await fakeRoot({ '/opt/program': '\0' })
  expect((await takeOver(host.root, '/opt/none.sh')).takeover).toBeNull()
  expect((await takeOver(host.root, '/opt/program')).takeover).toBeNull()
})
