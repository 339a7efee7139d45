// What is known of what an attachment reaches, from inside its container, and what is made of it.
import type { NetworkDetail } from './examination.ts'
import type { Connection, Resolution } from './outcome.ts'
import type { Rung, Unreachable } from './proof.ts'
import type { Rule } from './rule.ts'
import type { Container, Network } from './world.ts'

/** What a rule asks to be proven from inside a container. */
export type Targets = Pick<Rule, 'resolve' | 'reach'>

/** What was asked inside, and what is around. */
export interface Testimony {
  /** The id of the container that was asked inside. */
  readonly asker: string
  readonly targets: Targets
  readonly network: Network
  /** Of `namesOf(targets)`. */
  readonly resolutions: readonly Resolution[]
  /** Empty where a name is at fault already. */
  readonly connections: readonly Connection[]
  /** Who is on the network; null: the engine does not tell. */
  readonly detail: NetworkDetail | null
  /** The containers that answer; where a name does not resolve also the members, and those it could be of. As they are now. */
  readonly containers: readonly Container[]
  /** By address: whose it is, where it is not of this network. */
  readonly elsewhere: ReadonlyMap<string, string>
}

export type Fault = Omit<Unreachable, 'since'> & {
  /** The name that is at fault; null: none is. */
  readonly name: string | null
  /** What was found about it beside `detail`. */
  readonly evidence: readonly string[]
  /** What helps, step by step: more than `hint` has room for. */
  readonly remedy: readonly string[]
}

export type Judgement =
  /** `doubt`: what was asked for and not proven, in words; null: all is. */
  | { readonly kind: 'proven'; readonly rung: Rung; readonly doubt: Doubt | null }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'unknown'; readonly doubt: Doubt }
  /** It was stopped, restarted or detached meanwhile. */
  | { readonly kind: 'interrupted' }

/** `isNews`: for the operator to know, since it will not pass by itself. */
export interface Doubt {
  readonly words: string
  readonly isNews: boolean
  readonly isHung: boolean
}
