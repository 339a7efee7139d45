// Whether a container's interface on a network is there, by the cheapest question that settles it: the wire, which answers at
// once on a healthy host; else the engine's statistics; and where those miss an interface, a look inside at whose it is.
import { NethealError } from '../core/errors.ts'
import type { Member, PairFinding } from '../core/examination.ts'
import type { Pair } from '../core/examined-pair.ts'
import type { Engine, Wire } from './ports.ts'

/** A healthy container's kernel answers within one; a busy host may take longer. Milliseconds. */
const AT_ONCE = 250

export interface Prober {
  readonly engine: Engine
  readonly wire: Wire
  /** How long the wire is listened to where it does not answer at once, in milliseconds. */
  readonly patience: number
}

/**
 * The cheap questions are asked while the network is asked for its members, the others only of one that it lists.
 * @param asked the member as the network lists it; undefined: it does not; null: it could not tell
 * @param bridge the network's, where it is up and can be seen from here; else null
 */
export async function probeInterface(
  { container, entry }: Pair,
  asked: Promise<Member | undefined | null>,
  bridge: string | null,
  { engine, wire, patience }: Prober,
  signal: AbortSignal,
): Promise<Pick<PairFinding, 'interface' | 'wire'>> {
  const { ipv4 } = entry
  const listen = async (milliseconds: number): Promise<PairFinding['wire']> =>
    bridge === null || ipv4 === '' ? 'unknown' : await wire.probe(ipv4, bridge, milliseconds, signal)
  if ((await listen(AT_ONCE)) === 'answers') return { interface: 'present', wire: 'answers' }
  // Meanwhile the network has answered, most likely, and a second of 20.10's statistics is saved.
  if (bridge !== null && (await asked) === undefined) return { interface: 'unknown', wire: 'unknown' }
  const hasAll = await orUnknown(engine.hasInterfaces(container.id, signal))
  const member = await asked
  if (member === undefined) return { interface: 'unknown', wire: 'unknown' }
  let own: PairFinding['interface'] = hasAll === null ? 'unknown' : 'present'
  if (hasAll === false) own = await lookInside(container.id, member, engine, signal)
  if (own === 'missing') return { interface: 'missing', wire: 'unknown' }
  const answer = await listen(patience)
  return { interface: answer === 'answers' ? 'present' : own, wire: answer }
}

/**
 * An interface that was lost is missed by the statistics until the container is started again, also after the network was
 * joined anew. So whose it is says the list of its own addresses, where the image has `cat`.
 */
async function lookInside(
  containerId: string,
  member: Member | null,
  engine: Engine,
  signal: AbortSignal,
): Promise<PairFinding['interface']> {
  if (member === null || member.ipv4 === '') return 'unknown'
  // Docker 20.10 says the same of one that has ended meanwhile.
  const look = await orUnknown(engine.lookAt([containerId], signal))
  if (look?.containers[0]?.status !== 'running') return 'unknown'
  const result = await orUnknown(engine.exec(containerId, ['cat', '/proc/net/fib_trie'], signal))
  if (result?.kind !== 'exited' || result.exitCode !== 0) return 'unknown'
  return localAddresses(result.output).has(member.ipv4) ? 'present' : 'missing'
}

/** `/proc/net/fib_trie`: the line of an address of its own is followed by `/32 host LOCAL`. */
export function localAddresses(trie: string): ReadonlySet<string> {
  return new Set([...trie.matchAll(/\|-- (\S+)\s+\/32 host LOCAL/g)].map(([, address = '']) => address))
}

/** Null where it could not be asked: denied by a proxy, gone meanwhile, too slow. */
export async function orUnknown<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    return null
  }
}
