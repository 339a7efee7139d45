// What netheal takes over from a script that kept containers on a network: a rule for each call of it that is whole, and where
// it wrote. The script is read as text. What it does not say itself is named by its line, never guessed.
import type { Trigger, Unread } from '../diagnose/rules/automation.ts'
import type { Part, ScriptCall } from './call.ts'
import { type HostDisk, hostDisk } from './disk.ts'
import type { Job } from './job.ts'
import { filesOf, readJob, type ScriptFile } from './read-job.ts'
import { jobsOn, scriptsFrom } from './scan.ts'
import { linesOf, type ScriptLine, type ScriptReading } from './script.ts'

/** One container on one network, as one call of the script joins it. */
export interface Wanted {
  readonly network: string
  readonly container: string
  readonly aliases: readonly string[]
  readonly ipv4: string | null
  readonly ipv6: string | null
}

/** A line that joins containers, and is no rule yet. */
export interface Left {
  readonly file: string
  readonly line: number
  readonly text: string
  readonly why: string
  /** As far as they are known; null: the script does not say. For an engine elsewhere there is nothing to write. */
  readonly rules: readonly { readonly container: string | null; readonly network: string | null }[]
  /** Only the network is missing. */
  readonly needsNetwork: boolean
}

export interface Takeover {
  readonly file: string
  /** In the order of the script, each once. */
  readonly wanted: readonly Wanted[]
  readonly left: readonly Left[]
  /** Its lines that stop or start containers: what will not happen any more. */
  readonly restarts: readonly ScriptLine[]
  /** Files that it wrote, or that what runs it wrote for it. */
  readonly logs: readonly string[]
  readonly via: readonly Trigger[]
  readonly schedules: readonly string[]
  /** What of it could not be read, or not to its end. */
  readonly unread: readonly Unread[]
}

const RESTARTS = new Set(['restart', 'stop', 'kill', 'remove'])
const LONGEST_COMMAND = 2_000
const LOG_NAME = /LOG|HEARTBEAT|OK_?FILE/i

type Read = Awaited<ReturnType<typeof scriptsFrom>>

/** `takeover`: null where there is no such script; `unread`: what of it could not be read. */
export interface TakenOver {
  readonly takeover: Takeover | null
  readonly unread: readonly Unread[]
}

export async function takeOver(root: string, file: string): Promise<TakenOver> {
  const disk = hostDisk(root)
  if ((await disk.read(file)) === null) return { takeover: null, unread: disk.unread() }
  const runs: Read[] = []
  const jobs: Job[] = []
  const callers: ScriptReading[] = []
  const own = hostDisk(root)
  const real = await disk.target(file)
  for (const job of await jobsOn(disk)) {
    // Of any user's crontab only this is asked: does it run that script?
    if (job.command.length > LONGEST_COMMAND) continue
    const theirs = await disk.as(job.file)
    const caller = await readJob(job, theirs)
    for (const script of await filesOf(caller.runs, job, theirs)) {
      if ((await disk.target(script.file)) !== real) continue
      jobs.push(job)
      callers.push(caller)
      runs.push(await scriptsFrom([{ ...script, file }], job, own))
    }
  }
  if (runs.length === 0) runs.push(await alone(file, own))
  const takeover = takeoverOf(file, runs, { jobs, callers })
  return { takeover: { ...takeover, unread: own.unread() }, unread: own.unread() }
}

/** Run by nobody: what it is given is not known. */
async function alone(file: string, disk: HostDisk): Promise<Read> {
  const script: ScriptFile = { file, args: null, env: {}, missing: [] }
  const via = { kind: 'cron-folder', file } as const
  return scriptsFrom([script], { file, line: 1, command: file, schedule: null, env: {}, envFiles: [], via }, disk)
}

function takeoverOf(
  file: string,
  runs: readonly Read[],
  { jobs, callers }: { readonly jobs: readonly Job[]; readonly callers: readonly ScriptReading[] },
): Omit<Takeover, 'unread'> {
  const readings = runs.flat()
  const wanted = new Map<string, Wanted>()
  const left = new Map<string, Left>()
  for (const { file: of, reading } of readings) {
    const connects = reading.calls.filter(c => c.command === 'connect')
    for (const ways of Map.groupBy(connects, c => JSON.stringify([c.file, c.path])).values()) {
      const settled = settledOf(ways, of)
      if ('network' in settled) wanted.set(JSON.stringify(settled), settled)
      else left.set(JSON.stringify(settled), settled)
    }
  }
  const lines = readings.flatMap(r => linesOf(r.reading.calls))
  const held = readings.flatMap(r =>
    [...r.reading.variables].filter(([name]) => LOG_NAME.test(name)).flatMap(([, v]) => v),
  )
  const outputs = [...readings.map(r => r.reading), ...callers].flatMap(r => r.outputs)
  return {
    file,
    wanted: [...wanted.values()],
    left: [...left.values()],
    restarts: [...new Map(lines.filter(l => RESTARTS.has(l.kind)).map(l => [l.line, l])).values()],
    logs: unique([...held, ...outputs].filter(p => /^\/[^*?]+$/.test(p) && !p.startsWith('/dev/'))),
    via: jobs.map(j => j.via),
    schedules: unique(jobs.flatMap(j => (j.schedule === null ? [] : [j.schedule]))),
  }
}

/** Of the ways that one call may go, a rule where there is one, and it is whole. */
function settledOf(ways: readonly ScriptCall[], of: string): Wanted | Left {
  const [first] = ways
  if (first === undefined) throw new Error('a call without a way')
  const { file, line, text } = first
  const place = { file: file ?? of, line, text }
  const distinct = [...new Map(ways.map(w => [JSON.stringify(wantedOf(w) ?? openOf(w)), w])).values()]
  const elsewhere = distinct.find(w => w.host !== null)?.host
  if (elsewhere !== undefined && elsewhere !== null)
    return {
      ...place,
      why: `it is for another engine (${shownPart(elsewhere)}); netheal heals the one of its own host`,
      rules: [],
      needsNetwork: false,
    }
  const rules = distinct.map(({ container, network }) => ({ container: nameOf(container), network: nameOf(network) }))
  if (distinct.length > 1)
    return { ...place, why: 'how the script runs decides which of these it is', rules, needsNetwork: false }
  const { options } = first
  const needsNetwork = first.network?.kind === 'unknown' && options.length === 0 && openOf(first).length === 1
  const why = [...openOf(first), ...(options.length > 0 ? [`${options.join(', ')}: a rule has no word for it`] : [])]
  const whole = wantedOf(first)
  return whole === null || why.length > 0 ? { ...place, why: why.join('; '), rules, needsNetwork } : whole
}

/** Null: a part of it is not known. */
function wantedOf({ network, container, aliases, address, address6 }: ScriptCall): Wanted | null {
  const [on, who, ipv4, ipv6] = [network, container, address, address6].map(nameOf)
  const names = aliases.map(nameOf)
  if (typeof on !== 'string' || typeof who !== 'string' || names.includes(null)) return null
  if ((address !== null && typeof ipv4 !== 'string') || (address6 !== null && typeof ipv6 !== 'string')) return null
  return {
    network: on,
    container: who,
    aliases: unique(names.filter(n => n !== null)),
    ipv4: ipv4 ?? null,
    ipv6: ipv6 ?? null,
  }
}

/** What is not known of it, in words. */
function openOf({ network, container, aliases, address, address6 }: ScriptCall): readonly string[] {
  const parts: readonly (readonly [string, Part | null])[] = [
    ['the network', network],
    ['the container', container],
    ['the address', address],
    ['the IPv6 address', address6],
    ...aliases.map(a => ['an alias', a] as const),
  ]
  return parts.flatMap(([what, part]) => (part?.kind === 'unknown' ? [`${what} is not known: ${shownPart(part)}`] : []))
}

function shownPart(part: Part): string {
  return part.kind === 'known' ? part.value : part.text
}

function nameOf(part: Part | null): string | null {
  return part?.kind === 'known' ? part.value : null
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}
