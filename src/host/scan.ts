// What of this host's own automation touches containers: the jobs of cron and systemd, and the scripts that they run, one
// level deep. All of it is read as text, bounded; nothing is run, and nothing outside of the root is looked at.
import type { Automation, Finding, Job } from './automation.ts'
import { cronJobs } from './cron.ts'
import { type HostDisk, hostDisk } from './disk.ts'
import { readScript, type ScriptReading, shown } from './script.ts'
import { unitJobs } from './units.ts'

/** Where a bare name is looked for: nothing that a distribution installs is of interest. */
const PATH = ['/usr/local/sbin', '/usr/local/bin', '/root/bin']

/** @param root `/`, or the top of a tree that stands for a host */
export async function scanHost(root: string): Promise<Automation> {
  const disk = hostDisk(root)
  const findings: Finding[] = []
  for (const job of await jobsOn(disk)) findings.push(...(await findingsOf(job, disk)))
  return { findings: unique(findings), unread: disk.unread }
}

/** Every command that this host runs by itself. */
export async function jobsOn(disk: HostDisk): Promise<readonly Job[]> {
  return [...(await cronJobs(disk)), ...(await unitJobs(disk))]
}

/** The job's own command, read as text. */
export function readJob(job: Job): ScriptReading {
  return readScript(job.command, { args: [], env: job.env, files: job.envFiles }, job.line)
}

/** The script files that a job runs, and with which arguments: its path as it is written, and where it really is. */
export async function scriptsOf(
  job: Job,
  disk: HostDisk,
): Promise<readonly { readonly file: string; readonly args: readonly string[] }[]> {
  const found: { file: string; args: readonly string[] }[] = []
  for (const { path, args } of readJob(job).runs) {
    const places = path.startsWith('/') ? [path] : path.includes('/') ? [] : PATH.map(p => `${p}/${path}`)
    for (const file of places) {
      if ((await disk.target(file)) === null) continue
      found.push({ file, args })
      break
    }
  }
  return found
}

async function findingsOf(job: Job, disk: HostDisk): Promise<readonly Finding[]> {
  const { schedule, via } = job
  const own = job.via.kind === 'cron-folder' ? [] : readJob(job).lines
  const findings: Finding[] = own.map(l => ({ ...l, file: job.file, text: shown(job.command), schedule, via }))
  for (const { file, args } of await scriptsOf(job, disk)) {
    const text = await disk.read(file)
    if (text === null) continue
    const { lines } = readScript(text, { args, env: job.env, files: job.envFiles })
    findings.push(...lines.map(l => ({ ...l, file, schedule, via })))
  }
  return findings
}

function unique(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map(f => [JSON.stringify(f), f])).values()]
}
