// The units of systemd that somebody of this host wrote: services, the timers that start them, and drop-ins, also those for
// units of the distribution, for the system and for each user's own systemd. Those of the distribution itself count only
// where they run a script of this host's own.
import { EVERY_USER, type Trigger } from '../diagnose/rules/automation.ts'
import { homesOf } from './accounts.ts'
import type { HostDisk } from './disk.ts'
import type { Job, JobSource } from './job.ts'
import { type Setting, settingsIn, valuesOf } from './unit-file.ts'

/** One systemd, with its folders; the first that has a unit's file is the one in force. */
interface Manager {
  /** Whose own it is; null: the system's. */
  readonly user: string | null
  /** Where people put units. */
  readonly own: readonly string[]
  readonly distribution: readonly string[]
}

const SYSTEM: Manager = {
  user: null,
  own: ['/etc/systemd/system', '/run/systemd/system', '/usr/local/lib/systemd/system'],
  distribution: ['/usr/lib/systemd/system', '/lib/systemd/system'],
}
const EXECS = ['ExecStartPre', 'ExecStart', 'ExecStartPost', 'ExecReload', 'ExecStop', 'ExecStopPost']
const TIMES = ['OnCalendar', 'OnUnitActiveSec', 'OnUnitInactiveSec', 'OnBootSec', 'OnStartupSec', 'OnActiveSec']
/** How much later than that it may run. */
const SLACK = ['AccuracySec', 'RandomizedDelaySec']
/** Where people put scripts of their own. */
const LOCAL = /^['"]?[@:!+-]*\/(usr\/local|opt|root|home|srv|etc|var)\//

const MOST_OF_A_USER = 200
/** Of one unit with its drop-ins, and commands of those: nobody writes more by hand. */
const MOST_SETTINGS = 500
const MOST_COMMANDS = 50

interface Unit {
  readonly name: string
  readonly settings: readonly Setting[]
  readonly files: readonly string[]
  /** False for a unit of the distribution's. */
  readonly own: boolean
}

/** The system's own, and those that the administrator has made for every user. */
export function systemUnits(disk: HostDisk): readonly JobSource[] {
  return [SYSTEM, { user: EVERY_USER, own: ['/etc/systemd/user'], distribution: [] }].map(m => unitsOf(m, disk))
}

export async function userUnits(disk: HostDisk): Promise<readonly JobSource[]> {
  const homes = await homesOf(disk)
  return homes.map(({ user, home }) => unitsOf({ user, own: [`${home}/.config/systemd/user`], distribution: [] }, disk))
}

function unitsOf(manager: Manager, disk: HostDisk): JobSource {
  return { file: manager.own[0] ?? '', jobs: () => jobsUnder(manager, disk) }
}

async function jobsUnder(manager: Manager, disk: HostDisk): Promise<readonly Job[]> {
  const { own, distribution } = manager
  const folders = new Map<string, readonly string[]>()
  for (const folder of [...own, ...distribution]) folders.set(folder, await disk.list(folder))
  const all = [...(await namesOf(folders, own, disk))]
  // A user may write as many as there is disk.
  const names = all.slice(0, manager.user === null ? undefined : MOST_OF_A_USER)
  if (names.length < all.length) disk.leave(own[0] ?? '', `only ${names.length} of its ${all.length} units were read`)
  const units = new Map<string, Unit>()
  for (const name of names) {
    const unit = await unitOf(name, folders, manager, disk)
    if (unit !== null) units.set(name, unit)
  }
  const wanted = await wantedNames(folders, disk)
  const timed = new Map<string, Unit>()
  /** Services of timers that are off: nothing else starts them. */
  const idle = new Set(names.filter(n => n.endsWith('.timer') && !units.has(n)).map(serviceOf))
  for (const timer of [...units.values()].filter(u => u.name.endsWith('.timer'))) {
    const service = valuesOf(timer.settings, 'Unit').at(-1)?.value ?? serviceOf(timer.name)
    if (isOff(timer, wanted)) {
      idle.add(service)
      continue
    }
    timed.set(service, timer)
    // A timer of an instance starts that instance of its service, which has no file of its own.
    if (!units.has(service)) {
      const unit = await unitOf(service, folders, manager, disk)
      if (unit !== null) units.set(service, unit)
    }
  }
  const runs = (u: Unit): boolean =>
    timed.has(u.name) || (!isOff(u, wanted) && !(idle.has(u.name) && !wanted.has(u.name)))
  const services = [...units.values()].filter(u => u.name.endsWith('.service') && runs(u))
  return services.flatMap(u => {
    const jobs = jobsOf(u, timed.get(u.name) ?? null, manager)
    if (jobs.length > MOST_COMMANDS)
      disk.leave(u.files[0] ?? u.name, `only the first ${MOST_COMMANDS} commands of ${u.name} were read`)
    return jobs.slice(0, MOST_COMMANDS)
  })
}

function serviceOf(timer: string): string {
  return timer.replace(/\.timer$/, '.service')
}

/** Disabled: it says what would want it, and nothing does. Without such a section something else may start it. */
function isOff({ name, settings }: Unit, wanted: ReadonlySet<string>): boolean {
  return (
    !wanted.has(name) && settings.some(s => s.section === 'Install' && /^(WantedBy|RequiredBy|UpheldBy)$/.test(s.key))
  )
}

/** Every unit that another one wants. */
async function wantedNames(
  folders: ReadonlyMap<string, readonly string[]>,
  disk: HostDisk,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const [folder, entries] of folders) {
    for (const entry of entries.filter(e => /\.(wants|requires|upholds)$/.test(e)))
      for (const name of await disk.list(`${folder}/${entry}`)) found.add(name)
  }
  return found
}

/** Names of services and timers: of files, of folders of drop-ins, and of instances that are wanted by something. */
async function namesOf(
  folders: ReadonlyMap<string, readonly string[]>,
  own: readonly string[],
  disk: HostDisk,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  const isUnit = (name: string): boolean => /\.(service|timer)$/.test(name)
  for (const [folder, entries] of folders) {
    for (const entry of entries) {
      if (isUnit(entry)) names.add(entry)
      const extended = /^(.+\.(?:service|timer))\.d$/.exec(entry)?.[1]
      if (extended !== undefined) names.add(extended)
      if (/\.(wants|requires)$/.test(entry) && own.includes(folder)) {
        for (const wanted of await disk.list(`${folder}/${entry}`)) {
          if (isUnit(wanted) && /@.+\./.test(wanted)) names.add(wanted)
        }
      }
    }
  }
  // A template by itself never runs.
  return new Set([...names].filter(n => !/@\.(service|timer)$/.test(n)))
}

async function unitOf(
  name: string,
  folders: ReadonlyMap<string, readonly string[]>,
  manager: Manager,
  disk: HostDisk,
): Promise<Unit | null> {
  const template = name.replace(/@.+(\.\w+)$/, '@$1')
  const settings: Setting[] = []
  const files: string[] = []
  let own = false
  for (const candidate of new Set([name, template])) {
    const folder = [...folders].find(([, entries]) => entries.includes(candidate))?.[0]
    if (folder === undefined) continue
    const text = await disk.read(`${folder}/${candidate}`)
    // Null: masked (a link to /dev/null), or not to be read.
    if (text === null) return null
    own = manager.own.includes(folder)
    settings.push(...settingsIn(`${folder}/${candidate}`, text))
    files.push(`${folder}/${candidate}`)
    break
  }
  for (const extended of new Set([name, template])) {
    for (const folder of [...folders.keys()].reverse()) {
      if (!folders.get(folder)?.includes(`${extended}.d`)) continue
      for (const entry of await disk.list(`${folder}/${extended}.d`)) {
        if (!entry.endsWith('.conf')) continue
        const file = `${folder}/${extended}.d/${entry}`
        const text = settings.length > MOST_SETTINGS ? null : await disk.read(file)
        if (text === null) continue
        settings.push(...settingsIn(file, text))
        files.push(file)
      }
    }
  }
  if (settings.length > MOST_SETTINGS) {
    disk.leave(files[0] ?? name, `only the first ${MOST_SETTINGS} settings of ${name} were read`)
    settings.length = MOST_SETTINGS
  }
  const instance = /@(.+)\.\w+$/.exec(name)?.[1]
  const stem = name.replace(/\.\w+$/, '')
  const specifiers: Readonly<Record<string, string | undefined>> = {
    i: instance,
    I: instance,
    n: name,
    N: stem,
    p: stem.split('@')[0],
  }
  const filled = settings.map(s => ({ ...s, value: s.value.replace(/%([iInNp])/g, (all, c) => specifiers[c] ?? all) }))
  return { name, settings: filled, files, own }
}

function jobsOf(unit: Unit, timer: Unit | null, { user, distribution }: Manager): readonly Job[] {
  const env: Record<string, string> = {}
  for (const { value } of valuesOf(unit.settings, 'Environment')) {
    for (const [, quoted, plain] of value.matchAll(/["'](\w+=[^"']*)["']|(?<!\w)(\w+=\S*)/g)) {
      const [name, ...rest] = (quoted ?? plain ?? '').split('=')
      if (name !== undefined) env[name] = rest.join('=')
    }
  }
  const envFiles = valuesOf(unit.settings, 'EnvironmentFile').map(s => s.value.replace(/^-/, ''))
  return EXECS.flatMap(key => valuesOf(unit.settings, key)).flatMap((exec): readonly Job[] => {
    const added = !unit.own && exec.file.includes('.service.d/') && !distribution.some(d => exec.file.startsWith(d))
    if (!unit.own && !added && !LOCAL.test(exec.value)) return []
    const via: Trigger = added ? { kind: 'drop-in', unit: unit.name, file: exec.file } : triggerOf(unit, timer, user)
    const command = exec.value.replace(/^[@:!+-]+/, '')
    const schedule = timer === null ? serviceSchedule(unit) : timerSchedule(timer)
    const starts =
      timer === null
        ? valuesOf(unit.settings, 'ExecStart')
            .slice(0, MOST_COMMANDS)
            .map(s => s.value.replace(/^[@:!+-]+/, ''))
        : []
    return [{ file: exec.file, line: exec.line, command, schedule, env, envFiles, via, starts }]
  })
}

function triggerOf(unit: Unit, timer: Unit | null, user: string | null): Trigger {
  return timer === null
    ? { kind: 'service', unit: unit.name, files: unit.files, user }
    : { kind: 'timer', unit: timer.name, service: unit.name, files: [...timer.files, ...unit.files], user }
}

function timerSchedule(timer: Unit): string | null {
  const times = TIMES.flatMap(key => valuesOf(timer.settings, key)).map(s => `${s.key}=${s.value}`)
  const slack = SLACK.flatMap(key => valuesOf(timer.settings, key).slice(-1)).map(s => `${s.key}=${s.value}`)
  return times.length === 0 ? null : [...times, ...slack].join(', ')
}

function serviceSchedule(unit: Unit): string | null {
  const restart = valuesOf(unit.settings, 'Restart').at(-1)?.value
  return restart === undefined || restart === 'no' ? null : `Restart=${restart}`
}
