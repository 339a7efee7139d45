// What looks like a secret in a line that others wrote: a script, a log, a crontab. Masked before it is shown or packed.
// It knows shapes, not values: whoever knows a secret value adds it to `values`.

const MASK = '***'

/** Tried in this order. Ids of containers and networks are hexadecimal and stay readable. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // user:password@ in any URL; a password may hold anything but white space and "@".
  [/(:\/\/[^:@/\s]*):[^@\s]+@/g, `$1:${MASK}@`],
  // A webhook is its own password: the host may be known, what follows not.
  [
    /(https?:\/\/(?:hooks\.slack\.com|[\w.-]*discord(?:app)?\.com\/api\/webhooks|hc-ping\.com|[\w.-]*healthchecks\.io))\/[^\s"'<>]+/gi,
    `$1/${MASK}`,
  ],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, MASK],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, MASK],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[\w-]{10,}|sk-[A-Za-z0-9_-]{16,}|glpat-[\w-]{16,})/g, MASK],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
  [/((?:authorization|cookie|x-[\w-]*(?:key|token))["']?\s*[:=]\s*["']?(?:bearer |basic )?)[^"'\s]+/gi, `$1${MASK}`],
  [/(\bbearer\s+)[\w.~+/=-]{8,}/gi, `$1${MASK}`],
  // NAME=value, "name": "value", --name value; the name says that it is one.
  [
    /((?:\b|_|--)[\w-]*(?:passw(?:or)?d|pwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential)[\w-]*["']?\s*(?:[=:]|\s(?=["'\S]))\s*)("[^"]*"|'[^']*'|[^\s;&|,{}()[\]]+)/gi,
    `$1${MASK}`,
  ],
  [/((?:^|\s)(?:-u|--user)\s+)\S+:\S+/g, `$1${MASK}`],
]

/**
 * The text with what looks like a secret masked, and each of `values` wherever it stands.
 * @param values secrets that are known; those shorter than four characters are left, they would mask everything
 */
export function masked(text: string, values: readonly string[] = []): string {
  const known = values.filter(v => v.length >= 4).toSorted((a, b) => b.length - a.length)
  const without = known.reduce((rest, value) => rest.replaceAll(value, MASK), text)
  return SHAPES.reduce((rest, [shape, instead]) => rest.replace(shape, instead), without)
}

const SECRET_KEY = /passw(or)?d|pwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential/i

/** The same value with each string in it masked, and whole where its key says that it is a secret. */
export function maskedValue(value: unknown, values: readonly string[] = [], key = ''): unknown {
  if (typeof value === 'string') return SECRET_KEY.test(key) ? MASK : masked(value, values)
  if (Array.isArray(value)) return value.map(item => maskedValue(item, values, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [masked(k, values), maskedValue(v, values, k)]))
}
