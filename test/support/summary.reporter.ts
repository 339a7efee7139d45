/**
 * The last words of a test run: one plain line with the counts, and, where the real-engine suite was skipped, one that
 * says why. A suite that silently does not run looks exactly like one that passes. So does a test that passed at its second
 * attempt only (vitest.config.ts): each is named, with what it said at its first.
 */
import type { Reporter, TestModule, Vitest } from 'vitest/node'
import './engine-context.ts'

/** vitest's reporter interface, next to its own default reporter. */
export class SummaryReporter implements Reporter {
  #vitest: Vitest | null = null

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    let broken = 0
    const second: string[] = []
    for (const module of modules) {
      // A file that does not even load has no tests to count as failed.
      if (module.errors().length > 0) broken += 1
      for (const test of module.children.allTests()) {
        const result = test.result()
        counts[result.state] += 1
        if (test.diagnostic()?.flaky !== true) continue
        second.push(`passed at the second attempt only: ${module.relativeModuleId} > ${test.fullName}`)
        second.push(...(result.errors ?? []).map(error => `  at the first: ${error.message}`))
      }
    }
    const { passed, failed, skipped, pending } = counts
    const flaky = second.filter(line => line.startsWith('passed')).length
    const lines = [...second, `${passed} passed, ${failed + broken + pending} failed, ${skipped} skipped`]
    if (flaky > 0) lines.push(`of those that passed, ${flaky} at the second attempt only`)
    const absence = this.#vitest?.getRootProject().getProvidedContext().engineAbsence
    if (typeof absence === 'string') lines.push(`real-engine suite skipped: ${absence}`)
    this.#vitest?.logger.log(`${lines.join('\n')}\n`)
  }
}
