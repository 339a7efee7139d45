// What is read of this host's own automation, in a thread that can be ended (cli/scan-thread.ts).
import type { Automation } from '../diagnose/rules/automation.ts'
import type { TakenOver } from './takeover.ts'

export interface HostScan {
  scan(): Promise<Automation>
  takeOver(file: string): Promise<TakenOver>
}

/** The same, read at the first call; the later ones are answered from that. */
export function once<T>(read: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null
  return () => {
    asked ??= read()
    return asked
  }
}
