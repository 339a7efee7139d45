// A diagnosis as JSON, for scripts: keys may be added, none may change.
import type { Diagnosis } from '../../diagnose/diagnose.ts'
import { JSON_VERSION } from '../json.ts'

/** `causes`: the codes and subjects that explain a finding, the most telling first. Root causes come before effects. */
export function diagnosisJson({ at, subjects, findings, wrong }: Diagnosis) {
  return {
    version: JSON_VERSION,
    at: new Date(at).toISOString(),
    well: !wrong,
    containers: subjects,
    findings: findings.map(({ finding, causes }) => {
      const { topic, code, verdict, subject, summary, evidence, remedy } = finding
      const explained = causes.flatMap(index => findings[index]?.finding ?? [])
      return {
        topic,
        code,
        verdict,
        subject,
        summary,
        evidence,
        remedy,
        causes: explained.map(c => ({ code: c.code, subject: c.subject })),
      }
    }),
  }
}
