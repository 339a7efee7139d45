// Diagnosis 4 (docs/design.md, "Diagnosis"): is the app ready, as its own readiness URL says it, with `.components.db`.
// Asks each URL once, and its `/health` as well where it is not ready: an app that lives and is not ready is another
// story than one that is gone.

import type { Context } from '../context.ts'
import type { FetchOptions } from '../http-port.ts'
import type { Finding } from '../rules/finding.ts'
import type { Readiness } from '../rules/probe.ts'
import { readinessFinding } from './answer.ts'

/** Bytes: a readiness answer has some hundred. */
const LIMIT = 64 * 1024

/** Milliseconds: the app retries its database so long after a start, and answers 503 meanwhile (runbook). */
const STARTUP = 60_000

/** What of a diagnosis this topic needs. */
export type ReadinessContext = Pick<Context, 'readiness' | 'http' | 'subjects' | 'now'>

export async function readiness(context: ReadinessContext, signal: AbortSignal): Promise<readonly Finding[]> {
  if (context.readiness.length === 0) return [unconfigured()]
  return await Promise.all(context.readiness.map(one => ask(one, context, signal)))
}

async function ask({ url, timeout }: Readiness, context: ReadinessContext, signal: AbortSignal): Promise<Finding> {
  const options: FetchOptions = { timeout, limit: LIMIT }
  const answer = await context.http.fetchText(url, options, signal)
  const life = livenessUrl(url)
  const lives =
    life !== null && answer.kind === 'answered' && answer.status >= 500
      ? { url: life, answer: await context.http.fetchText(life, options, signal) }
      : null
  return readinessFinding({ url, timeout, answer, lives, young: justStarted(context) })
}

/** `/health` of `/health/ready`: the runbook's symptom is that it answers 200 all the same. Null where there is none. */
function livenessUrl(url: string): string | null {
  const life = new URL(url)
  if (!life.pathname.endsWith('/health/ready')) return null
  life.pathname = life.pathname.slice(0, -'/ready'.length)
  return life.href
}

/** The youngest container that is asked about and was started within the time that the app gives its database. */
function justStarted({ subjects, now }: ReadinessContext): { readonly label: string; readonly age: number } | null {
  const ages = subjects
    .flatMap(({ label, details }) =>
      details?.running === true && details.startedAt !== null ? [{ label, age: now - details.startedAt }] : [],
    )
    .filter(({ age }) => age < STARTUP)
    .toSorted((a, b) => a.age - b.age)
  return ages[0] ?? null
}

function unconfigured(): Finding {
  return {
    topic: 'readiness',
    code: 'readiness-unconfigured',
    verdict: 'note',
    subject: null,
    summary: 'no readiness URL is configured: set diagnose.readiness in the config',
    evidence: [],
    remedy: [`"diagnose": {"readiness": [{"url": "https://api.example.com/health/ready"}]}`],
  }
}
