// Who has a home on this host, where units of a systemd of one's own may lie.
import type { HostDisk } from './disk.ts'

export interface Home {
  readonly user: string
  readonly home: string
}

/** Accounts that log in: those of /etc/passwd with a shell, and whoever else has a folder in /home. */
export async function homesOf(disk: HostDisk): Promise<readonly Home[]> {
  const homes = new Map<string, Home>()
  const passwd = (await disk.read('/etc/passwd')) ?? ''
  for (const line of passwd.split('\n')) {
    const [user = '', , , , , home = '', shell = ''] = line.split(':')
    const logsIn = shell !== '' && !/\/(nologin|false|sync|halt|shutdown)$/.test(shell)
    if (user !== '' && logsIn && /^\/[^/]/.test(home)) homes.set(home, { user, home })
  }
  for (const user of ['root', ...(await disk.list('/home'))]) {
    const home = user === 'root' ? '/root' : `/home/${user}`
    if (!homes.has(home)) homes.set(home, { user, home })
  }
  return [...homes.values()]
}
