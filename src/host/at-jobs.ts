// The jobs of at(1) that wait: each a shell script of its own, which runs once.
import type { HostDisk } from './disk.ts'
import type { Job, JobSource } from './job.ts'

/** Debian's, RHEL's, SUSE's. */
const SPOOLS = ['/var/spool/cron/atjobs', '/var/spool/at', '/var/spool/atjobs']
/** Queue, number and minutes since the epoch, both in hex: `a0000301d2c8f4`. */
const NAME = /^[a-zA-Z=]([0-9a-f]{5})([0-9a-f]{8})$/

export function atJobs(disk: HostDisk): readonly JobSource[] {
  return SPOOLS.map(spool => ({ file: spool, jobs: () => jobsIn(spool, disk) }))
}

async function jobsIn(spool: string, disk: HostDisk): Promise<readonly Job[]> {
  return (await disk.list(spool)).flatMap((name): readonly Job[] => {
    const [, job, minutes] = NAME.exec(name) ?? []
    if (job === undefined || minutes === undefined) return []
    const file = `${spool}/${name}`
    const when = new Date(Number.parseInt(minutes, 16) * 60_000).toISOString().slice(0, 16).replace('T', ' ')
    const via = { kind: 'at', file, job: Number.parseInt(job, 16) } as const
    return [{ file, line: 1, command: `'${file}'`, schedule: `once, ${when} UTC`, env: {}, envFiles: [], via }]
  })
}
