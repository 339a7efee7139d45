// The observers that the config asks for: notifications, a heartbeat ping, a metrics textfile. Each sees the result of a pass,
// and ends with the daemon or the one-shot.
import { NO_NOTICES } from '../../notify/rules/notices.ts'
import type { Observer, ObserverOptions } from './observer.ts'

/** All observers that the config asks for, as one. Their code is loaded only then: a one-shot of a quiet host pays for none. */
export async function openObservers(options: ObserverOptions): Promise<Observer> {
  const { config, wired } = options
  const observers: Observer[] = []
  let textfile: Observer | null = null
  if (config.notify.length > 0)
    observers.push((await import('./notifications.ts')).notifications(options, () => textfile?.reached('')))
  // Nobody is to be told of anything: what was begun for targets that are gone does not last for ever.
  else wired.notices.update(() => NO_NOTICES)
  if (config.heartbeat.pingUrl !== null)
    observers.push((await import('./heartbeat-ping.ts')).heartbeatPing(options, config.heartbeat.pingUrl))
  if (config.metrics.textfile !== null)
    textfile = (await import('./metrics-textfile.ts')).metricsTextfile(options, config.metrics.textfile)
  if (textfile !== null) observers.push(textfile)
  return {
    started() {
      for (const observer of observers) observer.started()
    },
    passed(result) {
      for (const observer of observers) observer.passed(result)
    },
    failed(error) {
      for (const observer of observers) observer.failed(error)
    },
    followedUp(item, resolutions) {
      for (const observer of observers) observer.followedUp(item, resolutions)
    },
    reached(target) {
      for (const observer of observers) observer.reached(target)
    },
    async end(stop) {
      await Promise.all(observers.filter(o => o !== textfile).map(observer => observer.end(stop)))
      // Last: it counts what the others have delivered.
      await textfile?.end(stop)
    },
  }
}
