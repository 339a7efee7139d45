// Diagnosis 7 (docs/design.md, "Diagnosis"): the state of a database through configured probes, each a command inside a
// container. Read-only: nothing is ever repaired; what would mend it is said, as the runbook has it.

import { assertNever } from '../../core/errors.ts'
import type { World } from '../../core/world.ts'
import type { Context } from '../context.ts'
import type { Finding } from '../rules/finding.ts'
import type { Probe } from '../rules/probe.ts'
import { commandFindings } from './command.ts'
import { containerFor } from './container.ts'
import { pmsFindings } from './pms.ts'

/** What of a diagnosis this topic needs. */
export interface DatabaseContext extends Pick<Context, 'engineError' | 'engine' | 'probes' | 'migrations'> {
  readonly look: { readonly world: World } | null
}

export async function database(context: DatabaseContext, signal: AbortSignal): Promise<readonly Finding[]> {
  const { probes, look, engineError } = context
  if (probes.length === 0) return [unconfigured()]
  if (look === null) return [blind(probes, engineError?.message ?? 'the engine could not be reached')]
  const answers = await Promise.all(probes.map(probe => ask(probe, context, signal)))
  return answers.flat()
}

async function ask(probe: Probe, context: DatabaseContext, signal: AbortSignal): Promise<readonly Finding[]> {
  const found = containerFor(probe, context.look?.world.containers ?? [])
  if (found.kind === 'finding') return [found.finding]
  switch (probe.kind) {
    case 'command':
      return await commandFindings(probe, found.container, context, signal)
    case 'pms-database':
      return await pmsFindings(probe, found.container, context, signal)
    default:
      return assertNever(probe)
  }
}

function unconfigured(): Finding {
  return {
    topic: 'database',
    code: 'database-unconfigured',
    verdict: 'note',
    subject: null,
    summary: 'no probe is configured: set diagnose.probes in the config to check a database',
    evidence: [],
    remedy: [],
  }
}

function blind(probes: readonly Probe[], why: string): Finding {
  return {
    topic: 'database',
    code: 'database-unseen',
    verdict: 'unseen',
    subject: null,
    summary: `${probes.length === 1 ? 'the probe was' : `${probes.length} probes were`} not queried: ${why}`,
    evidence: probes.map(({ name }) => name),
    remedy: [],
  }
}
