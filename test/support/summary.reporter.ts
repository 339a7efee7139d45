/**
 * The last words of a test run: one plain line with the counts, and, where the real-engine suite was skipped, one that
 * says why. A suite that silently does not run looks exactly like one that passes.
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
    for (const module of modules) {
      // A file that does not even load has no tests to count as failed.
      if (module.errors().length > 0) broken += 1
      for (const test of module.children.allTests()) counts[test.result().state] += 1
    }
    const { passed, failed, skipped, pending } = counts
    const lines = [`${passed} passed, ${failed + broken + pending} failed, ${skipped} skipped`]
    const absence = this.#vitest?.getRootProject().getProvidedContext().engineAbsence
    if (typeof absence === 'string') lines.push(`real-engine suite skipped: ${absence}`)
    this.#vitest?.logger.log(`${lines.join('\n')}\n`)
  }
}
