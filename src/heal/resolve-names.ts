// Rung 4: what do the rule's names resolve to inside the container? `getent hosts`, else `nslookup`.
import { isIP } from 'node:net'
import { mapBounded } from '../concurrency/map-bounded.ts'
import type { Resolution } from '../core/outcome.ts'
import { firstWay, type Inside, limited, type Ran, runInside, type Ways } from './inside.ts'
import type { Clock, Engine } from './ports.ts'

export interface AskDeps {
  readonly engine: Engine
  readonly clock: Clock
  readonly ways: Ways
}

const WAYS: readonly ((name: string) => readonly string[])[] = [
  name => limited(['getent', 'hosts', name]),
  name => ['getent', 'hosts', name],
  name => limited(['nslookup', name]),
  name => ['nslookup', name],
]

const MOST_ADDRESSES = 16
const AT_ONCE = 4

/** Each name once. Never throws an engine's no: a command that cannot be run proves nothing. */
export async function resolveNames(
  container: Inside,
  names: readonly string[],
  deps: AskDeps,
  signal: AbortSignal,
): Promise<readonly Resolution[]> {
  const [first, ...rest] = names
  if (first === undefined) return []
  const ask = (name: string): Promise<Resolution> => resolveInside(container, name, deps, signal)
  // The first one finds out what the image has, and whether anything ends in there.
  const begun = await ask(first)
  if (begun.hung) return [begun, ...rest.map(name => ({ ...begun, name }))]
  return [begun, ...(await mapBounded(rest, AT_ONCE, ask))]
}

async function resolveInside(container: Inside, name: string, deps: AskDeps, signal: AbortSignal): Promise<Resolution> {
  const answer = await firstWay(container, deps.ways.resolve, WAYS.length, async way => {
    const argv = WAYS[way]?.(name) ?? []
    const ran = await runInside(container, argv, deps, signal)
    if (ran.kind === 'missing') return 'missing'
    const answer = resolutionOf(name, argv.includes('getent') ? 'getent' : 'nslookup', ran)
    return { answer, isSure: ran.kind === 'exited' || ran.kind === 'hung' }
  })
  return answer ?? unproven(name, 'the image has neither getent nor nslookup')
}

function resolutionOf(
  name: string,
  program: 'getent' | 'nslookup',
  ran: Exclude<Ran, { readonly kind: 'missing' }>,
): Resolution {
  if (ran.kind === 'hung') return { ...unproven(name, ran.detail), hung: true }
  if (ran.kind === 'refused') return { ...unproven(name, ran.detail), denied: ran.denied }
  if (ran.kind === 'interrupted') return { ...unproven(name, ran.detail), result: 'interrupted' }
  if (ran.exitCode !== 0) {
    return { ...unproven(name, `${program} exited with ${ran.exitCode}`), result: 'unresolved' }
  }
  const addresses = addressesIn(ran.output, program)
  const [first] = addresses
  if (first === undefined) return unproven(name, `${program} exited with 0, and gave no address`)
  return { ...unproven(name, addresses.join(', ')), result: 'resolved', addresses }
}

function unproven(name: string, detail: string): Resolution {
  return { name, result: 'unproven', detail, denied: false, hung: false, addresses: [] }
}

/** `getent hosts` begins each line with an address. `nslookup` tells the server's first, and the name's after the name. */
function addressesIn(output: string, program: 'getent' | 'nslookup'): readonly string[] {
  const after = program === 'getent' ? output : output.slice(Math.max(0, output.search(/^Name:/im)))
  const pattern = program === 'getent' ? /^([0-9a-f.:]+)\s/gim : /^Address(?: \d+)?:\s*([0-9a-f.:]+)/gim
  const found = [...after.slice(0, 16_384).matchAll(pattern)].flatMap(([, address]) => address ?? [])
  return [...new Set(found.filter(address => isIP(address) !== 0))].slice(0, MOST_ADDRESSES)
}
