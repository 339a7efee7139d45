// What a readiness answer says of the database: `.components.db`, in whichever shape an app writes it.

export interface Component {
  readonly state: 'up' | 'degraded' | 'down'
  /** As it stands in the answer: `"down"`, `{"status":"down","error":"..."}`. */
  readonly said: string
}

const UP = new Set(['up', 'ok', 'healthy', 'connected', 'ready', 'pass', 'available', 'true'])
const DEGRADED = new Set(['degraded', 'warn', 'warning'])
/** Where an object says how it is. */
const STATE_KEYS = ['status', 'state', 'healthy', 'ok', 'up', 'connected', 'ready']

/** All components by their name; null: the answer has none. FastAPI puts what an app raises below `detail`. */
export function componentsOf(answer: unknown): ReadonlyMap<string, Component> | null {
  const components = field(answer, 'components') ?? field(field(answer, 'detail'), 'components')
  if (typeof components !== 'object' || components === null || Array.isArray(components)) return null
  return new Map(
    Object.entries(components).map(([name, value]) => [
      name,
      { state: stateOf(value), said: JSON.stringify(value) ?? '' },
    ]),
  )
}

/** What cannot be understood is not up. */
function stateOf(value: unknown): Component['state'] {
  if (typeof value === 'string' || typeof value === 'boolean') {
    const word = String(value).trim().toLowerCase()
    return UP.has(word) ? 'up' : DEGRADED.has(word) ? 'degraded' : 'down'
  }
  const key = STATE_KEYS.find(k => typeof field(value, k) === 'string' || typeof field(value, k) === 'boolean')
  return key === undefined ? 'down' : stateOf(field(value, key))
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined
}
