// The jobs of anacron: `period delay name command`, the period in days.
import type { HostDisk } from './disk.ts'
import type { Job } from './job.ts'

const FILE = '/etc/anacrontab'

/** What cannot be read is in `disk.unread`. The folders that it usually runs are cron's as well, and read there. */
export async function anacronJobs(disk: HostDisk): Promise<readonly Job[]> {
  const text = await disk.read(FILE)
  if (text === null) return []
  const env: Record<string, string> = {}
  return text.split('\n').flatMap((content, i): readonly Job[] => {
    if (/^\s*(#|$)/.test(content)) return []
    const [, name, value] = /^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(content) ?? []
    if (name !== undefined && value !== undefined) {
      env[name] = value.replace(/^(["'])(.*)\1$/, '$2')
      return []
    }
    const [, period, command] = /^\s*(\d+|@\w+)\s+\d+\s+\S+\s+(.+)$/.exec(content) ?? []
    if (period === undefined || command === undefined) return []
    const line = i + 1
    const schedule = period.startsWith('@') ? period : `every ${period} days`
    const via = { kind: 'cron', file: FILE, line, owner: null, alone: false } as const
    return [{ file: FILE, line, command, schedule, env: { ...env }, envFiles: [], via }]
  })
}
