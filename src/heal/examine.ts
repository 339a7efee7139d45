// Asks what an entry alone does not tell: who is on a network by its own word, whether a container's interface is there, and
// who answers at the wire. It reads only, and what cannot be asked is not known: no failure of it is one of a pass.
import { mapBounded } from '../concurrency/map-bounded.ts'
import { deadBy } from '../core/evidence.ts'
import type { BridgeState, Examination, Member, NetworkDetail, PairFinding } from '../core/examination.ts'
import { foundOf, keyOf, type Pair, pairsOf } from '../core/examined-pair.ts'
import type { Observation } from '../core/observation.ts'
import type { Clock, Engine, Wire } from './ports.ts'
import { orUnknown, probeInterface } from './probe-interface.ts'

/** Those that were proven longest ago come first. */
const MOST_CONTAINERS = 20
const PAIRS_AT_ONCE = 8
const NETWORKS_AT_ONCE = 8

/** Where nothing of the host can be seen: an engine elsewhere, or one that is made up. */
export const NO_WIRE: Wire = { bridges: () => new Map(), seen: () => null, probe: async () => 'unknown' }

export interface Examiner {
  readonly engine: Engine
  readonly wire: Wire
  readonly clock: Pick<Clock, 'now'>
}

export interface ExamineOptions {
  /** What was found before, and holds for each endpoint that is still there. */
  readonly known: Examination
  /** Ids of containers; null: all that the rules name. */
  readonly only: ReadonlySet<string> | null
  /** How long the wire is listened to, in milliseconds. A neighbour that is gone is given up only after some nine seconds. */
  readonly patience: number
  /** Ids of those whose interfaces are looked for; not given: those whose turn it is. */
  readonly deep?: ReadonlySet<string>
}

/** Never throws an engine's no. What is found holds for the endpoints of `look`. */
export async function examine(
  look: Observation,
  { engine, wire, clock }: Examiner,
  { known, only, patience, deep }: ExamineOptions,
  signal: AbortSignal,
): Promise<Examination> {
  const all = pairsOf(look)
  const pairs = only === null ? all : all.filter(p => only.has(p.container.id))
  const bridges = bridgesOf(look, wire)
  const details = askForDetails([...new Set(pairs.map(p => p.network.id))], engine, signal)
  const due = deep ?? dueOf(pairs, known)
  const found = await mapBounded(pairs, PAIRS_AT_ONCE, async (pair): Promise<PairFinding> => {
    const asked = details.then(all => memberIn(all.get(pair.network.id), pair))
    const bridge = bridges.get(pair.network.id) === 'up' ? pair.network.bridge : null
    const isDue = due.has(pair.container.id)
    const seen = isDue ? await probeInterface(pair, asked, bridge, { engine, wire, patience }, signal) : null
    const member = await asked
    const listed = member === null ? 'unknown' : member === undefined ? 'missing' : 'present'
    const { endpointId } = pair.entry
    if (seen !== null && member !== undefined) return { endpointId, member: listed, ...seen, at: clock.now() }
    const nothing = { endpointId, interface: 'unknown', wire: 'unknown', at: clock.now() } as const
    return { ...(foundOf(pair, known) ?? nothing), member: listed }
  })
  const networks = await details
  const findings = new Map(pairs.map((pair, index) => [keyOf(pair), found[index]]))
  return {
    networks: only === null ? networks : new Map([...known.networks, ...networks]),
    bridges,
    pairs: new Map(
      all.flatMap(pair => {
        const finding = findings.get(keyOf(pair)) ?? foundOf(pair, known)
        return finding === undefined ? [] : [[keyOf(pair), finding] as const]
      }),
    ),
  }
}

async function askForDetails(
  ids: readonly string[],
  engine: Engine,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, NetworkDetail>> {
  const details = await mapBounded(ids, NETWORKS_AT_ONCE, id => orUnknown(engine.inspectNetwork(id, signal)))
  return new Map(
    ids.flatMap((id, index) => {
      const detail = details[index] ?? null
      return detail === null ? [] : [[id, detail] as const]
    }),
  )
}

/** Those whose endpoint was never examined: what somebody else has attached, or a start. */
export function unexamined(look: Observation, known: Examination, ids: ReadonlySet<string>): ReadonlySet<string> {
  const pairs = pairsOf(look).filter(p => ids.has(p.container.id) && foundOf(p, known) === undefined)
  return new Set(pairs.map(p => p.container.id))
}

/** Also of those that nobody is attached to now: an attach would fail. */
function bridgesOf(look: Observation, wire: Wire): ReadonlyMap<string, BridgeState> {
  const networks = new Map(
    look.attachments.flatMap(a =>
      a.network.kind === 'found' && a.network.network.bridge !== null
        ? [[a.network.network.id, a.network.network.bridge] as const]
        : [],
    ),
  )
  if (networks.size === 0) return new Map()
  // All of them, as any of them tells whether the engine's networks are this host's.
  const states = wire.bridges(look.world.networks.flatMap(n => n.bridge ?? []))
  return new Map(
    [...networks].flatMap(([id, bridge]) => {
      const state = states.get(bridge)
      return state === undefined ? [] : [[id, state] as const]
    }),
  )
}

/** Undefined: it is none by the network's own word. Null: nobody could tell. */
function memberIn(detail: NetworkDetail | undefined, { container, network, entry }: Pair): Member | undefined | null {
  // Of an overlay, each node lists its own, as far as it has been told.
  if (detail === undefined || network.driver === 'overlay') return null
  const member = detail.members.get(container.id)
  return member?.endpointId === entry.endpointId ? member : undefined
}

/** The containers whose turn it is: those under suspicion, then those proven longest ago. */
function dueOf(pairs: readonly Pair[], known: Examination): ReadonlySet<string> {
  const last = new Map<string, number>()
  for (const pair of pairs) {
    const found = foundOf(pair, known)
    const at = found === undefined || deadBy(found) !== null || found.interface !== 'present' ? 0 : found.at
    last.set(pair.container.id, Math.min(at, last.get(pair.container.id) ?? at))
  }
  const oldest = [...last].sort(([, a], [, b]) => a - b)
  return new Set(oldest.slice(0, MOST_CONTAINERS).map(([id]) => id))
}
