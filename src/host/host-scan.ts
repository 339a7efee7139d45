// What is read of this host's own automation, and where: in this thread, or in one that can be ended (cli/scan-thread.ts).
import type { Automation } from '../diagnose/rules/automation.ts'
import { scanHost } from './scan.ts'
import { type TakenOver, takeOver } from './takeover.ts'

export interface HostScan {
  scan(): Promise<Automation>
  takeOver(file: string): Promise<TakenOver>
}

/** In this thread. @param root `/`, or the top of a tree that stands for a host */
export function scanHere(root: string): HostScan {
  return { scan: () => scanHost(root), takeOver: file => takeOver(root, file) }
}

/** The same, read at the first call; the later ones are answered from that. */
export function once<T>(read: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null
  return () => {
    asked ??= read()
    return asked
  }
}
