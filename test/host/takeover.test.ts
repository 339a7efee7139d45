// What is taken over from an old script: networks, containers and logs, as far as its text tells.
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takeOver } from '../../src/host/takeover.ts'
import { fakeRoot, script } from './fake-root.ts'

const NETWORK = 'bccg4gs4o4kgsowocw08wkw4'
const wanted = (container: string) => ({ network: NETWORK, container, aliases: [], ipv4: null, ipv6: null })
const OLD = '/usr/local/bin/pms_ensure_supabase_net.sh'

test('everything of a script that says everything; what its cron entry adds as well', async () => {
  await using host = await fakeRoot({
    [OLD]: await script('pms_ensure_supabase_net.sh'),
    '/etc/cron.d/pms': `*/2 * * * * root ${OLD} >> /var/log/pms_cron.log 2>&1\n`,
  })
  const { takeover } = await takeOver(host.root, OLD)
  expect(takeover).toMatchObject({
    wanted: [wanted('pms-backend'), wanted('pms-worker-v2')],
    left: [],
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
  expect(takeover?.wanted).toEqual([wanted('pms-backend'), wanted('pms-worker-v2')])
  expect(takeover?.restarts.map(r => r.line)).toEqual([10])
})

test('what another file holds is missing, and said so', async () => {
  await using host = await fakeRoot({ '/opt/attach.sh': await script('attach-from-env.sh') })
  const { takeover } = await takeOver(host.root, '/opt/attach.sh')
  expect(takeover).toMatchObject({
    wanted: [],
    schedules: [],
    via: [],
  })
  expect(takeover?.left.map(l => [l.line, l.rules, l.needsNetwork])).toEqual([
    [7, [{ container: null, network: null }], false],
    [7, [{ container: 'pms-cron', network: null }], true],
    [9, [{ container: null, network: NETWORK }], false],
  ])
  expect(takeover?.left[1]?.why).toMatch(
    /^the network is not known: \$SUPABASE_NETWORK \(from \/etc\/pms\/network\.env/,
  )
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

const AT = '/opt/attach.sh'

async function taken(lines: readonly string[], others: Readonly<Record<string, string>> = {}) {
  await using host = await fakeRoot({ [AT]: lines.join('\n'), ...others })
  const { takeover } = await takeOver(host.root, AT)
  if (takeover === null) throw new Error('no takeover')
  const rules = takeover.wanted.map(w =>
    [w.container, w.network, ...w.aliases, w.ipv4, w.ipv6].filter(x => x !== null).join(' '),
  )
  return { rules, left: takeover.left.map(l => `${l.line}: ${l.why}`), takeover }
}

test('a rule for each call that is whole, with its names and its address; never of what did not stand together', async () => {
  const { rules, left } = await taken([
    'attach() { docker network connect "$1" "$2"; }',
    'attach supabase_net api',
    'attach billing_net worker',
    'docker network connect --alias db --ip 10.0.0.5 --ip6 2001:db8::5 supabase_net pg',
  ])
  expect(rules).toEqual(['api supabase_net', 'worker billing_net', 'pg supabase_net db 10.0.0.5 2001:db8::5'])
  expect(left).toEqual([])
})

test('what is no whole rule is left, with its line: a part that is not known, an option, another engine, one of two', async () => {
  const { rules, left, takeover } = await taken([
    'docker ps -q | xargs -I{} docker network connect net {}',
    'docker network connect --link x:y net app',
    'docker -H ssh://other network connect net app',
    'if [ "$(hostname)" = a ]; then N=one; else N=two; fi',
    'docker network connect "$N" app',
    'docker network connect "$WHERE" app',
    'docker network connect --ip "$IP" net app',
  ])
  expect(rules).toEqual([])
  expect(left).toEqual([
    '1: the container is not known: $(docker ps -q)',
    '2: --link: a rule has no word for it',
    '3: it is for another engine (ssh://other); netheal heals the one of its own host',
    '5: how the script runs decides which of these it is',
    '6: the network is not known: $WHERE',
    '7: the address is not known: $IP',
  ])
  expect(takeover.left[3]?.rules).toEqual([
    { container: 'app', network: 'one' },
    { container: 'app', network: 'two' },
  ])
})

test('the scripts that it runs belong to it, with what they are given', async () => {
  const { rules } = await taken(['export NET=net', '/opt/one.sh api', 'bash /opt/one.sh worker'], {
    '/opt/one.sh': '#!/bin/sh\ndocker network connect "$NET" "$1"\n',
  })
  expect(rules).toEqual(['api net', 'worker net'])
})
