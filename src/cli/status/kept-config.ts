// A config that is broken on disk while a daemon heals: it goes on with the one that it has read, and would not start again.
import type { Config } from '../../config/config.ts'
import { NethealError } from '../../core/errors.ts'
import { readLock } from '../../record/lock-holder.ts'
import { diagnoseConfig } from '../diagnose/config-found.ts'
import type { CommonFlags } from '../flags.ts'
import type { ProcessIo } from '../process-io.ts'

export interface KeptConfig {
  /** What is valid of the one on disk: the places of the state and the lock. */
  readonly config: Config
  /** In words, with each mistake. */
  readonly problems: readonly string[]
}

/** @throws `error` where no daemon runs, or where it is not the file's text that is wrong */
export async function keptConfig(error: unknown, host: ProcessIo, flags: CommonFlags): Promise<KeptConfig> {
  if (!(error instanceof NethealError) || error.code !== 'config') throw error
  const { config, found } = await diagnoseConfig(host, flags)
  const lock = readLock(config.lock)
  if (found.kind !== 'bad' || lock.kind !== 'held' || lock.by.mode !== 'daemon') throw error
  const mistakes = error.message.split('\n').filter(line => line.trim() !== '')
  return {
    config,
    problems: [
      `the config on disk has mistakes: the daemon (pid ${lock.by.pid}) heals on with the one that it read before, and cannot start again with this one`,
      ...mistakes.map(line => line.trimEnd()),
    ],
  }
}
