// The lines of a log, for the tests of the story: what one heal writes, and its parts.

import type { DetachCause } from '../../src/core/cause.ts'
import type { Evidence } from '../../src/core/state.ts'
import type { Logged } from '../../src/history/rules/entry-text.ts'
import { NOW, SUPABASE } from './builders.ts'

export const APP = 'pms-backend'

/** `n` tells one loss from another. */
export function evidenceOf(n: number, rest: Partial<Evidence> = {}): Evidence {
  return {
    containerId: 'app-1',
    previousId: null,
    networkId: 'net-1',
    previousNetworkId: 'net-1',
    lastAttachedAt: n,
    lostAt: null,
    startedAt: null,
    exitCode: null,
    coolify: false,
    deployment: null,
    ...rest,
  }
}

interface About {
  readonly container?: string
  readonly network?: string
}

/** Times in milliseconds after `NOW`. */
export function fixing(
  at: number,
  cause: DetachCause | null,
  { container = APP, network = SUPABASE, evidence = null }: About & { readonly evidence?: Evidence | null } = {},
): Logged {
  return { kind: 'fixing', at: NOW + at, container, network, why: `not attached to ${network}`, cause, evidence }
}

export function connecting(at: number, { container = APP, network = SUPABASE }: About = {}): Logged {
  return { kind: 'action', at: NOW + at, container, network, verb: 'connect', notes: [] }
}

export function connected(
  at: number,
  milliseconds: number | null,
  { container = APP, network = SUPABASE, notes = [] }: About & { readonly notes?: readonly string[] } = {},
): Logged {
  return { kind: 'success', at: NOW + at, container, network, verb: 'connect', milliseconds, notes }
}

export function notConnected(at: number, error: string, { container = APP, network = SUPABASE }: About = {}): Logged {
  return { kind: 'failed', at: NOW + at, container, network, verb: 'connect', error, hint: null, retryIn: 1_000 }
}

export function lost(
  at: number,
  cause: DetachCause,
  why: string,
  { container = APP, network = SUPABASE, evidence = null }: About & { readonly evidence?: Evidence | null } = {},
): Logged {
  return { kind: 'lost', at: NOW + at, container, network, cause, evidence, why }
}

/** Lost, noticed and attached again within a pass. */
export function healed(at: number, cause: DetachCause | null, about: About = {}): readonly Logged[] {
  return [fixing(at, cause, about), connecting(at, about), connected(at + 40, 35, about)]
}

export function flagged(at: number, count: number, every: number | null, { container = APP }: About = {}): Logged {
  return {
    kind: 'loop',
    at: NOW + at,
    container,
    network: SUPABASE,
    loop: 'detach-loop',
    cause: 'explicit',
    source: 'outside-detach',
    count,
    within: 240_000,
    every,
    remedy: 'look in cron',
  }
}

export function cleared(at: number, { container = APP }: About = {}): Logged {
  return { kind: 'cleared', at: NOW + at, container, network: SUPABASE, loop: 'detach-loop', quiet: 900_000 }
}
