// What of this host's own automation touches containers: the jobs of cron, anacron, at and systemd, and the scripts that
// they run, with those that these run in turn. Read as text, bounded; nothing is run, nothing outside of the root looked at.
import type { Automation, AutomationFinding } from '../diagnose/rules/automation.ts'
import { anacronJobs } from './anacron.ts'
import { atJobs } from './at-jobs.ts'
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

async function findingsOf(job: Job, disk: HostDisk): Promise<readonly AutomationFinding[]> {
  const { schedule, via } = job
  const own = await readJob(job, disk)
  tellUnclear(job.file, own, disk)
  // A file of cron.daily runs itself; its name is no line of it.
  const isFile = via.kind === 'cron-folder' || via.kind === 'at'
  const findings: AutomationFinding[] = linesOf(isFile ? [] : own.calls).map(({ file, ...line }) => {
    const text = file === null ? shown(job.command) : line.text
    return { ...line, file: file ?? job.file, text, schedule, via }
  })
  for (const { file, reading } of await scriptsFrom(await filesOf(own.runs, job, disk), job, disk))
    findings.push(...linesOf(reading.calls).map(l => ({ ...l, file: l.file ?? file, schedule, via })))
  return findings
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
      const reading = await readScriptFile(script, disk)
      if (reading === null) {
        if (isLocal(script.file)) disk.leave(script.file, 'a program, not a script: what it does cannot be read')
        continue
      }
      tellUnclear(script.file, reading, disk)
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
