// What the service's user may not use, on a real disk, and what diagnose says of it.
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { serviceAccess } from '../../src/cli/diagnose/service-access.ts'
import { loadConfig } from '../../src/config/load.ts'
import { serviceFindings } from '../../src/diagnose/itself/service.ts'
import type { Itself, ItsService } from '../../src/diagnose/itself-port.ts'
import { wellItself } from '../diagnose/asked.ts'
import { freshFolder, isRoot } from '../record/folder.ts'

const UNIT = '/usr/lib/systemd/system/netheal.service'
const GROUP = 990
const dead: Itself['healer'] = { ...wellItself.healer, alive: false, mode: null, pid: null }

interface Host {
  readonly config?: readonly [gid: number, mode: number]
  readonly socket?: readonly [gid: number, mode: number]
  readonly groups?: string
  readonly dropIn?: string
  readonly enabled?: boolean
}

/** The access of the service of a host whose files are like that. */
async function accessOn(host: Host): Promise<ItsService | null> {
  await using folder = freshFolder()
  const { path: root } = folder
  chmodSync(root, 0o755)
  const write = (path: string, text: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    return join(root, path)
  }
  write('/etc/passwd', `root:x:0:0::/root:/bin/sh\nnetheal:x:991:${GROUP}::/:/bin/false\n`)
  write('/etc/group', host.groups ?? `root:x:0:\nnetheal:x:${GROUP}:\ndocker:x:992:netheal\n`)
  write(UNIT, '[Service]\nUser=netheal\nSupplementaryGroups=docker\n')
  if (host.dropIn !== undefined) write('/etc/systemd/system/netheal.service.d/own.conf', host.dropIn)
  const socket = join(root, 'docker.sock')
  const file = write(
    '/config.json',
    JSON.stringify({ attachments: [{ containers: 'a', network: 'n' }], docker: { host: `unix://${socket}` } }),
  )
  const server = createServer().listen(socket)
  try {
    await new Promise(resolve => server.once('listening', resolve))
    const own = (path: string, [gid, mode]: readonly [number, number]): void => {
      chownSync(path, 0, gid)
      chmodSync(path, mode)
    }
    own(file, host.config ?? [GROUP, 0o640])
    own(socket, host.socket ?? [992, 0o660])
    const { config } = await loadConfig({ flags: { config: file }, env: {} })
    const unit = { name: 'netheal.service', file: UNIT, enabled: host.enabled ?? true, faults: [], lastRun: null }
    return serviceAccess([unit], file, config, root)
  } finally {
    server.close()
  }
}

const found = async (host: Host, healer = dead) =>
  serviceFindings({ ...wellItself, healer, service: await accessOn(host) }).map(f => [f.code, f.remedy[0]])

/** Only root can give files away. */
describe.runIf(isRoot)('the user of the service', () => {
  test.each<[string, Host]>([
    ['as installed', {}],
    ['a config that all may read', { config: [0, 0o644] }],
    [
      'another group, with the drop-in',
      {
        socket: [GROUP + 9, 0o660],
        groups: `netheal:x:${GROUP}:\npodman:x:${GROUP + 9}:\n`,
        dropIn: '[Service]\nSupplementaryGroups=\nSupplementaryGroups=podman\n',
      },
    ],
    ['root, by the drop-in', { config: [0, 0o600], socket: [0, 0o600], dropIn: '[Service]\nUser=root\n' }],
    ['a unit that starts nothing', { config: [0, 0o600], enabled: false }],
  ])('may use all of it: %s', async (_, host) => {
    expect(await found(host)).toEqual([])
  })

  test('a config for root alone', async () => {
    const [only] = await found({ config: [0, 0o600] })
    expect(only?.[0]).toBe('config-closed')
    expect(only?.[1]).toMatch(
      /^sudo chgrp netheal \S+config\.json && sudo chmod g\+rX \S+ && sudo systemctl restart netheal$/,
    )
  })

  test('a socket of another group', async () => {
    const groups = `netheal:x:${GROUP}:\ndocker:x:992:netheal\npodman:x:77:\n`
    expect(await found({ socket: [77, 0o660], groups })).toEqual([
      ['socket-closed', expect.stringContaining('SupplementaryGroups= and then SupplementaryGroups=podman')],
    ])
    // It heals: whatever the files say, it may.
    expect(await found({ socket: [77, 0o660], groups }, wellItself.healer)).toEqual([])
  })

  test('a group that is not there: the unit ends with 216/GROUP', async () => {
    const all = await found({ groups: `root:x:0:\nnetheal:x:${GROUP}:\n`, socket: [0, 0o660] })
    expect(all.map(f => f[0])).toEqual(['service-group', 'socket-closed'])
    expect(all[0]?.[1]).toContain('sudo groupadd -f docker')
  })
})

test('without a unit nothing is known', async () => {
  const { config } = await loadConfig({
    flags: { config: 'x' },
    env: {},
    disk: {
      read: async () => new TextEncoder().encode('{"attachments":[{"containers":"a","network":"n"}]}'),
      owner: async () => ({ uid: 0, gid: 0, mode: 0 }),
    },
  })
  expect(serviceAccess([], '/etc/netheal/config.json', config, '/nowhere')).toBeNull()
})
