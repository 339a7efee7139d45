// People are told: the teller finds what there is to tell, the courier takes it to the targets. Only who holds the lock gets
// here, so nothing is delivered by two processes.
import { openCourier } from '../../notify/courier.ts'
import { openTeller } from '../../notify/teller.ts'
import type { BesideOptions, Part } from './beside.ts'
import { receiversOf } from './receivers.ts'

/** All that a one-shot has for its deliveries; the rest waits for the next one. Milliseconds. */
const ROUND = 10_000

export function telling({ config, wired, env, journal, mode, crash, written }: BesideOptions): Part {
  const { notebook, recorder, clock, random } = wired.deps
  const receivers = receiversOf(config.notify, env, clock)
  const save = (): Promise<boolean> => recorder.save(false)
  const courier = openCourier({ receivers, notebook, save, clock, journal, random })
  const daemon = mode === 'daemon'
  let isNews = false
  const teller = openTeller({
    addresses: receivers,
    notebook,
    clock,
    journal,
    mode,
    written,
    problems: () => recorder,
    onNews() {
      isNews = true
      // On disk first: a daemon that is killed meanwhile tells it all the same.
      if (daemon) void save().then(() => courier.go())
    },
  })
  return {
    started() {
      if (crash !== null) teller.crashed(crash)
      if (daemon) courier.go()
    },
    passed: result => teller.passed(result),
    failed: error => teller.failed(error),
    cared: (item, resolutions) => teller.tried(item.key, resolutions),
    async end(stop) {
      teller.stop()
      if (daemon) return await courier.stop()
      // Where that cannot be written down, the next one-shot would tell it again, and the next: so this one does not.
      const isKept = isNews || notebook.memory.incidents.length > 0
      if (isKept && !(await recorder.save(true))) return
      const round = new AbortController()
      const give = (): void => round.abort()
      stop.addEventListener('abort', give, { once: true })
      const done = new AbortController()
      void clock.sleep(ROUND, done.signal).then(give)
      await courier.round(round.signal)
      done.abort()
      stop.removeEventListener('abort', give)
    },
  }
}
