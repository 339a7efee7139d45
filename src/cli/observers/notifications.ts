// Notifies people: the notifier finds what to report, the delivery queue sends it to the targets. Only the holder of the lock
// gets here, so nothing is sent by two processes.
import { within } from '../../notify/deadline.ts'
import { openDeliveryQueue } from '../../notify/delivery-queue.ts'
import { openNotifier } from '../../notify/notifier.ts'
import { failingTargets, failingText } from '../../notify/rules/failing.ts'
import type { Observer, ObserverOptions } from './observer.ts'
import { receiversOf } from './receivers.ts'

/** All that a one-shot has for its deliveries; the rest waits for the next one. Milliseconds. */
const ROUND = 10_000

/** @param onSettled a message was delivered, refused or put off */
export function notifications(
  { config, wired, env, journal, mode, crash, written }: ObserverOptions,
  onSettled: () => void,
): Observer {
  const { notebook, recorder, clock, random } = wired.deps
  const { notices } = wired
  const receivers = receiversOf(config.notify, env, clock, { page: config.http.url })
  const daemon = mode === 'daemon'
  let noted: readonly string[] = []
  const save = (): Promise<boolean> => recorder.save(false)
  const settled = async (): Promise<void> => {
    if (noteFailing()) notifier.targetsChanged()
    onSettled()
    await save()
  }
  const deliveryQueue = openDeliveryQueue({
    ...{ receivers, notices, save: settled, clock, journal, random },
    isFresh: daemon,
  })
  let isNews = false
  const notifier = openNotifier({
    addresses: receivers,
    notebook,
    notices,
    clock,
    journal,
    mode,
    written,
    problems: () => recorder,
    onNews() {
      isNews = true
      // On disk first: a daemon that is killed meanwhile tells it all the same.
      if (daemon) void save().then(() => deliveryQueue.go())
    },
  })
  noteFailing()

  /** Of those that fail `status`, the page and the others speak as well. True: they are others than before. */
  function noteFailing(): boolean {
    const failing = failingTargets(notices.value.targets, clock.now())
    const names = failing.map(f => f.name)
    for (const name of noted) if (!names.includes(name)) recorder.note(`notify ${name}`, null)
    for (const one of failing) recorder.note(`notify ${one.name}`, failingText(one))
    const isNews = names.join() !== noted.join()
    noted = names
    return isNews
  }

  return {
    started() {
      if (crash !== null) notifier.crashed(crash)
      if (daemon) deliveryQueue.go()
    },
    passed: result => notifier.passed(result),
    failed: error => notifier.failed(error),
    followedUp: () => notifier.proven(),
    reached(target) {
      deliveryQueue.reached(target)
      void settled()
    },
    async end(stop) {
      notifier.stop()
      if (daemon) return await deliveryQueue.stop()
      // Where that cannot be written down, the next one-shot would tell it again, and the next: so this one does not.
      const isKept = isNews || notices.value.incidents.length > 0
      if (isKept && !(await recorder.save(true))) return
      await within(clock, ROUND, stop, signal => deliveryQueue.round(signal))
    },
  }
}
