// What the contract suite is run against, and what it may expect there.

/** The order and number of events differ by these; other versions behave as the one before them. */
export type Family = '20.10' | '23' | '28'

export interface ContractEngine extends AsyncDisposable {
  readonly socketPath: string
  /** An image with busybox's `sh`, `sleep`, `nslookup` and `ip`, and without `getent`. */
  readonly image: string
  /** The newest API version it speaks. */
  readonly apiVersion: string
}

/** By API version: 1.41 is 20.10, 1.42 came with 23, 1.48 with 28. */
export function familyOf(apiVersion: string): Family {
  const minor = Number(apiVersion.split('.')[1])
  if (minor < 42) return '20.10'
  return minor < 48 ? '23' : '28'
}
