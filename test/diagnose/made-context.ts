// A context made by hand: an engine that knows what it is told, a host that does nothing, a netheal with which all is well.
import { resolve } from '../../src/core/attachment.ts'
import type { Rule } from '../../src/core/rule.ts'
import { EMPTY_STATE } from '../../src/core/state.ts'
import type { Container } from '../../src/core/world.ts'
import type { Context, Subject } from '../../src/diagnose/context.ts'
import type { ContainerDetails } from '../../src/diagnose/rules/details.ts'
import type { Engine, PastEvent } from '../../src/heal/ports.ts'
import { backend, host, lookAt, NOW, on, rule, supabase } from '../core/builders.ts'
import { noFiles, wellItself } from './asked.ts'

export interface Made {
  readonly containers?: readonly Container[]
  readonly rules?: readonly Rule[]
  /** Fields of the subjects' inspects that matter, by name. */
  readonly details?: Readonly<Record<string, Partial<ContainerDetails>>>
  readonly past?: readonly PastEvent[]
  readonly over?: Partial<Context>
}

const notAsked = (): never => {
  throw new Error('nobody should ask this')
}

export const madeEngine: Engine = {
  greet: async () => ({
    product: 'Docker',
    caveat: null,
    version: '28.5.2',
    apiVersion: '1.51',
    newestApiVersion: '1.51',
    newerThan: null,
  }),
  forget: notAsked,
  lookAll: notAsked,
  inspectNetwork: notAsked,
  hasInterfaces: notAsked,
  lookAt: notAsked,
  connect: notAsked,
  disconnect: notAsked,
  restart: notAsked,
  start: notAsked,
  exec: notAsked,
  ping: notAsked,
  events: notAsked,
}

/** pms-backend on its network, unless told otherwise. */
export function contextOf({ containers, rules = [rule()], details = {}, past = [], over = {} }: Made = {}): Context {
  const seen = host(containers ?? [backend('running', [on(supabase)])])
  const attachments = resolve(rules, seen)
  const subjects = [...Map.groupBy(attachments, a => a.label)].map(([label, some]): Subject => {
    const container = some[0]?.container ?? null
    return {
      label,
      attachments: some,
      details: container === null ? null : { ...detailsOf(container), ...details[label] },
    }
  })
  return {
    now: NOW,
    look: lookAt(rules, seen),
    engineError: null,
    subjects,
    rules,
    state: EMPTY_STATE,
    engine: madeEngine,
    inspector: { details: notAsked, log: notAsked, replay: async () => past, socketHolders: async () => [] },
    mentions: { mentions: notAsked },
    prove: notAsked,
    reach: notAsked,
    journal: null,
    files: noFiles,
    automation: async () => ({ findings: [], unread: [] }),
    itself: async () => wellItself,
    clock: { now: () => NOW, monotonic: () => 0, sleep: notAsked, schedule: notAsked },
    readiness: [],
    http: { fetchText: notAsked },
    probes: [],
    migrations: null,
    ...over,
  }
}

export function detailsOf(container: Container): ContainerDetails {
  const { id, name, image, labels, status, createdAt, run } = container
  return {
    ...{ id, name, image, labels, status, createdAt },
    imageId: 'sha256:0',
    startedAt: run?.startedAt ?? null,
    finishedAt: run?.finishedAt ?? null,
    running: status === 'running',
    exitCode: run?.exitCode ?? 0,
    error: run?.error ?? '',
    missingNetwork: run?.missingNetwork ?? null,
    oomKilled: false,
    restartCount: run?.restartCount ?? 0,
    restartPolicy: 'unless-stopped',
    argv: [],
    logDriver: 'json-file',
    health: null,
    addresses: {},
  }
}
