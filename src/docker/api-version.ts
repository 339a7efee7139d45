// Which API version is spoken: the newest that both sides know, from 1.41 (20.10) to 1.52 (29).
import { NethealError } from '../core/errors.ts'

const OLDEST = '1.41'
const NEWEST = '1.52'
/** The newest Docker that the suites have run on (docs/engines.md). */
export const NEWEST_TESTED = '28.5'
/** `GwPriority` of an endpoint came with Docker 28. */
const GATEWAY_PRIORITY = '1.48'

/** Throws NethealError `engine-too-old` when there is none, `engine-unreachable` when this is no engine's answer. */
export function commonVersion(engineNewest: unknown, engineOldest: unknown, host: string): string {
  if (!isVersion(engineNewest)) {
    throw new NethealError('engine-unreachable', `what answers at ${host} is not a Docker engine`, {
      hint: 'check whether something else listens there, or a proxy is in between',
    })
  }
  const version = compare(engineNewest, NEWEST) < 0 ? engineNewest : NEWEST
  if (compare(version, OLDEST) < 0) {
    throw new NethealError(
      'engine-too-old',
      `the engine at ${host} speaks API ${engineNewest}; netheal needs ${OLDEST} (Docker 20.10) or later`,
      {
        hint: 'update Docker',
      },
    )
  }
  if (isVersion(engineOldest) && compare(version, engineOldest) < 0) {
    throw new NethealError(
      'engine-too-old',
      `the engine at ${host} speaks API ${engineOldest} and later; this netheal speaks ${OLDEST} to ${NEWEST}`,
      {
        hint: 'update netheal',
      },
    )
  }
  return version
}

export function knowsGatewayPriority(version: string): boolean {
  return compare(version, GATEWAY_PRIORITY) >= 0
}

/** `29.7.2` is newer than 28.5; what is no version, and another patch of a tested one, is not. */
export function isNewerThanTested(version: string): boolean {
  const [, found] = /^(\d+\.\d+)\./.exec(version) ?? []
  return found !== undefined && compare(found, NEWEST_TESTED) > 0
}

function isVersion(value: unknown): value is string {
  return typeof value === 'string' && /^\d+\.\d+$/.test(value)
}

function compare(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number)
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number)
  return aMajor - bMajor || aMinor - bMinor
}
