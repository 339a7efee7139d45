// When files of this host were last written: what a deploy rendered, and the engine's pid file. Asks for their status and
// nothing else; nothing is opened.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileTime, HostFiles } from '../diagnose/ports.ts'

export interface CoolifyFilesOptions {
  /** `/`, or the top of a tree that stands for this host. */
  readonly root: string
  /** The engine's pid file, which it writes when it starts: `/run/docker.pid` on most hosts. Below `root`, too. */
  readonly pidFile: string
}

export function coolifyFiles({ root, pidFile }: CoolifyFilesOptions): HostFiles {
  async function modified(path: string): Promise<FileTime> {
    try {
      const status = await stat(root === '/' ? path : join(root, path))
      return { kind: 'seen', modifiedAt: status.mtimeMs }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' }
      const why = code === 'EACCES' || code === 'EPERM' ? 'no permission (root may read it)' : (code ?? message)
      return { kind: 'unseen', why }
    }
  }
  return {
    modified: path => modified(path),
    engineStarted: () => modified(pidFile),
  }
}
