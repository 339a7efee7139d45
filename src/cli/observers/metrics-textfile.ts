// What netheal counts, written as a textfile for node_exporter (`metrics.textfile`) after each pass that changed something.
import { NethealError } from '../../core/errors.ts'
import { targetStandings } from '../../notify/rules/failing.ts'
import { openTextfile } from '../../record/textfile.ts'
import { metricsText } from './metrics-text.ts'
import type { Observer, ObserverOptions } from './observer.ts'

export function metricsTextfile({ config, wired, journal, build }: ObserverOptions, file: string): Observer {
  const names = config.notify.map(t => t.name)
  const { notebook, recorder, clock } = wired.deps
  const { notices, counts } = wired
  const textfile = openTextfile(file)
  let pausedUntil: number | null = null
  let isDue = false
  let writing: Promise<void> | null = null
  let problem: string | null = null

  /** One at a time; what changes meanwhile is in the next one. */
  function write(): void {
    isDue = true
    writing ??= all().finally(() => {
      writing = null
    })
  }

  async function all(): Promise<void> {
    while (isDue) {
      isDue = false
      await one()
    }
  }

  async function one(): Promise<void> {
    try {
      const now = clock.now()
      const targets = targetStandings(names, notices.value, now)
      const facts = { build, pausedUntil, now, unwritten: recorder.unwritten.length, targets }
      await textfile.write(await metricsText(notebook.state, counts.value, facts))
      if (problem !== null) journal.info({ file }, 'metrics written again')
      problem = null
    } catch (error) {
      if (!(error instanceof NethealError)) throw error
      if (problem !== error.message) journal.warn({ error: error.message, hint: error.hint }, 'metrics not written')
      problem = error.message
    }
  }

  return {
    started: () => undefined,
    passed(result) {
      pausedUntil = result.pausedUntil
      write()
    },
    failed: () => write(),
    followedUp: () => write(),
    reached: () => write(),
    async end() {
      await writing
    },
  }
}
