// Incidents: what people must be told of, from the moment it begins until it is over, and the messages on their way. Data.
import type { Notice, NoticeKind } from './notice.ts'

export type IncidentKind = Exclude<NoticeKind, 'recovered'>

/** What is said of an incident, as known now. */
export interface Words {
  readonly title: string
  readonly lines: readonly string[]
  readonly remedy: string | null
}

/** All times in milliseconds since the epoch. */
export interface Incident extends Words {
  /**
   * `loop ATTACHMENT`, `failed ATTACHMENT`, `unresolved ATTACHMENT` (whatever it does not reach), `failed engine`, `failed records`,
   * `failed page`, `target NAME`, `crashed`.
   */
  readonly key: string
  readonly kind: IncidentKind
  /** Those that begin together and say the same of several containers are told in one message. */
  readonly group: string
  readonly container: string | null
  readonly network: string | null
  readonly since: number
  /** When it was last seen to last. */
  readonly seenAt: number
  /** When it was last told; null: it is too young to be told. */
  readonly toldAt: number | null
  /** When it was over; null: it lasts. It is kept for an hour, so that one that comes back is known. */
  readonly over: number | null
  /** How often it came back within an hour after it was over. */
  readonly returns: number
}

/** One message on its way to one target. */
export interface Delivery {
  readonly notice: Notice
  /** The target's name: stable across restarts, and without anything secret. */
  readonly target: string
  readonly attempts: number
  /** Not before then, milliseconds since the epoch. */
  readonly due: number
  /** The target has said that it will not take this one as things are. It is kept, and those that come after it go first. */
  readonly refused: boolean
}

export const KEPT_DELIVERIES = 200

/** No try is put off for longer than this, whatever a server asks for. Milliseconds. */
export const LONGEST_DELAY = 86_400_000

/** What one target got: for its rate limit, and to be counted. */
export interface TargetRecord {
  /** When each message of the last hour was put on its way; milliseconds since the epoch, oldest first. */
  readonly recent: readonly number[]
  /** Messages above the limit that one more will speak of, and the titles of the first few. */
  readonly heldBack: { readonly count: number; readonly titles: readonly string[] }
  /** Since the beginning. */
  readonly delivered: number
  readonly givenUp: number
  /** Null: what it was sent last got through. */
  readonly failing: Failing | null
}

/** `since`: the first try that did not get through, milliseconds since the epoch. `error`: what became of the last one, in words. */
export interface Failing {
  readonly since: number
  readonly error: string
  readonly refused: boolean
}

export const EMPTY_TARGET: TargetRecord = {
  recent: [],
  heldBack: { count: 0, titles: [] },
  delivered: 0,
  givenUp: 0,
  failing: null,
}
