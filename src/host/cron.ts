// The jobs of cron: /etc/crontab, /etc/cron.d, the folders of run-parts, and each user's own crontab.
import type { HostDisk } from './disk.ts'
import type { Job } from './job.ts'
import { firstWords, isComment, settingOf, unquoted } from './words.ts'

const FOLDERS = ['hourly', 'daily', 'weekly', 'monthly']
/** Debian's, RHEL's and SUSE's, Alpine's. */
const SPOOLS = ['/var/spool/cron/crontabs', '/var/spool/cron', '/var/spool/cron/tabs', '/etc/crontabs']
/** What neither Debian's cron nor cronie runs: copies that editors and package managers leave behind. */
const LEFT_BEHIND = /^\.|~$|\.(bak|old|orig|save|disabled|off|rpm\w+|dpkg-\w+)$/

/** Every job of cron. What cannot be read is in `disk.unread`. */
export async function cronJobs(disk: HostDisk): Promise<readonly Job[]> {
  const jobs: Job[] = []
  const read = async (file: string, owner: string | null): Promise<void> => {
    const text = await disk.read(file)
    if (text !== null) jobs.push(...jobsIn(file, text, owner))
  }
  await read('/etc/crontab', null)
  for (const name of await namesIn(disk, '/etc/cron.d')) await read(`/etc/cron.d/${name}`, null)
  for (const often of FOLDERS) {
    for (const name of await namesIn(disk, `/etc/cron.${often}`))
      jobs.push(folderJob(`/etc/cron.${often}/${name}`, often))
  }
  for (const spool of SPOOLS) {
    for (const name of await namesIn(disk, spool)) await read(`${spool}/${name}`, name)
  }
  return jobs
}

async function namesIn(disk: HostDisk, folder: string): Promise<readonly string[]> {
  return (await disk.list(folder)).filter(name => !LEFT_BEHIND.test(name))
}

function folderJob(file: string, often: string): Job {
  const via = { kind: 'cron-folder', file } as const
  return { file, line: 1, command: `'${file}'`, schedule: often, env: {}, envFiles: [], via }
}

/** @param owner the user whose own crontab it is; null for the system's, which name the user in each line */
export function jobsIn(file: string, text: string, owner: string | null): readonly Job[] {
  const env: Record<string, string> = {}
  const found: { line: number; schedule: string; command: string; env: Record<string, string> }[] = []
  for (const [i, content] of text.split('\n').entries()) {
    if (isComment(content, '#')) continue
    const setting = settingOf(content)
    if (setting !== null) {
      env[setting.name] = unquoted(setting.value)
      continue
    }
    const text = content.trimStart().replace(/^-/, '')
    const times = firstWords(text, text.startsWith('@') ? 1 : 5)
    if (times === null || !times.words.every(w => /^(@\w+|[\w*,/~?-]+)$/.test(w))) continue
    const command = owner === null ? firstWords(times.rest, 1)?.rest : times.rest
    if (command === undefined) continue
    found.push({ line: i + 1, schedule: times.words.join(' '), command: unescaped(command), env: { ...env } })
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
