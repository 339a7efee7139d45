// What of this host's own automation touches containers: the jobs of cron, anacron, at and systemd, and the scripts that
// they run, with those that these run in turn. Read as text, bounded; nothing is run, nothing outside of the root looked at.
import type { Automation, AutomationFinding } from '../diagnose/rules/automation.ts'
import { anacronJobs } from './anacron.ts'
import { atJobs } from './at-jobs.ts'
import { cronJobs } from './cron.ts'
import { type HostDisk, hostDisk } from './disk.ts'
import type { Job } from './job.ts'
import { readScript, type ScriptReading, type Started, shown } from './script.ts'
import { unitJobs } from './units.ts'

/** Where a bare name is looked for: nothing that a distribution installs is of interest. */
const PATH = ['/usr/local/sbin', '/usr/local/bin', '/root/bin']
/** A job's script, what that calls, and what that calls: beyond it nobody knows any more what is run when. */
const DEEPEST = 3
/** Scripts that are read for one job. */
const MOST_SCRIPTS = 50

/** @param root `/`, or the top of a tree that stands for a host */
export async function scanHost(root: string): Promise<Automation> {
  const disk = hostDisk(root)
  const findings: AutomationFinding[] = []
  for (const job of await jobsOn(disk)) findings.push(...(await findingsOf(job, disk)))
  return { findings: unique(findings), unread: disk.unread }
}

/** The same, read at the first call; the later ones are answered from that. */
export function scannedOnce(root: string): () => Promise<Automation> {
  let asked: Promise<Automation> | null = null
  return () => {
    asked ??= scanHost(root)
    return asked
  }
}

/** Every command that this host runs by itself. */
export async function jobsOn(disk: HostDisk): Promise<readonly Job[]> {
  return [...(await cronJobs(disk)), ...(await anacronJobs(disk)), ...(await atJobs(disk)), ...(await unitJobs(disk))]
}

/** The job's own command, read as text. */
export function readJob(job: Job): ScriptReading {
  return readScript(job.command, { args: [], env: job.env, files: job.envFiles }, job.line)
}

/** A script file as it is written where it is run, and what it is given. */
export interface ScriptFile {
  readonly file: string
  readonly args: readonly string[]
}

/** The script files that a job runs by itself. */
export function scriptsOf(job: Job, disk: HostDisk): Promise<readonly ScriptFile[]> {
  return filesOf(readJob(job).runs, disk)
}

async function filesOf(runs: readonly Started[], disk: HostDisk): Promise<readonly ScriptFile[]> {
  const found: ScriptFile[] = []
  for (const { path, args } of runs) {
    for (const file of path.includes('/') ? [path] : await onPath(path, disk)) {
      if (!file.startsWith('/') || (await disk.target(file)) === null) continue
      found.push({ file, args })
      break
    }
  }
  return found
}

const programs = new WeakMap<HostDisk, Map<string, readonly string[]>>()

/** Where a bare name is, by what the folders hold: one that is closed is named once, not once for each name. */
async function onPath(name: string, disk: HostDisk): Promise<readonly string[]> {
  const known = programs.get(disk) ?? new Map<string, readonly string[]>()
  programs.set(disk, known)
  if (known.size === 0) for (const folder of PATH) known.set(folder, await disk.list(folder))
  return [...known].filter(([, names]) => names.includes(name)).map(([folder]) => `${folder}/${name}`)
}

async function findingsOf(job: Job, disk: HostDisk): Promise<readonly AutomationFinding[]> {
  const { schedule, via } = job
  const own = job.via.kind === 'cron-folder' || job.via.kind === 'at' ? [] : readJob(job).lines
  const findings: AutomationFinding[] = own.map(l => ({
    ...l,
    file: job.file,
    text: shown(job.command),
    schedule,
    via,
  }))
  const read = new Set<string>()
  let scripts = await scriptsOf(job, disk)
  for (let depth = 1; depth <= DEEPEST && scripts.length > 0; depth++) {
    const next: ScriptFile[] = []
    for (const script of scripts) {
      const key = JSON.stringify(script)
      if (read.has(key) || read.size >= MOST_SCRIPTS) continue
      read.add(key)
      const { file, args } = script
      const text = await disk.read(file)
      if (text === null) continue
      const { lines, runs } = readScript(text, { args, env: job.env, files: job.envFiles })
      findings.push(...lines.map(l => ({ ...l, file, schedule, via })))
      next.push(
        ...(await filesOf(
          runs.filter(r => isLocal(r.path)),
          disk,
        )),
      )
    }
    scripts = next
  }
  return findings
}

/** What a distribution installs is a program's matter; each call of `ls` or `grep` would be looked for in vain. */
function isLocal(path: string): boolean {
  return path.startsWith('/') ? !/^\/(usr\/)?(s?bin|lib\w*|share)\//.test(path) : /\.\w+$|[-_]/.test(path)
}

function unique(findings: readonly AutomationFinding[]): readonly AutomationFinding[] {
  return [...new Map(findings.map(f => [JSON.stringify(f), f])).values()]
}
