// What speaks for a container needing a network, the strongest first. Names only: no value of an environment is ever here.
import { assertNever } from '../../core/errors.ts'

/** Which of the words that were asked for occur in a container's environment and in its command. */
export interface Mentions {
  readonly environment: readonly string[]
  readonly command: readonly string[]
}

export const NO_MENTIONS: Mentions = { environment: [], command: [] }

export type Evidence =
  | { readonly kind: 'environment'; readonly names: readonly string[] }
  | { readonly kind: 'command'; readonly names: readonly string[] }
  | { readonly kind: 'attached' }
  /** A script of this host connects it; `by` says where. */
  | { readonly kind: 'script'; readonly by: string }
  /** A Coolify application in the project of the stack. */
  | { readonly kind: 'project'; readonly project: string }

const WEIGHTS: Readonly<Record<Evidence['kind'], number>> = {
  environment: 16,
  command: 8,
  script: 4,
  attached: 2,
  project: 1,
}

/** How much speaks for it; 0 for nothing. */
export function weightOf(evidence: readonly Evidence[]): number {
  return evidence.reduce((sum, { kind }) => sum + WEIGHTS[kind], 0)
}

/** For the end of `pms-backend: `. */
export function evidenceText(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'environment':
      return `its environment names ${evidence.names.join(' and ')}`
    case 'command':
      return `its command names ${evidence.names.join(' and ')}`
    case 'attached':
      return 'is attached now'
    case 'script':
      return `connected by ${evidence.by}`
    case 'project':
      return `a Coolify application in the same project, ${evidence.project}`
    default:
      return assertNever(evidence)
  }
}
