// The work of the thread that reads what others wrote on this host (scan-thread.ts): tells each step, and ends.
import { parentPort, workerData } from 'node:worker_threads'
import { scanSteps } from '../host/scan.ts'
import { takeOver } from '../host/takeover.ts'
import type { ScanTask } from './scan-thread.ts'

/** Only in a thread that `scanInThread` started. */
export async function workHere(): Promise<void> {
  const task: ScanTask = workerData
  if (task.script !== null) parentPort?.postMessage(await takeOver(task.root, task.script))
  else await scanSteps(task.root, task.from, task.without, step => parentPort?.postMessage(step))
}
