/**
 * Writes down what a run on one engine came to, for scripts/test-engines.ts: into the file that
 * NETHEAL_TEST_ENGINE_RESULT names. Without that it says nothing.
 */
import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule, Vitest } from 'vitest/node'
import './engine-context.ts'

/** Plain data, as JSON. */
export interface EngineResult {
  /** The engine's own words; null when there was none. */
  readonly version: string | null
  readonly apiVersion: string | null
  readonly passed: number
  readonly failed: number
  /** `outages > killed and started again`, and why, where the test says so. */
  readonly skipped: readonly string[]
}

export class EngineReporter implements Reporter {
  #vitest: Vitest | null = null

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const path = process.env.NETHEAL_TEST_ENGINE_RESULT
    if (path === undefined) return
    const engine = this.#vitest?.getRootProject().getProvidedContext().engine ?? null
    let passed = 0
    let failed = 0
    const skipped: string[] = []
    for (const module of modules) {
      // A file that does not even load has no tests to count as failed.
      if (module.errors().length > 0) failed += 1
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') passed += 1
        else if (result.state !== 'skipped') failed += 1
        else skipped.push(`${test.fullName}${result.note === undefined ? '' : ` (${result.note})`}`)
      }
    }
    const { version = null, apiVersion = null } = engine ?? {}
    const result: EngineResult = { version, apiVersion, passed, failed, skipped }
    writeFileSync(path, JSON.stringify(result))
  }
}
