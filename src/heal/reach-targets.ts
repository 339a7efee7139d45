// Rung 5: does a TCP connection from inside the container reach each target? With what its image has.
import type { Connection } from '../core/outcome.ts'
import type { ReachTarget } from '../core/rule.ts'
import { CONNECT_WAYS, type ConnectWay, NO_ANSWER, REFUSED } from './connect-ways.ts'
import { firstWay, type Inside, type Ran, runInside } from './inside.ts'
import type { AskDeps } from './resolve-names.ts'

/** A program that only tells that it failed: nobody answers for an address for three seconds, a refusal comes at once. */
const AT_ONCE = 2_000
/** The engine's own name server, which takes connections in every container of a network with names. */
const NAME_SERVER: ReachTarget = { host: '127.0.0.11', port: 53 }
/** Nothing listens there. */
const NOTHING: ReachTarget = { host: '127.0.0.1', port: 1 }

/** Each target once, one after the other. Never throws an engine's no. */
export async function reachTargets(
  container: Inside,
  targets: readonly ReachTarget[],
  deps: AskDeps,
  signal: AbortSignal,
): Promise<readonly Connection[]> {
  const connections: Connection[] = []
  for (const target of targets) {
    const last = connections.at(-1)
    const name = nameOf(target)
    connections.push(last?.hung === true ? { ...last, target: name } : await connect(container, target, deps, signal))
  }
  return connections
}

async function connect(
  container: Inside,
  target: ReachTarget,
  deps: AskDeps,
  signal: AbortSignal,
): Promise<Connection> {
  const name = nameOf(target)
  const run = (way: ConnectWay, to: ReachTarget): Promise<Ran> =>
    runInside(container, way.argv(to.host, to.port), deps, signal)
  const answer = await firstWay(container, deps.ways.connect, CONNECT_WAYS.length, async (number, isKnown) => {
    const way = CONNECT_WAYS[number]
    if (way === undefined) return 'missing'
    const ran = isKnown ? await run(way, target) : await tried(way, target, run)
    if (ran.kind === 'missing') return 'missing'
    return { answer: connectionOf(name, way, ran), isSure: ran.kind === 'exited' }
  })
  return answer ?? unproven(name, 'the image has nothing that could make a connection')
}

/** A program of that name may know other options, or none of this: it is believed once it has told yes from no. */
async function tried(
  way: ConnectWay,
  target: ReachTarget,
  run: (way: ConnectWay, to: ReachTarget) => Promise<Ran>,
): Promise<Ran> {
  if (way.httpOnly !== true) {
    const yes = await run(way, NAME_SERVER)
    if (yes.kind !== 'exited') return yes
    if (yes.exitCode !== 0) return { kind: 'missing' }
    const no = await run(way, NOTHING)
    if (no.kind !== 'exited') return no
    if (no.exitCode === 0) return { kind: 'missing' }
  }
  return await run(way, target)
}

function connectionOf(target: string, way: ConnectWay, ran: Exclude<Ran, { readonly kind: 'missing' }>): Connection {
  if (ran.kind === 'hung') return { ...unproven(target, ran.detail), hung: true }
  if (ran.kind === 'refused') return { ...unproven(target, ran.detail), denied: ran.denied }
  if (ran.kind === 'interrupted') return { ...unproven(target, ran.detail), result: 'interrupted' }
  const { exitCode, milliseconds } = ran
  const detail = `${way.program} exited with ${exitCode}`
  // 8: something answered, in HTTP.
  if (exitCode === 0 || (way.httpOnly === true && exitCode === 8))
    return { ...unproven(target, detail), result: 'reached' }
  if (way.httpOnly === true) return unproven(target, `${detail}, which proves nothing`)
  if (!way.isExact) return { ...unproven(target, detail), result: milliseconds < AT_ONCE ? 'refused' : 'no-answer' }
  if (exitCode === REFUSED) return { ...unproven(target, detail), result: 'refused' }
  if (exitCode === NO_ANSWER) return { ...unproven(target, detail), result: 'no-answer' }
  return unproven(target, detail)
}

function unproven(target: string, detail: string): Connection {
  return { target, result: 'unproven', detail, denied: false, hung: false }
}

function nameOf({ host, port }: ReachTarget): string {
  return `${host}:${port}`
}
