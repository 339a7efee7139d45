// The jobs of anacron: `period delay name command`, the period in days.
import type { HostDisk } from './disk.ts'
import type { Job, JobSource } from './job.ts'
import { firstWords, isComment, settingOf, unquoted } from './words.ts'

const FILE = '/etc/anacrontab'

/** The folders that it usually runs are cron's as well, and read there. */
export function anacron(disk: HostDisk): JobSource {
  return { file: FILE, jobs: () => anacronJobs(disk) }
}

async function anacronJobs(disk: HostDisk): Promise<readonly Job[]> {
  const text = await disk.read(FILE)
  if (text === null) return []
  const env: Record<string, string> = {}
  return text.split('\n').flatMap((content, i): readonly Job[] => {
    if (isComment(content, '#')) return []
    const setting = settingOf(content)
    if (setting !== null) {
      env[setting.name] = unquoted(setting.value)
      return []
    }
    const { words: [period = '', delay = ''] = [], rest: command = '' } = firstWords(content, 3) ?? {}
    if (!/^(\d+|@\w+)$/.test(period) || !/^\d+$/.test(delay)) return []
    const line = i + 1
    const schedule = period.startsWith('@') ? period : `every ${period} days`
    const via = { kind: 'cron', file: FILE, line, owner: null, alone: false } as const
    return [{ file: FILE, line, command, schedule, env: { ...env }, envFiles: [], via }]
  })
}
