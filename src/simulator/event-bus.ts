// The engine's events: the last 256 are kept for `since`, and each subscriber gets what its filter lets through. It
// knows nothing of HTTP: event-stream.ts writes.
import type { Filters } from './filters.ts'
import { type Instant, type InstantSource, secondsOf } from './instant.ts'

/** moby daemon/events/events.go: a fixed number of events of all kinds. */
const bufferSize = 256

export interface SimEvent {
  readonly type: 'container' | 'network' | 'image' | 'volume' | 'daemon'
  readonly action: string
  readonly id: string
  readonly attributes: Readonly<Record<string, string>>
  readonly at: Instant
}

export interface Subscription {
  readonly replay: readonly SimEvent[]
  cancel(): void
}

export class EventBus {
  readonly #instants: InstantSource
  readonly #legacyFields: boolean
  readonly #subscribers = new Map<(event: SimEvent) => void, Filters>()
  #buffer: SimEvent[] = []
  #publishedHook: () => void = () => undefined

  constructor(instants: InstantSource, legacyFields: boolean) {
    this.#instants = instants
    this.#legacyFields = legacyFields
  }

  /** One listener that is told after each event, whatever it is. */
  onPublish(hook: () => void): void {
    this.#publishedHook = hook
  }

  publish(type: SimEvent['type'], action: string, id: string, attributes: Readonly<Record<string, string>>): SimEvent {
    const event: SimEvent = { type, action, id, attributes, at: this.#instants.next() }
    this.#buffer.push(event)
    if (this.#buffer.length >= 2 * bufferSize) this.#buffer = this.#buffer.slice(-bufferSize)
    for (const [subscriber, filters] of this.#subscribers) if (matches(filters, event)) subscriber(event)
    this.#publishedHook()
    return event
  }

  /** What is kept, oldest first: at most 256. */
  get buffered(): readonly SimEvent[] {
    return this.#buffer.slice(-bufferSize)
  }

  /** A restarted engine remembers none. */
  forget(): void {
    this.#buffer = []
  }

  /** Without `since` and `until` nothing is replayed; with either, of what is kept, what lies between. */
  subscribe(
    filters: Filters,
    since: Instant | null,
    until: Instant | null,
    subscriber: (event: SimEvent) => void,
  ): Subscription {
    const replay =
      since === null && until === null
        ? []
        : this.buffered.filter(
            event => event.at >= (since ?? 0n) && (until === null || event.at <= until) && matches(filters, event),
          )
    this.#subscribers.set(subscriber, filters)
    return { replay, cancel: () => this.#subscribers.delete(subscriber) }
  }

  get subscribers(): number {
    return this.#subscribers.size
  }

  /** One line of the stream. `timeNano` passes 2^53, so the JSON is put together by hand. */
  line(event: SimEvent): string {
    const actor = `"Type":"${event.type}","Action":${JSON.stringify(event.action)},"Actor":{"ID":"${event.id}","Attributes":${JSON.stringify(event.attributes)}}`
    const legacy =
      this.#legacyFields && event.type === 'container'
        ? `"status":${JSON.stringify(event.action)},"id":"${event.id}","from":${JSON.stringify(event.attributes.image ?? '')},`
        : ''
    return `{${legacy}${actor},"scope":"local","time":${secondsOf(event.at)},"timeNano":${event.at}}\n`
  }
}

/**
 * moby daemon/events/filter.go: the values of one key are alternatives, the keys must all match. A `container` filter
 * matches the id or name of any event's actor by its beginning, whatever its type: so it drops all network events.
 */
export function matches(filters: Filters, event: SimEvent): boolean {
  return (
    matchesAction(filters, event.action) &&
    filters.exact('type', event.type) &&
    filters.exact('scope', 'local') &&
    matchesName(filters, 'container', event) &&
    matchesName(filters, 'network', event) &&
    matchesName(filters, 'image', event) &&
    filters.labels('label', event.attributes)
  )
}

function matchesAction(filters: Filters, action: string): boolean {
  const prefixed = filters.get('event').some(value => /^(health_status|exec_create|exec_start)/.test(value))
  return prefixed ? filters.prefix('event', action) : filters.exact('event', action)
}

function matchesName(filters: Filters, key: string, event: SimEvent): boolean {
  const name = key === 'image' ? (event.attributes.image ?? '') : (event.attributes.name ?? '')
  return filters.prefix(key, event.id) || filters.prefix(key, name)
}
