// What netheal takes over from a script that kept containers on a network: which containers, which networks, where it wrote.
// The script is read as text. What it does not say itself is said to be missing, never guessed.
import type { Trigger, Unread } from '../diagnose/rules/automation.ts'
import { hostDisk } from './disk.ts'
import type { Job } from './job.ts'
import { jobsOn, readJob, scriptsOf } from './scan.ts'
import { readScript, type ScriptLine, type ScriptReading } from './script.ts'

export interface Wanted {
  readonly network: string
  readonly containers: readonly string[]
}

export interface Takeover {
  readonly file: string
  /** By network, in the order of the script. */
  readonly wanted: readonly Wanted[]
  /** Containers whose network could not be told, and networks whose containers could not. */
  readonly loose: { readonly containers: readonly string[]; readonly networks: readonly string[] }
  readonly unresolved: readonly string[]
  /** Its lines that stop or start containers: what will not happen any more. */
  readonly restarts: readonly ScriptLine[]
  /** Files that it wrote, or that what runs it wrote for it. */
  readonly logs: readonly string[]
  readonly via: readonly Trigger[]
  readonly schedules: readonly string[]
}

const RESTARTS = new Set(['restart', 'stop', 'start', 'kill', 'remove'])
const LOG_NAME = /LOG|HEARTBEAT|OK_?FILE/i

/** Null where there is no such script; `unread` says when it is there and cannot be read. */
export async function takeOver(
  root: string,
  file: string,
): Promise<{ readonly takeover: Takeover | null; readonly unread: readonly Unread[] }> {
  const disk = hostDisk(root)
  const text = await disk.read(file)
  if (text === null) return { takeover: null, unread: disk.unread }
  const readings: ScriptReading[] = []
  const jobs: Job[] = []
  const real = await disk.target(file)
  for (const job of await jobsOn(disk)) {
    for (const { file: run, args } of await scriptsOf(job, disk)) {
      if ((await disk.target(run)) !== real) continue
      jobs.push(job)
      readings.push(readScript(text, { args, env: job.env, files: job.envFiles }))
    }
  }
  if (readings.length === 0) readings.push(readScript(text))
  return { takeover: takeoverOf(file, readings, jobs), unread: disk.unread }
}

function takeoverOf(file: string, readings: readonly ScriptReading[], jobs: readonly Job[]): Takeover {
  const lines = readings.flatMap(r => r.lines)
  const connects = lines.filter(l => l.kind === 'connect')
  const wanted = new Map<string, Set<string>>()
  const containers = new Set<string>()
  const networks = new Set<string>()
  for (const line of connects) {
    for (const network of line.networks) {
      if (line.containers.length === 0) networks.add(network)
      else wanted.set(network, new Set([...(wanted.get(network) ?? []), ...line.containers]))
    }
    if (line.networks.length === 0) for (const container of line.containers) containers.add(container)
  }
  const named = readings.flatMap(r =>
    [...r.variables].filter(([name]) => LOG_NAME.test(name)).flatMap(([, v]) => v.values),
  )
  const outputs = [...readings, ...jobs.map(readJob)].flatMap(r => r.outputs)
  return {
    file,
    wanted: [...wanted].map(([network, of]) => ({ network, containers: [...of] })),
    loose: { containers: [...containers], networks: [...networks].filter(n => !wanted.has(n)) },
    unresolved: unique(connects.flatMap(l => l.unresolved)),
    restarts: [...new Map(lines.filter(l => RESTARTS.has(l.kind)).map(l => [l.line, l])).values()],
    logs: unique([...named, ...outputs].filter(p => /^\/[^*?]+$/.test(p) && !p.startsWith('/dev/'))),
    via: jobs.map(j => j.via),
    schedules: unique(jobs.flatMap(j => (j.schedule === null ? [] : [j.schedule]))),
  }
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}
