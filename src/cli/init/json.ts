// What `netheal init --json` prints: keys may be added, none may change.

import type { ContainerSelector } from '../../core/rule.ts'
import { selectorText } from '../../core/selector.ts'
import { removalOf, triggerText } from '../../diagnose/rules/automation-text.ts'
import { useOf } from '../../diagnose/rules/socket-holder.ts'
import type { Concerning } from '../../init/rules/concern.ts'
import { evidenceText } from '../../init/rules/evidence.ts'
import type { Proposal } from '../../init/rules/proposal.ts'
import type { Survey } from '../../init/survey.ts'
import { JSON_VERSION } from '../json.ts'

export interface InitOutcome {
  readonly concern: Concerning
  readonly proposal: Proposal | null
  /** The file that was written, null for none. */
  readonly written: string | null
}

export function initJson(
  { stacks, chosen, automation, takeover, holders }: Survey,
  { concern, proposal, written }: InitOutcome,
) {
  const isProposed = (selector: ContainerSelector, network: string): boolean =>
    (proposal?.attachments ?? []).some(
      a => a.network === network && a.containers.map(selectorText).includes(selectorText(selector)),
    )
  return {
    version: JSON_VERSION,
    stacks: stacks.map(({ stack, candidates }) => ({
      network: stack.network.name,
      database: stack.database?.name ?? null,
      status: stack.database?.status ?? null,
      chosen: chosen?.stack === stack,
      candidates: candidates.map(candidate => ({
        container: candidate.container.name,
        selector: candidate.selector,
        attached: candidate.attached,
        evidence: candidate.evidence.map(e => ({ kind: e.kind, text: evidenceText(e) })),
        proposed: isProposed(candidate.selector, stack.network.name),
      })),
    })),
    automation: {
      findings: automation.findings.map(finding => ({
        ...finding,
        via: triggerText(finding.via),
        remove: removalOf(finding.via),
        fights: concern.fights.includes(finding),
      })),
      unread: automation.unread.map(({ file, why }) => ({ file, why })),
    },
    socketHolders: holders.map(holder => ({ ...holder, use: useOf(holder).kind })),
    from:
      takeover === null
        ? null
        : {
            file: takeover.file,
            wanted: [...Map.groupBy(takeover.wanted, w => w.network)].map(([network, of]) => ({
              network,
              containers: of.map(w => w.container),
            })),
            rules: takeover.wanted,
            left: takeover.left,
            unresolved: takeover.left.map(l => `${l.file}:${l.line}: ${l.why}`),
            missing: {
              containers: namesIn(
                takeover.left.filter(l => l.rules.some(r => r.network === null)).map(l => l.rules[0]?.container),
              ),
              networks: namesIn(
                takeover.left.filter(l => l.rules.some(r => r.container === null)).map(l => l.rules[0]?.network),
              ),
            },
            unread: takeover.unread.map(({ file, why }) => ({ file, why })),
            logs: takeover.logs,
            schedules: takeover.schedules,
          },
    config: proposal,
    written,
  }
}

function namesIn(names: readonly (string | null | undefined)[]): readonly string[] {
  return [...new Set(names.filter(n => typeof n === 'string'))]
}
