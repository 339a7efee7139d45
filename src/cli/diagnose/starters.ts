// What starts netheal on this host: the units of its package, and lines of cron; and why each does not, though it should. Looks
// at files, at /proc for a cron that runs, and asks systemctl. Only reads; what cannot be looked at is no fault.
import { lstat, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ItsUnit, UnitFault } from '../../diagnose/itself-port.ts'
import { systemCron, userCron } from '../../host/cron.ts'
import { type HostDisk, hostDisk } from '../../host/disk.ts'
import type { Job } from '../../host/job.ts'
import { outputOf } from '../../host/program-output.ts'
import { firstWords } from '../../host/words.ts'

const UNITS = [
  { name: 'netheal.service', service: 'netheal.service', wantedBy: 'multi-user.target' },
  { name: 'netheal-once.timer', service: 'netheal-once.service', wantedBy: 'timers.target' },
] as const
const FOLDERS = [
  '/etc/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
]
const CRON_FILE = '/etc/cron.d/netheal'
/** A line of cron that runs it, by its path or by its name. */
const RUNS = /(?:^|[\s;&|(])((?:\/[\w./-]{1,200})?netheal)\s+(?:--?\S+\s+)?(?:once|run)\b/
/** Where cron looks for a bare name, unless its file says otherwise. */
const CRONS_PATH = '/usr/bin:/bin'
const CRONS = new Set(['cron', 'crond', 'fcron', 'bcron-start', 'dcron'])
const DEADLINE = 5_000

export async function startersOf(root: string, systemctl: string | null): Promise<readonly ItsUnit[]> {
  const disk = hostDisk(root)
  const real = (path: string): string => join(root, path)
  return [...(await unitsOf(disk, systemctl)), ...(await cronOf(disk, real))]
}

async function unitsOf(disk: HostDisk, systemctl: string | null): Promise<readonly ItsUnit[]> {
  const found: ItsUnit[] = []
  for (const { name, service, wantedBy } of UNITS) {
    const folder = await firstOf(FOLDERS, async f => (await disk.list(f)).includes(name))
    if (folder === null) continue
    const enabled = (await disk.list(`/etc/systemd/system/${wantedBy}.wants`)).includes(name)
    const [unit, run] = await Promise.all([name, service].map(n => shown(n, systemctl)))
    const isMeant = enabled || unit?.LoadState === 'masked'
    const faults = isMeant ? faultsOfUnit(unit ?? {}, run ?? {}, { name, service }) : []
    found.push({ name, file: `${folder}/${name}`, enabled, faults, lastRun: unit?.LastTriggerUSec || null })
  }
  return found
}

type Shown = Readonly<Record<string, string>>

/** Empty where systemd cannot be asked. */
async function shown(unit: string, systemctl: string | null): Promise<Shown> {
  if (systemctl === null) return {}
  const wanted = '-pLoadState,ActiveState,Result,ExecMainStatus,LastTriggerUSec'
  const { output } = await outputOf(systemctl, ['show', wanted, '--', unit], DEADLINE)
  return Object.fromEntries(
    output.split('\n').flatMap(line => {
      const at = line.indexOf('=')
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]]
    }),
  )
}

/** Of a one-shot, ended with 3 or 4, systemd says that it failed: it ran, and that is what is asked here. */
function faultsOfUnit(
  { LoadState, ActiveState }: Shown,
  { Result, ExecMainStatus }: Shown,
  { name, service: unit }: { readonly name: string; readonly service: string },
): readonly UnitFault[] {
  if (LoadState === 'masked') return [{ kind: 'masked' }]
  const faults: UnitFault[] = []
  const status = Number(ExecMainStatus)
  if (Result === 'exit-code' && status >= 200) faults.push({ kind: 'not-run', unit, result: `status ${status}` })
  else if (Result !== undefined && !/^(success|exit-code|)$/.test(Result))
    faults.push({ kind: 'not-run', unit, result: Result })
  // Of a daemon that is off it is said that it does not run.
  if (name !== unit && ActiveState !== undefined && /^(inactive|failed|deactivating)$/.test(ActiveState))
    faults.push({ kind: 'inactive', state: ActiveState })
  return faults
}

async function cronOf(disk: HostDisk, real: (path: string) => string): Promise<readonly ItsUnit[]> {
  // Of users' own crontabs only those that may be netheal's.
  const own = (await userCron(disk)).filter(({ file }) => /\/(root|netheal)$/.test(file))
  const read = await Promise.all([...(await systemCron(disk)), ...own].map(source => source.jobs()))
  const jobs = read.flat().filter(job => RUNS.test(job.command))
  const found: ItsUnit[] = []
  const noCron: readonly UnitFault[] = (await isCronRunning(disk, real)) === false ? [{ kind: 'no-cron' }] : []
  for (const job of jobs) {
    const looked = [faultsOfFile(job, disk, real), faultsOfCommand(job, disk, real)].map(f => f.catch(() => []))
    const faults = [...(await Promise.all(looked)).flat(), ...noCron]
    found.push({ name: 'cron', file: job.file, enabled: true, faults, lastRun: null })
  }
  const isThere = (await disk.list('/etc/cron.d')).includes('netheal')
  if (isThere && !jobs.some(j => j.file === CRON_FILE) && !disk.unread().some(u => u.file === CRON_FILE))
    found.push({ name: 'cron', file: CRON_FILE, enabled: false, faults: [{ kind: 'no-line' }], lastRun: null })
  return found
}

/** What makes cron pass over the whole file. A user's own crontab is written by crontab(1), which sees to it. */
async function faultsOfFile(job: Job, disk: HostDisk, real: (path: string) => string): Promise<readonly UnitFault[]> {
  if (job.via.kind !== 'cron' || job.via.owner !== null) return []
  const faults: UnitFault[] = []
  const target = await disk.target(job.file)
  const text = (await disk.read(job.file)) ?? ''
  if (target === null) return []
  const { uid, mode } = await stat(real(target))
  // The owner of the top of the tree: root.
  if (uid !== (await stat(real('/'))).uid) faults.push({ kind: 'owner', uid })
  const isDebian = (await disk.target('/etc/debian_version')) !== null
  // cronie wants its owner alone to write it, and nobody to run it; Debian's cron minds only who else may write.
  const isRefused = isDebian ? (mode & 0o022) !== 0 : (mode & 0o7533) !== 0o400
  if (isRefused) faults.push({ kind: 'mode', mode: (mode & 0o777).toString(8).padStart(4, '0') })
  if (isDebian) {
    if (job.file.startsWith('/etc/cron.d/') && !/^[\w-]+$/.test(job.file.slice(12))) faults.push({ kind: 'name' })
    if (!text.endsWith('\n')) faults.push({ kind: 'line-end' })
  }
  const times = (text.split('\n')[job.line - 1] ?? '').trimStart()
  const user = firstWords(times, times.startsWith('@') ? 2 : 6)?.words.at(-1)
  const accounts = await disk.read('/etc/passwd')
  if (user !== undefined && accounts !== null && !accounts.split('\n').some(l => l.startsWith(`${user}:`)))
    faults.push({ kind: 'no-user', user })
  return faults
}

async function faultsOfCommand(
  job: Job,
  disk: HostDisk,
  real: (path: string) => string,
): Promise<readonly UnitFault[]> {
  const command = RUNS.exec(job.command)?.[1]
  if (command === undefined) return []
  const path = job.env.PATH ?? CRONS_PATH
  const places = command.startsWith('/') ? [command] : path.split(':').map(folder => `${folder}/${command}`)
  const at = await firstOf(places, async p => (await disk.target(p)) !== null)
  const target = at === null ? null : await disk.target(at)
  if (at === null || target === null)
    return [{ kind: 'no-command', command, path: command.startsWith('/') ? null : path }]
  return ((await stat(real(target))).mode & 0o111) === 0 ? [{ kind: 'not-executable', command: at }] : []
}

/** Null: it is not known, for other users' processes cannot be seen. */
async function isCronRunning(disk: HostDisk, real: (path: string) => string): Promise<boolean | null> {
  // systemd-cron makes timers of the lines.
  if ((await disk.list('/run/systemd/generator')).some(name => name.startsWith('cron'))) return true
  try {
    await lstat(real('/proc/1/comm'))
    for (const pid of await readdir(real('/proc'))) {
      if (/^\d+$/.test(pid) && CRONS.has((await readFile(real(`/proc/${pid}/comm`), 'utf8').catch(() => '')).trim()))
        return true
    }
    return false
  } catch {
    return null
  }
}

async function firstOf<T>(all: readonly T[], holds: (one: T) => Promise<boolean>): Promise<T | null> {
  for (const one of all) if (await holds(one)) return one
  return null
}
