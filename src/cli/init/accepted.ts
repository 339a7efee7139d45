// A proposal as `netheal config` would take it: what that would refuse is taken out, and said.
import { check } from '../../config/check.ts'
import type { Origin } from '../../config/config.ts'
import { problemText } from '../../config/problem.ts'
import type { Proposal, ProposedAttachment } from '../../init/rules/proposal.ts'

export interface Refused {
  readonly attachment: ProposedAttachment
  readonly why: readonly string[]
}

/** `proposal`: null where nothing is left. */
export function accepted(proposal: Proposal): {
  readonly proposal: Proposal | null
  readonly refused: readonly Refused[]
} {
  const problemsOf = (attachments: readonly ProposedAttachment[]): readonly string[] => {
    const checked = check({ ...proposal, attachments }, () => PROPOSED)
    return checked.kind === 'good' ? [] : checked.problems.map(problemText)
  }
  const kept: ProposedAttachment[] = []
  const refused: Refused[] = []
  for (const attachment of proposal.attachments) {
    const why = problemsOf([...kept, attachment])
    if (why.length === 0) kept.push(attachment)
    else refused.push({ attachment, why })
  }
  return { proposal: kept.length === 0 ? null : { ...proposal, attachments: kept }, refused }
}

const PROPOSED: Origin = { kind: 'file', name: 'the proposal' }
