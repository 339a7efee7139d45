// What of this host's own automation touches containers: the jobs of cron, anacron, at and systemd, and the scripts that
// they run, with those that these run in turn. Read as text, bounded; nothing is run, nothing outside of the root looked at.
import type { Automation, AutomationFinding, Unread } from '../diagnose/rules/automation.ts'
import { anacron } from './anacron.ts'
import { atJobs } from './at-jobs.ts'
import type { ScriptCall } from './call.ts'
import { systemCron, userCron } from './cron.ts'
import { type HostDisk, hostDisk } from './disk.ts'
import type { Job, JobSource } from './job.ts'
import { filesOf, readJob, readScriptFile, type ScriptFile, scriptKey } from './read-job.ts'
import { linesOf, type ScriptReading } from './script.ts'
import { shown } from './shown.ts'
import { systemUnits, userUnits } from './units.ts'

/** A job's script, what that calls, and what that calls: beyond it nobody knows any more what is run when. */
const DEEPEST = 3
/** Scripts that are read for one job. */
const MOST_SCRIPTS = 50
/** What a unit does to its own application. */
const OF_A_LIFE: ReadonlySet<string> = new Set(['start', 'stop', 'kill', 'remove', 'restart'])

/** How much may come of one source: nobody writes more by hand, and whoever reads the answer reads all of them. */
const MOST_JOBS = 1_000
const MOST_FINDINGS = 500
const MOST_UNREAD = 50

/** Where a scan stands: this job of this source; -1: what jobs it has. */
export interface ScanPlace {
  readonly source: number
  readonly job: number
}

/** One step of a scan. `reading`: this is next, by its file. */
export type ScanStep =
  | { readonly kind: 'reading'; readonly at: ScanPlace; readonly file: string }
  | { readonly kind: 'read'; readonly findings: readonly AutomationFinding[]; readonly unread: readonly Unread[] }

/**
 * @param from where it begins; what is before was read, or was too much
 * @param without files that were too much
 */
export async function scanSteps(
  root: string,
  from: ScanPlace,
  without: readonly string[],
  tell: (step: ScanStep) => void,
): Promise<void> {
  const disk = hostDisk(root)
  const told = new Map<string, string>()
  /** Each once, however often the disk is asked. */
  const news = (): readonly Unread[] => {
    const fresh = disk.unread().filter(u => told.get(u.file) !== u.why)
    for (const { file, why } of fresh) told.set(file, why)
    return fresh
  }
  for (const [index, source] of (await sourcesOn(disk)).entries()) {
    if (index < from.source) continue
    const first = index === from.source ? from.job : -1
    if (first === -1) tell({ kind: 'reading', at: { source: index, job: -1 }, file: source.file })
    const left = new Budget(source, disk)
    const jobs = await source.jobs()
    for (const [job, one] of jobs.entries()) {
      if (job < first || without.includes(one.file)) continue
      if (!left.hasRoom(job)) break
      tell({ kind: 'reading', at: { source: index, job }, file: one.file })
      const findings = left.findings(await findingsOf(one, await disk.as(one.file)))
      tell({ kind: 'read', findings, unread: left.unread(news()) })
    }
    // What it has left of itself, and folders that are closed.
    tell({ kind: 'read', findings: [], unread: news().slice(0, MOST_UNREAD) })
  }
}

/** What may still come of a source. */
class Budget {
  readonly #source: JobSource
  readonly #disk: HostDisk
  #findings = 0
  #unread = 0

  constructor(source: JobSource, disk: HostDisk) {
    this.#source = source
    this.#disk = disk
  }

  /** False: no more of its jobs is read, which is said. */
  hasRoom(jobs: number): boolean {
    const many =
      jobs >= MOST_JOBS
        ? `${MOST_JOBS} jobs`
        : this.#findings >= MOST_FINDINGS
          ? `${MOST_FINDINGS} lines that touch containers`
          : this.#unread >= MOST_UNREAD
            ? `${MOST_UNREAD} files that cannot be read`
            : null
    if (many !== null) this.#disk.leave(this.#source.file, `it was not read to its end: it leads to more than ${many}`)
    return many === null
  }

  findings(found: readonly AutomationFinding[]): readonly AutomationFinding[] {
    const kept = found.slice(0, MOST_FINDINGS - this.#findings)
    this.#findings += kept.length
    return kept
  }

  unread(found: readonly Unread[]): readonly Unread[] {
    const kept = found.slice(0, MOST_UNREAD - this.#unread)
    this.#unread += kept.length
    return kept
  }
}

/** The whole scan, in this thread. @param root `/`, or the top of a tree that stands for a host */
export async function scanHost(root: string): Promise<Automation> {
  const steps: ScanStep[] = []
  await scanSteps(root, { source: 0, job: -1 }, [], step => steps.push(step))
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

/** The system's before the users': nothing that one of these writes keeps those from being read. */
async function sourcesOn(disk: HostDisk): Promise<readonly JobSource[]> {
  const system = [...(await systemCron(disk)), anacron(disk), ...systemUnits(disk)]
  return [...system, ...(await userCron(disk)), ...atJobs(disk), ...(await userUnits(disk))]
}

/** Every command that this host runs by itself. */
export async function jobsOn(disk: HostDisk): Promise<readonly Job[]> {
  const found: Job[] = []
  for (const source of await sourcesOn(disk))
    for (const job of (await source.jobs()).slice(0, MOST_JOBS)) found.push(job)
  return found
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
        const isTold = disk.unread().some(u => u.file === script.file)
        if (isLocal(script.file) && !isTold)
          disk.leave(script.file, 'a program, not a script: what it does cannot be read')
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
