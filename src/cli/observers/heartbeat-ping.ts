// Pings a watcher (`heartbeat.pingUrl`) after passes, with the verdict of the daily heartbeat.
import type { Secret } from '../../core/secret.ts'
import { healthOf } from '../../core/verdict.ts'
import { openPinger } from '../../notify/ping.ts'
import { NOTIFY_AFTER } from '../../notify/rules/problem.ts'
import type { Observer, ObserverOptions } from './observer.ts'
import { urlFrom } from './receivers.ts'

/** Milliseconds for a ping that is in flight at the end. */
const GRACE = { daemon: 2_000, once: 10_000 } as const

export function heartbeatPing({ wired, env, journal, mode }: ObserverOptions, secret: Secret): Observer {
  const { notebook, recorder, clock } = wired.deps
  const pinger = openPinger({
    url: urlFrom(secret, env),
    clock,
    journal,
    notifyAfter: mode === 'once' ? 0 : NOTIFY_AFTER,
  })
  let paused: number | null = null
  function report(): void {
    const { well, text, isPending } = healthOf(notebook.state, paused)
    const { problems } = recorder
    // That all is well is said when it is proven, which ends with a report of its own.
    if (well && isPending) return
    pinger.report({ well: well && problems.length === 0, text: [text, ...problems].join('; ') })
  }
  return {
    started: () => pinger.start(),
    passed({ pausedUntil }) {
      paused = pausedUntil
      report()
    },
    failed: error => pinger.report({ well: false, text: error.message }),
    followedUp: report,
    reached: () => undefined,
    end: () => pinger.stop(GRACE[mode]),
  }
}
