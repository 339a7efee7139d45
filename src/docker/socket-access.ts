// Why this process may not use the engine's socket, and what to type: who owns it, which group may use it, who is in that.
// Read only once a connection was refused; what cannot be read is left out of the sentence.
import { lstatSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export interface SocketAccess {
  /** For the end of `no permission on unix:///var/run/docker.sock`. Empty where nothing is known. */
  readonly why: string
  readonly hint: string
}

/** The files that say it; a test gives its own. */
export interface AccountFiles {
  /** Owner, group and mode of the socket; throws as `stat` does. */
  stat(path: string): { readonly uid: number; readonly gid: number; readonly mode: number }
  /** Throws as reading does. */
  read(path: string): string
}

const FALLBACK = 'use sudo, or a user in the group that owns the socket (usually: sudo usermod -aG docker USER)'

const realFiles: AccountFiles = {
  stat: path => statSync(path),
  read: path => readFileSync(path, 'utf8').slice(0, 1024 * 1024),
}

/** Never throws. */
export function socketAccess(path: string, files: AccountFiles = realFiles): SocketAccess {
  let socket: ReturnType<AccountFiles['stat']>
  try {
    socket = files.stat(path)
  } catch {
    return { why: closedFolder(path), hint: FALLBACK }
  }
  const { uid, gid, mode } = socket
  const users = entries(files, '/etc/passwd')
  const groups = entries(files, '/etc/group')
  const owner = users.find(u => u[2] === String(uid))?.[0] ?? `user ${uid}`
  const group = groups.find(g => g[2] === String(gid))
  const groupName = group?.[0] ?? `group ${gid}`
  const me = myself(files, users)
  const why = `: it belongs to ${owner}:${groupName}, mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`
  const who = me?.name ?? 'USER'
  const groupWord = group?.[0] ?? String(gid)
  const isOpenToGroup = (mode & 0o020) !== 0
  if (!isOpenToGroup) {
    return {
      why,
      hint: `only ${owner} may use it: run netheal as ${owner} (sudo netheal ...), or open it to a group: sudo chgrp docker ${path} && sudo chmod 660 ${path}`,
    }
  }
  if (gid === 0) {
    return {
      why,
      hint: 'it has no group of its own yet: sudo groupadd -f docker && sudo systemctl restart docker, then: sudo usermod -aG docker USER; or run netheal as root (sudo netheal ...)',
    }
  }
  const members = (group?.[3] ?? '').split(',').filter(m => m !== '')
  const primary = users.filter(u => u[3] === String(gid)).map(u => u[0] ?? '')
  const inGroup = [...new Set([...members, ...primary])].sort()
  const listed = inGroup.length === 0 ? 'it has no members' : `members: ${inGroup.slice(0, 10).join(', ')}`
  if (me !== null && me.name !== null && inGroup.includes(me.name) && !me.groups.includes(gid)) {
    return {
      why,
      hint: `${who} is in the group ${groupName}, but this session started before that: log in again (or: newgrp ${groupName}); for the service: sudo systemctl restart netheal`,
    }
  }
  return {
    why,
    hint: `the group ${groupWord} may use it (${listed}); ${me?.name ? `you are ${who}` : 'you are not'}. Type: sudo usermod -aG ${groupWord} ${who}, and log in again; for a unit of systemd: SupplementaryGroups=${groupName}`,
  }
}

/** Who this process is, from what the kernel says: a user may have no name, and groups are those of the session. */
function myself(
  files: AccountFiles,
  users: readonly (readonly string[])[],
): { readonly name: string | null; readonly groups: readonly number[] } | null {
  try {
    const status = files.read('/proc/self/status')
    const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1]
    if (uid === undefined) return null
    const gid = /^Gid:\s+\d+\s+(\d+)/m.exec(status)?.[1]
    const groups = (/^Groups:\s*(.*)$/m.exec(status)?.[1] ?? '').split(/\s+/).filter(g => g !== '')
    return {
      name: users.find(u => u[2] === uid)?.[0] ?? null,
      groups: [...groups, ...(gid === undefined ? [] : [gid])].map(Number),
    }
  } catch {
    return null
  }
}

function entries(files: AccountFiles, path: string): readonly (readonly string[])[] {
  try {
    return files
      .read(path)
      .split('\n')
      .map(line => line.split(':'))
  } catch {
    return []
  }
}

/** The socket cannot even be looked at: one of the folders above it is closed. */
function closedFolder(path: string): string {
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) {
    try {
      lstatSync(at)
      return `: you have no access to the directory ${at}`
    } catch {
      // Go on upwards, to the first that can be seen.
    }
  }
  return ''
}
