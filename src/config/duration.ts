// Durations as people write them in the config: `500ms`, `90s`, `15m`, `2h`, `1d`. Milliseconds inside.
// One unit only: `1h30m` is written `90m`, so that there is one way to write each.
const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

type Unit = keyof typeof UNITS

export const DURATION: RegExp = /^(\d{1,12})(ms|s|m|h|d)$/

/** Milliseconds, or null for what is not written as a duration. */
export function parseDuration(text: string): number | null {
  const [, digits, unit] = DURATION.exec(text) ?? []
  return digits === undefined || unit === undefined ? null : Number(digits) * UNITS[unit as Unit]
}

/** The shortest way to write so many milliseconds: 900000 is `15m`, 90000 is `90s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds === 0) return '0s'
  const fitting = (['d', 'h', 'm', 's'] as const).find(unit => milliseconds % UNITS[unit] === 0)
  return fitting === undefined ? `${milliseconds}ms` : `${milliseconds / UNITS[fitting]}${fitting}`
}

/** What to write instead of `got`, if that can be guessed; else null. */
export function durationAdvice(got: unknown): string | null {
  if (typeof got === 'number' && got > 0 && Number.isInteger(got)) return bareNumber(String(got))
  if (typeof got !== 'string') return null
  const text = got.trim().toLowerCase()
  if (/^\d{1,12}$/.test(text)) return bareNumber(text)
  if (DURATION.test(got)) return null
  const milliseconds = loosely(text)
  return milliseconds === null ? null : `Write "${durationText(milliseconds)}".`
}

function bareNumber(digits: string): string {
  return `A number needs a unit: write "${digits}s" for seconds or "${digits}m" for minutes.`
}

/** `15 min`, `1h30m`, `1.5 hours`, `15M`. Null when that makes no sense. */
function loosely(text: string): number | null {
  if (text.length > 40 || !/^(\d+(\.\d+)?\s*[a-z]+[\s,]*)+$/.test(text)) return null
  let total = 0
  for (const [, digits, word] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const unit = unitOf(word ?? '')
    if (unit === null) return null
    total += Number(digits) * UNITS[unit]
  }
  return Number.isSafeInteger(total) ? total : null
}

function unitOf(word: string): Unit | null {
  if (/^(ms|msecs?|millis|milliseconds?)$/.test(word)) return 'ms'
  if (/^(s|secs?|seconds?)$/.test(word)) return 's'
  if (/^(m|mins?|minutes?)$/.test(word)) return 'm'
  if (/^(h|hrs?|hours?)$/.test(word)) return 'h'
  if (/^(d|days?)$/.test(word)) return 'd'
  return null
}
