// Incidents: what people must be told of, from the moment it begins until it is over. Which messages are due, as data.
import type { Notice, NoticeKind } from './notice.ts'

export interface Incident {
  /** `loop ATTACHMENT`, `failed ATTACHMENT`, `failed engine`, ... */
  readonly key: string
  readonly kind: Exclude<NoticeKind, 'recovered'>
  readonly container: string | null
  readonly network: string | null
  readonly since: number
  /** When it was last told, milliseconds since the epoch; null: it is too young to be told. */
  readonly toldAt: number | null
  readonly title: string
}

/** One message on its way to one target. */
export interface Delivery {
  readonly notice: Notice
  /** The target's name: stable across restarts, and without anything secret. */
  readonly target: string
  readonly attempts: number
  /** Not before then, milliseconds since the epoch. */
  readonly due: number
}

export const KEPT_DELIVERIES = 200
