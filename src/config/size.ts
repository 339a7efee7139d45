// Sizes as people write them in the config: `512k`, `10m`, `1g`. Bytes inside; a `k` is 1024.
const UNITS = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const

type Unit = keyof typeof UNITS

export const SIZE: RegExp = /^(\d{1,9})([kmg])$/

/** Bytes, or null for what is not written as a size. */
export function parseSize(text: string): number | null {
  const [, digits, unit] = SIZE.exec(text) ?? []
  return digits === undefined || unit === undefined ? null : Number(digits) * UNITS[unit as Unit]
}

/** The shortest way to write so many bytes, in the largest unit that divides them: 10485760 is `10m`. */
export function sizeText(bytes: number): string {
  const fitting = (['g', 'm', 'k'] as const).find(unit => bytes > 0 && bytes % UNITS[unit] === 0)
  return fitting === undefined ? String(bytes) : `${bytes / UNITS[fitting]}${fitting}`
}

/** What to write instead of `got`, if that can be guessed; else null. */
export function sizeAdvice(got: unknown): string | null {
  if (typeof got === 'number' && got > 0 && Number.isInteger(got)) return bareNumber(String(got))
  if (typeof got !== 'string' || SIZE.test(got)) return null
  const [, digits, unit] = /^(\d{1,9})\s*([kmg]?)(?:i?b(?:ytes)?)?$/i.exec(got.trim()) ?? []
  if (digits === undefined || unit === undefined) return null
  return unit === '' ? bareNumber(digits) : `Write "${digits}${unit.toLowerCase()}".`
}

function bareNumber(digits: string): string {
  return `A number needs a unit: write "${digits}k" or "${digits}m".`
}
