// Is anybody there to be reached? The plan's own warning, with who is missed.
import type { Warning } from '../../core/action.ts'
import { absentees } from '../../core/emptiness.ts'
import type { Observation } from '../../core/observation.ts'
import type { Network } from '../../core/world.ts'
import type { Subject } from '../context.ts'
import type { Finding } from '../rules/finding.ts'

/** Said of the container, which is whom it hurts: the network itself may be a name that nobody knows by heart. */
export function emptiness(
  subject: Subject,
  network: Network,
  warnings: readonly Warning[],
  { attachments, world }: Observation,
): readonly Finding[] {
  const warning = warnings.find(w => w.code === 'network-empty')
  if (warning === undefined) return []
  const { stopped, stack } = absentees(network, attachments, world)
  // Who belongs there and is not there is missed; that nobody else is there may be as it should.
  const isProven = stopped.length > 0 || stack !== null
  return [
    {
      ...{ topic: 'networks', subject: subject.label },
      code: 'network-empty',
      verdict: isProven ? 'wrong' : 'note',
      summary: isProven ? `${warning.message}; ${subject.label} needs it` : warning.message,
      evidence: [
        `network ${network.name}, id ${network.id.slice(0, 12)}: no other running member`,
        ...stopped.slice(0, 10).map(c => `${c.name} is on it, and ${c.status}`),
      ],
      remedy: [
        'if a stack should be there, start it (in Coolify: the Supabase service > Start)',
        'or, if it was created again under another network, point the rule at that: "network": {"of": "supabase-db"} follows it by itself',
      ],
    },
  ]
}
