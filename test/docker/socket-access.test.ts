// No permission on the socket: who owns it, who is in its group, and what to type.
import { describe, expect, test } from 'vitest'
import { type AccountFiles, socketAccess } from '../../src/docker/socket-access.ts'

const PASSWD = [
  'root:x:0:0:root:/root:/bin/sh',
  'alice:x:1000:1000::/home/alice:/bin/sh',
  'bob:x:1001:998::/:/bin/sh',
].join('\n')
const GROUP = ['root:x:0:', 'docker:x:998:deploy,alice', 'ops:x:997:', ''].join('\n')

interface Situation {
  readonly gid?: number
  readonly mode?: number
  readonly uid?: number
  readonly groups?: string
  readonly missing?: boolean
}

function access({ gid = 998, mode = 0o140660, uid = 1000, groups = '1000', missing = false }: Situation) {
  const texts: Readonly<Record<string, string>> = {
    '/etc/passwd': PASSWD,
    '/etc/group': GROUP,
    '/proc/self/status': `Name:\tnode\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nGid:\t${uid}\t${uid}\t${uid}\t${uid}\nGroups:\t${groups} \n`,
  }
  const files: AccountFiles = {
    stat: () => ({ uid: 0, gid, mode }),
    read: path => {
      const text = texts[path]
      if (missing || text === undefined) throw new Error(`ENOENT: ${path}`)
      return text
    },
  }
  return socketAccess('/run/d.sock', files)
}

describe('the hint', () => {
  test('the hint about a closed socket: names the group, its members by either way, and the command', () => {
    const { why, hint } = access({ uid: 1002 })
    expect(why).toBe(': it belongs to root:docker, mode 0660')
    expect(hint).toContain('the group docker may use it (members: alice, bob, deploy)')
    const carol = access({ uid: 1001, gid: 997 })
    expect(carol.hint).toBe(
      'the group ops may use it (it has no members); you are bob. Type: sudo usermod -aG ops bob, and log in again; for a unit of systemd: SupplementaryGroups=ops',
    )
  })

  test('the hint about a closed socket: a member whose session is older than that', () => {
    expect(access({}).hint).toContain(
      'alice is in the group docker, but this session started before that: log in again',
    )
  })

  test('the hint about a closed socket: a socket for its owner only, and one without a group of its own', () => {
    expect(access({ mode: 0o140600 }).hint).toContain('only root may use it: run netheal as root (sudo netheal ...)')
    expect(access({ gid: 0 }).hint).toContain('sudo groupadd -f docker')
  })

  test('the hint about a closed socket: where nothing can be read, numbers; where nothing is there, the rule', () => {
    const { why, hint } = access({ missing: true })
    expect(why).toBe(': it belongs to user 0:group 998, mode 0660')
    expect(hint).toContain('sudo usermod -aG 998 USER')
    expect(socketAccess('/nonexistent/d.sock').hint).toContain('usermod -aG docker USER')
  })
})
