// What of this host's own automation touches containers: the jobs of cron, anacron, at and systemd, and the scripts that
// they run, with those that these run in turn. Read as text, bounded; nothing is run, nothing outside of the root looked at.
import type { Automation, AutomationFinding, Unread } from '../diagnose/rules/automation.ts'
import { anacronJobs } from './anacron.ts'
import { atJobs } from './at-jobs.ts'
import type { ScriptCall } from './call.ts'
import { cronJobs } from './cron.ts'
import { type HostDisk, hostDisk } from './disk.ts'
import type { Job } from './job.ts'
import { filesOf, readJob, readScriptFile, type ScriptFile, scriptKey } from './read-job.ts'
import { linesOf, type ScriptReading } from './script.ts'
import { shown } from './shown.ts'
import { unitJobs } from './units.ts'

/** A job's script, what that calls, and what that calls: beyond it nobody knows any more what is run when. */
const DEEPEST = 3
/** Scripts that are read for one job. */
const MOST_SCRIPTS = 50
/** What a unit does to its own application. */
const OF_A_LIFE: ReadonlySet<string> = new Set(['start', 'stop', 'kill', 'remove', 'restart'])

/** One step of a scan. `reading`: this job is next, by its file. */
export type ScanStep =
  | { readonly kind: 'reading'; readonly job: number; readonly of: number; readonly file: string }
  | { readonly kind: 'read'; readonly findings: readonly AutomationFinding[]; readonly unread: readonly Unread[] }

/** @param from the first job that is read; the others were, or were too much */
export async function scanSteps(root: string, from: number, tell: (step: ScanStep) => void): Promise<void> {
  const disk = hostDisk(root)
  const jobs = await jobsOn(disk)
  tell({ kind: 'read', findings: [], unread: disk.unread })
  for (const [i, job] of jobs.entries()) {
    if (i < from) continue
    tell({ kind: 'reading', job: i, of: jobs.length, file: job.file })
    tell({ kind: 'read', findings: await findingsOf(job, disk), unread: disk.unread })
  }
}

/** The whole scan, in this thread. @param root `/`, or the top of a tree that stands for a host */
export async function scanHost(root: string): Promise<Automation> {
  const steps: ScanStep[] = []
  await scanSteps(root, 0, step => steps.push(step))
  return automationOf(steps, [])
}

/** What came of the steps; `others`: what could not be read besides. */
export function automationOf(steps: readonly ScanStep[], others: readonly Unread[]): Automation {
  const read = steps.filter(s => s.kind === 'read')
  const unread = [...read.flatMap(s => s.unread), ...others]
  return {
    findings: unique(read.flatMap(s => s.findings)),
    unread: [...new Map(unread.map(u => [u.file, u])).values()],
  }
}

/** Every command that this host runs by itself. */
export async function jobsOn(disk: HostDisk): Promise<readonly Job[]> {
  return [...(await cronJobs(disk)), ...(await anacronJobs(disk)), ...(await atJobs(disk)), ...(await unitJobs(disk))]
}

async function findingsOf(job: Job, disk: HostDisk): Promise<readonly AutomationFinding[]> {
  const { schedule, via } = job
  const own = await readJob(job, disk)
  tellUnclear(job.file, own, disk)
  // A file of cron.daily runs itself; its name is no line of it.
  const isFile = via.kind === 'cron-folder' || via.kind === 'at'
  const findings: AutomationFinding[] = linesOf(isFile ? [] : await othersOf(own.calls, job, disk)).map(
    ({ file, ...line }) => {
      const text = file === null ? shown(job.command) : line.text
      return { ...line, file: file ?? job.file, text, schedule, via }
    },
  )
  for (const { file, reading } of await scriptsFrom(await filesOf(own.runs, job, disk), job, disk))
    findings.push(...linesOf(reading.calls).map(l => ({ ...l, file: l.file ?? file, schedule, via })))
  return findings
}

/** Without what a unit does to the application that it is: `docker start -a app`, with `docker stop app` at its end. */
async function othersOf(calls: readonly ScriptCall[], job: Job, disk: HostDisk): Promise<readonly ScriptCall[]> {
  const starts: ScriptCall[] = []
  for (const command of job.starts ?? []) starts.push(...(await readJob({ ...job, command }, disk)).calls)
  const own = starts.filter(c => c.command === 'start' || c.command === 'run')
  const names = new Set(own.flatMap(c => (c.container?.kind === 'known' ? [c.container.value] : [])))
  const isProject = starts.some(c => c.command === 'compose-up')
  return calls.filter(({ command, container }) => {
    if (command.startsWith('compose-')) return !isProject
    return !OF_A_LIFE.has(command) || container?.kind !== 'known' || !names.has(container.value)
  })
}

/** These scripts, and those that they run in turn. What is not read is named. */
export async function scriptsFrom(
  first: readonly ScriptFile[],
  job: Job,
  disk: HostDisk,
): Promise<readonly { readonly file: string; readonly reading: ScriptReading }[]> {
  const found: { readonly file: string; readonly reading: ScriptReading }[] = []
  const read = new Set<string>()
  let scripts = first
  for (let depth = 1; depth <= DEEPEST && scripts.length > 0; depth++) {
    const next: ScriptFile[] = []
    for (const script of scripts) {
      const key = scriptKey(script)
      if (read.has(key)) continue
      if (read.size >= MOST_SCRIPTS) {
        disk.leave(job.file, `it runs more than ${MOST_SCRIPTS} scripts; the others were not read`)
        return found
      }
      read.add(key)
      // Our own launcher: what netheal does is in its config.
      if (script.file.endsWith('/netheal')) continue
      const reading = await readScriptFile(script, disk)
      if (reading === null) {
        if (isLocal(script.file)) disk.leave(script.file, 'a program, not a script: what it does cannot be read')
        continue
      }
      // What a distribution installs is a program's matter, and none of this host's own.
      if (isLocal(script.file)) tellUnclear(script.file, reading, disk)
      found.push({ file: script.file, reading })
      const local = reading.runs.filter(r => isLocal(r.path))
      next.push(...(await filesOf(local, job, disk)))
    }
    scripts = next
  }
  const [left] = scripts.filter(s => !read.has(scriptKey(s)))
  if (left !== undefined)
    disk.leave(left.file, `run by a script of a script: not read, for it is more than ${DEEPEST} deep`)
  return found
}

function tellUnclear(file: string, { unclear }: ScriptReading, disk: HostDisk): void {
  if (unclear.length > 0) disk.leave(file, unclear.slice(0, 5).join('; '))
}

/** What a distribution installs is a program's matter; each call of `ls` or `grep` would be looked for in vain. */
function isLocal(path: string): boolean {
  return path.startsWith('/') ? !/^\/(usr\/)?(s?bin|lib\w*|share)\//.test(path) : /\.\w+$|[-_]/.test(path)
}

function unique(findings: readonly AutomationFinding[]): readonly AutomationFinding[] {
  return [...new Map(findings.map(f => [JSON.stringify(f), f])).values()]
}
