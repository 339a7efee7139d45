// The jobs of cron: /etc/crontab, /etc/cron.d, the folders of run-parts, and each user's own crontab.
import { word } from '../diagnose/rules/shell-word.ts'
import type { HostDisk } from './disk.ts'
import type { Job, JobSource } from './job.ts'
import { firstWords, isComment, settingOf, unquoted } from './words.ts'

const FOLDERS = ['hourly', 'daily', 'weekly', 'monthly']
/** Debian's, RHEL's and SUSE's, Alpine's. */
const SPOOLS = ['/var/spool/cron/crontabs', '/var/spool/cron', '/var/spool/cron/tabs', '/etc/crontabs']
/** What neither Debian's cron nor cronie runs: copies that editors and package managers leave behind. */
const LEFT_BEHIND = /^\.|~$|\.(bak|old|orig|save|disabled|off|rpm\w+|dpkg-\w+)$/

/** Settings of one crontab: nobody writes more by hand. */
const MOST_SETTINGS = 200

/** The system's own. */
export async function systemCron(disk: HostDisk): Promise<readonly JobSource[]> {
  const files = ['/etc/crontab', ...(await namesIn(disk, '/etc/cron.d')).map(name => `/etc/cron.d/${name}`)]
  const scripts = async (often: string): Promise<readonly Job[]> =>
    (await namesIn(disk, `/etc/cron.${often}`)).map(name => folderJob(`/etc/cron.${often}/${name}`, often))
  return [
    ...files.map(file => crontab(file, null, disk)),
    ...FOLDERS.map(often => ({ file: `/etc/cron.${often}`, jobs: () => scripts(often) })),
  ]
}

/** Each user's, root's before the others. */
export async function userCron(disk: HostDisk): Promise<readonly JobSource[]> {
  const found: JobSource[] = []
  for (const spool of SPOOLS) {
    const names = await namesIn(disk, spool)
    const root = names.filter(name => name === 'root')
    for (const name of [...root, ...names.filter(n => n !== 'root')])
      found.push(crontab(`${spool}/${name}`, name, disk))
  }
  return found
}

function crontab(file: string, owner: string | null, disk: HostDisk): JobSource {
  const jobs = async (): Promise<readonly Job[]> => {
    const text = await disk.read(file)
    return text === null ? [] : jobsIn(file, text, owner, disk)
  }
  return { file, jobs }
}

async function namesIn(disk: HostDisk, folder: string): Promise<readonly string[]> {
  return (await disk.list(folder)).filter(name => !LEFT_BEHIND.test(name))
}

function folderJob(file: string, often: string): Job {
  const via = { kind: 'cron-folder', file } as const
  return { file, line: 1, command: word(file), schedule: often, env: {}, envFiles: [], via }
}

/** @param owner the user whose own crontab it is; null for the system's, which name the user in each line */
function jobsIn(file: string, text: string, owner: string | null, disk: HostDisk): readonly Job[] {
  const env = new Map<string, string>()
  /** What all jobs up to the next setting find. */
  let shared: Record<string, string> | null = null
  const found: { line: number; schedule: string; command: string; env: Record<string, string> }[] = []
  for (const [i, content] of text.split('\n').entries()) {
    if (isComment(content, '#')) continue
    const setting = settingOf(content)
    if (setting !== null) {
      if (env.size < MOST_SETTINGS || env.has(setting.name)) env.set(setting.name, unquoted(setting.value))
      else disk.leave(file, `only the first ${MOST_SETTINGS} of its settings were read`)
      shared = null
      continue
    }
    const text = content.trimStart().replace(/^-/, '')
    const times = firstWords(text, text.startsWith('@') ? 1 : 5)
    if (times === null || !times.words.every(w => /^(@\w+|[\w*,/~?-]+)$/.test(w))) continue
    const command = owner === null ? firstWords(times.rest, 1)?.rest : times.rest
    if (command === undefined) continue
    shared ??= Object.fromEntries(env)
    found.push({ line: i + 1, schedule: times.words.join(' '), command: unescaped(command), env: shared })
  }
  return found.map(({ line, schedule, command, env: own }) => ({
    file,
    line,
    command,
    schedule,
    env: own,
    envFiles: [],
    via: { kind: 'cron', file, line, owner, alone: found.length === 1 },
  }))
}

/** The command ends at a `%`; what follows is its input. `\%` is a per cent sign. */
function unescaped(command: string): string {
  const end = /(?<!\\)%/.exec(command)?.index ?? command.length
  return command.slice(0, end).replaceAll('\\%', '%')
}
