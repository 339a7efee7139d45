// What the service's user may not use, by who owns it: its unit's User= and groups, against the config and the engine's socket.
// The journal has the refusal, and the operator who runs this as root is refused nothing. What cannot be read proves nothing.
import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { Closed, ItsService, ItsUnit } from '../../diagnose/itself-port.ts'
import { settingsIn, valuesOf } from '../../host/unit-file.ts'

interface User {
  readonly name: string
  readonly uid: number
  readonly groups: readonly number[]
}

const READ = 4
const USE = 6
const PASS = 1

/** Null: there is no unit that starts it at boot, or its user is not known. @param root `/`, or what stands for this host in a test */
export function serviceAccess(
  units: readonly ItsUnit[],
  file: string,
  { docker }: Config,
  root: string,
): ItsService | null {
  const unit = units.find(u => u.name === 'netheal.service' && u.enabled)
  if (unit === undefined) return null
  const settings = [unit.file, ...dropIns(root)].flatMap(path => settingsIn(path, textOf(join(root, path))))
  const name = settings.findLast(s => s.section === 'Service' && s.key === 'User')?.value ?? 'root'
  const asked = valuesOf(settings, 'SupplementaryGroups').flatMap(s => s.value.split(/\s+/))
  const groups = lines(root, '/etc/group')
  const missing = groups.length === 0 ? [] : asked.filter(g => !/^\d+$/.test(g) && groups.every(([n]) => n !== g))
  const user = userOf(name, asked, groups, root)
  if (user === null) return null
  const socket = docker.host.startsWith('unix://') ? docker.host.slice('unix://'.length) : null
  return {
    user: name,
    missingGroups: missing,
    config: refusal(file, READ, user, groups),
    socket: socket === null ? null : refusal(socket, USE, user, groups),
  }
}

/** Lines that the operator has laid over the unit, in the order in which they count. */
function dropIns(root: string): readonly string[] {
  const folder = '/etc/systemd/system/netheal.service.d'
  try {
    const names = readdirSync(join(root, folder)).filter(name => name.endsWith('.conf'))
    return names.sort().map(name => `${folder}/${name}`)
  } catch {
    return []
  }
}

function userOf(
  name: string,
  asked: readonly string[],
  groups: readonly (readonly string[])[],
  root: string,
): User | null {
  const entry = lines(root, '/etc/passwd').find(([n, , uid]) => n === name || uid === name)
  if (entry === undefined) return null
  const member = groups.filter(([n = '', , , of = '']) => asked.includes(n) || of.split(',').includes(name))
  return { name, uid: Number(entry[2]), groups: [entry[3], ...member.map(g => g[2])].map(Number) }
}

/** Whose it is where this user may not; null where it may, or where that is not known. */
function refusal(path: string, wanted: number, user: User, groups: readonly (readonly string[])[]): Closed | null {
  if (user.uid === 0) return null
  for (let at = dirname(path); ; at = dirname(at)) {
    const found = look(at)
    if (found === null || !may(found, PASS, user)) return found === null ? null : owned(at, found, groups)
    if (at === dirname(at)) break
  }
  const found = look(path)
  return found === null || may(found, wanted, user) ? null : owned(path, found, groups)
}

function look(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}

function may({ uid, gid, mode }: Stats, wanted: number, user: User): boolean {
  const shift = user.uid === uid ? 6 : user.groups.includes(gid) ? 3 : 0
  return ((mode >> shift) & wanted) === wanted
}

function owned(path: string, { uid, gid, mode }: Stats, groups: readonly (readonly string[])[]): Closed | null {
  const group = groups.find(g => g[2] === String(gid))?.[0] ?? String(gid)
  const isGroups = ((mode >> 3) & READ) === READ
  return {
    path,
    owner: uid === 0 ? 'root' : String(uid),
    group,
    mode: (mode & 0o7777).toString(8).padStart(4, '0'),
    isGroups,
  }
}

function lines(root: string, path: string): readonly (readonly string[])[] {
  return textOf(join(root, path))
    .split('\n')
    .filter(line => line.includes(':'))
    .map(line => line.split(':'))
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
