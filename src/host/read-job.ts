// Reads the commands and scripts of this host's jobs, with the files that they read into themselves, from the disk.
import type { FileText, Started } from '../shell/machine.ts'
import { known, type Value } from '../shell/value.ts'
import type { HostDisk } from './disk.ts'
import type { Job } from './job.ts'
import { readScript, type ScriptReading } from './script.ts'
import { callsOfUnits } from './unit-restart.ts'
import { settingOf, unquoted } from './words.ts'

/** A file that reads a file that reads a file: each is a turn. */
const MOST_TURNS = 6

/** A script file as it is written where it is run, what it is given, and the variables that it finds. */
export interface ScriptFile {
  readonly file: string
  readonly args: readonly Value[] | null
  readonly env: Readonly<Record<string, Value>>
  readonly missing: readonly string[]
}

/** The job's own command, read as text. */
export async function readJob(job: Job, disk: HostDisk): Promise<ScriptReading> {
  const { env, missing } = await surroundingsOf(job, disk)
  return read(job.command, { file: null, args: [], env, missing, firstLine: job.line }, disk)
}

/** Null: there is no such plain text file. */
export async function readScriptFile(script: ScriptFile, disk: HostDisk): Promise<ScriptReading | null> {
  const text = await disk.read(script.file)
  return text === null ? null : read(text, { ...script, firstLine: 1 }, disk)
}

async function read(
  text: string,
  around: Omit<Parameters<typeof readScript>[1] & object, 'files'>,
  disk: HostDisk,
): Promise<ScriptReading> {
  const files = new Map<string, FileText>()
  for (let turn = 0; ; turn++) {
    const reading = readScript(text, { ...around, files })
    if (reading.wanted.length === 0 || turn === MOST_TURNS)
      return { ...reading, calls: [...reading.calls, ...(await callsOfUnits(reading.units, disk))] }
    for (const file of reading.wanted) files.set(file, await fileText(file, disk))
  }
}

async function fileText(file: string, disk: HostDisk): Promise<FileText> {
  const text = await disk.read(file)
  if (text !== null) return { kind: 'text', text }
  const isClosed = disk.unread().some(u => u.file === file) || (await disk.target(file)) !== null
  return { kind: isClosed ? 'closed' : 'absent' }
}

/** What it sets for its command, and the files that it reads variables from. */
async function surroundingsOf({ env, envFiles }: Job, disk: HostDisk) {
  const values: Record<string, Value> = Object.fromEntries(Object.entries(env).map(([name, text]) => [name, [text]]))
  const missing: string[] = []
  for (const file of envFiles) {
    const text = await disk.read(file)
    if (text === null) missing.push(file)
    for (const line of (text ?? '').split('\n')) {
      const setting = settingOf(line)
      if (setting !== null) values[setting.name] = [unquoted(setting.value)]
    }
  }
  return { env: values, missing }
}

/** Where a bare name is looked for: nothing that a distribution installs is of interest. */
const PATH = ['/usr/local/sbin', '/usr/local/bin', '/root/bin']

/** The script files among what is run. */
export async function filesOf(runs: readonly Started[], job: Job, disk: HostDisk): Promise<readonly ScriptFile[]> {
  const { env: set, missing } = await surroundingsOf(job, disk)
  const found: ScriptFile[] = []
  for (const { path, args, env } of runs) {
    for (const file of path.includes('/') ? [path] : await onPath(path, disk)) {
      if (!file.startsWith('/') || (await disk.target(file)) === null) continue
      found.push({ file, args, env: { ...set, ...env }, missing })
      break
    }
  }
  return found
}

const programs = new WeakMap<HostDisk, Map<string, readonly string[]>>()

/** Where a bare name is, by what the folders hold: one that is closed is named once, not once for each name. */
async function onPath(name: string, disk: HostDisk): Promise<readonly string[]> {
  const held = programs.get(disk) ?? new Map<string, readonly string[]>()
  programs.set(disk, held)
  if (held.size === 0) for (const folder of PATH) held.set(folder, await disk.list(folder))
  return [...held].filter(([, names]) => names.includes(name)).map(([folder]) => `${folder}/${name}`)
}

/** Equal in file, arguments and variables. */
export function scriptKey({ file, args, env }: ScriptFile): string {
  return JSON.stringify([file, args?.map(a => known(a) ?? a), env])
}
