// The log of a real dockerd as journald would give it: its own lines, through a journalctl of the test's own.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EngineJournal } from '../../src/diagnose/ports.ts'
import { dockerJournal } from '../../src/host/docker-journal.ts'

/** @param log the file that dockerd writes */
export function journalOfLog(log: string): EngineJournal {
  return {
    async read(containers, since, signal) {
      const folder = await mkdtemp(join(tmpdir(), 'netheal-journal-'))
      try {
        const lines = (await readFile(log, 'utf8')).trimEnd().split('\n')
        const entries = lines.map(line => {
          const at = Date.parse(/^time="([^"]+)"/.exec(line)?.[1] ?? '')
          return JSON.stringify({ __REALTIME_TIMESTAMP: String(at * 1000), MESSAGE: line })
        })
        await writeFile(join(folder, 'entries'), `${entries.reverse().join('\n')}\n`)
        const program = join(folder, 'journalctl')
        await writeFile(program, `#!/bin/sh\nexec cat '${folder}/entries'\n`)
        await chmod(program, 0o755)
        const journal = dockerJournal({ program, unit: 'docker.service', timeout: 30_000 })
        return await journal.read(containers, since, signal)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}
