// What the registry's answer about known vulnerabilities means, in words and as an exit code.
import type { LockEntry } from './licences.ts'

export interface Verdict {
  /** 0: nothing high or critical in what netheal runs with. 1: there is. 2: nobody could be asked. */
  readonly code: 0 | 1 | 2
  readonly lines: readonly string[]
}

/** Of `npm audit --json`, from npm 7 on. */
interface Report {
  readonly auditReportVersion?: number
  readonly vulnerabilities?: Readonly<Record<string, Vulnerability>>
  /** Where there is no report. */
  readonly message?: string
  readonly error?: { readonly summary?: string; readonly detail?: string; readonly code?: string }
}

interface Vulnerability {
  readonly name: string
  readonly severity: string
  /** Advisories; a string is another package, which has its own entry. */
  readonly via: readonly (string | { readonly title: string; readonly url: string })[]
  /** Paths as in package-lock.json. */
  readonly nodes: readonly string[]
}

const GRAVE: ReadonlySet<string> = new Set(['high', 'critical'])

/**
 * @param printed what `npm audit --json` printed
 * @param locked `packages` of package-lock.json
 */
export function verdict(printed: string, locked: Readonly<Record<string, LockEntry>>): Verdict {
  const report = parsed(printed)
  if (report?.auditReportVersion !== 2 || report.vulnerabilities === undefined) {
    const why = report?.message || report?.error?.summary || report?.error?.code || firstLine(printed)
    return {
      code: 2,
      lines: [`the registry could not be asked for known vulnerabilities, nothing was checked: ${why}`],
    }
  }
  const found = Object.values(report.vulnerabilities)
  const runs = (it: Vulnerability) => it.nodes.length === 0 || it.nodes.some(path => locked[path]?.dev !== true)
  const lines = found.map(it => {
    const what = it.via.map(by => (typeof by === 'string' ? `by ${by}` : `${by.title} (${by.url})`)).join('; ')
    return `${it.name}: ${it.severity}, ${runs(it) ? 'needed to run' : 'only builds and tests'}: ${what}`
  })
  const grave = found.filter(it => GRAVE.has(it.severity) && runs(it))
  const sum =
    found.length === 0
      ? `no known vulnerability in ${Object.keys(locked).length - 1} packages`
      : `${grave.length} of ${found.length} are high or critical in what netheal needs to run`
  return { code: grave.length === 0 ? 0 : 1, lines: [...lines, sum] }
}

function parsed(text: string): Report | null {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] || 'npm printed nothing'
}
