// The engine and the way to it, and the clock: can netheal ask, is it let, what does this engine not know.

import { span } from '../../core/entry.ts'
import { NethealError } from '../../core/errors.ts'
import { stampOf } from '../../core/stamp.ts'
import type { Context } from '../context.ts'
import type { Finding, Verdict } from '../rules/finding.ts'

/** Clocks of one host do not differ; this much is for rounding and for a pass that is being written. */
const LEEWAY = 5_000

export async function engineFindings(context: Context, signal: AbortSignal): Promise<readonly Finding[]> {
  const { engineError, engine, look } = context
  if (engineError !== null) return [blind(engineError)]
  try {
    const { product, version, apiVersion, newestApiVersion, newerThan, caveat } = await engine.greet(signal)
    const spoken = apiVersion === newestApiVersion ? '' : `, of which netheal speaks ${apiVersion}`
    const name = `${product} ${version} (API ${newestApiVersion}${spoken})`
    const well = finding('engine-well', 'well', `${name} answers`)
    if (newerThan !== null) return [well, newer(name, newerThan)]
    if (caveat !== null) return [well, finding('engine-limits', 'note', caveat)]
    return look === null || look.world.gatewayPriority ? [well] : [well, old(name)]
  } catch (error) {
    if (!(error instanceof NethealError) || signal.aborted) throw error
    return [blind(error)]
  }
}

/** The codes are those of the errors: `engine-unreachable`, `engine-forbidden`, ...; one that a proxy denies is refused. */
function blind(error: NethealError): Finding {
  const refused = error.code === 'denied' ? 'engine-refused' : 'engine-unseen'
  const code = error.code.startsWith('engine-') ? error.code : refused
  const summary = `the engine cannot be reached, neither by netheal nor by this diagnosis: ${error.message}`
  return finding(code, 'wrong', summary, [], error.hint === null ? [] : [error.hint])
}

function newer(name: string, tested: string): Finding {
  return finding(
    'engine-newer',
    'note',
    `${name} is newer than any Docker that this netheal was tested on (${tested})`,
    [],
    ['if something here does not fit what you see, look for a newer netheal'],
  )
}

/** Works, and cannot do two things (docs/engine-facts.md, "Attaching" and "The default route"). */
function old(name: string): Finding {
  return finding(
    'engine-old',
    'note',
    `${name} has no gateway priorities (Docker 28 has): attaching a network whose name sorts first moves the default route`,
    ['a container in a crash loop is attached at its next start, not at once'],
    ['Docker 28 or later does both better; netheal check shows which attachments move a route'],
  )
}

/** What was seen or done lies in the future: somebody set the clock back, or it was ahead. */
export function clockFindings({ state, subjects, now }: Context): readonly Finding[] {
  const late = [
    ...(state.lastPass === null ? [] : [{ what: "netheal's last pass", at: state.lastPass.at }]),
    ...subjects.flatMap(({ label, details }) =>
      details?.startedAt === null || details === null ? [] : [{ what: `the start of ${label}`, at: details.startedAt }],
    ),
  ].filter(({ at }) => at > now + LEEWAY)
  if (late.length === 0) return []
  const most = Math.max(...late.map(l => l.at - now))
  return [
    finding(
      'clock-back',
      'wrong',
      `the clock of this host is ${span(most)} behind events that have already happened: it may have been set back`,
      [`it is ${stampOf(now)} by this clock`, ...late.map(({ what, at }) => `${what}: ${stampOf(at)}`)],
      ['timedatectl shows whether the clock is synchronized; until then times in logs and here may be wrong'],
    ),
  ]
}

function finding(
  code: string,
  verdict: Verdict,
  summary: string,
  evidence: readonly string[] = [],
  remedy: readonly string[] = [],
): Finding {
  return { topic: 'netheal', code, verdict, subject: null, summary, evidence, remedy }
}
