// A notice with every field filled, and who sends it.

import type { Sender } from '../../src/notify/receiver.ts'
import type { Notice } from '../../src/notify/rules/notice.ts'

export const AT: number = Date.UTC(2025, 11, 29, 14, 32, 1, 250)

export const SENDER: Sender = { host: 'host-1', page: null, test: false }

export const NOTICE: Notice = {
  id: 'mjrabc-1xyz',
  kind: 'loop',
  phase: 'opened',
  incident: 'loop',
  at: AT,
  since: AT - 240_000,
  container: 'pms-backend',
  network: 'bccg4gs4o4kgsowocw08wkw4',
  title: 'pms-backend lost bccg4gs4o4kgsowocw08wkw4 3 times in 4 min, every ~120 s',
  lines: ['cause: explicit', 'source: outside-detach'],
  remedy: 'look in cron',
  severity: 'warning',
  target: null,
  thread: 'mjrabc-thread',
}

export function notice(over: Partial<Notice> = {}): Notice {
  return { ...NOTICE, ...over }
}
