// What `netheal init` finds out before it proposes anything: the stacks of the engine, who could need them and what speaks
// for it, and what this host does by itself already. Says nothing, changes nothing.
import { resolve as absolute } from 'node:path'
import { NethealError } from '../core/errors.ts'
import { selectorText } from '../core/selector.ts'
import type { World } from '../core/world.ts'
import type { Inspector, MentionsReader } from '../diagnose/ports.ts'
import type { Automation } from '../diagnose/rules/automation.ts'
import type { SocketHolder } from '../diagnose/rules/socket-holder.ts'
import type { Engine } from '../heal/ports.ts'
import type { HostScan } from '../host/host-scan.ts'
import type { Takeover } from '../host/takeover.ts'
import { applicationsBeside, type Candidate, type Clues, candidatesFor } from './rules/candidates.ts'
import { type Concerning, concerning } from './rules/concern.ts'
import type { Mentions } from './rules/evidence.ts'
import type { ProposedAttachment } from './rules/proposal.ts'
import { hostNamesOf, isNetworkOf, type Stack, stackOn, stacksIn } from './rules/stack.ts'

export type InitEngine = Pick<Engine, 'lookAll'> & Pick<Inspector, 'socketHolders'> & MentionsReader & Disposable

export interface StackSurvey {
  readonly stack: Stack
  readonly candidates: readonly Candidate[]
  /** Names that belong to this stack and to no other one of the engine: who holds one of them means this stack. */
  readonly own: ReadonlySet<string>
}

export interface Survey {
  readonly world: World
  readonly stacks: readonly StackSurvey[]
  /** The one that a proposal is for; null for none, or for several to choose from. */
  readonly chosen: StackSurvey | null
  readonly automation: Automation
  readonly takeover: Takeover | null
  /** Containers that hold the engine's socket. */
  readonly holders: readonly SocketHolder[]
}

export interface SurveyOptions {
  readonly host: HostScan
  /** False: the engine is another machine's, and what this one runs by itself says nothing about it. */
  readonly isLocal: boolean
  /** A network that was asked for, and a script to take over from. */
  readonly network: string | null
  readonly from: string | null
}

/** Throws NethealError: the engine's, `usage` for a network or a script that is not there. */
export async function survey(options: SurveyOptions, engine: InitEngine, signal: AbortSignal): Promise<Survey> {
  const { host, isLocal, network, from } = options
  const automation = isLocal || from !== null ? await host.scan() : { findings: [], unread: [] }
  const takeover = from === null ? null : await takenOver(absolute(from), host)
  const world = await engine.lookAll(signal)
  const holders = await engine.socketHolders(signal)
  const found =
    network !== null ? [named(network, world)] : takeover !== null ? ofScript(takeover, world) : stacksIn(world)
  const stacks = await withCandidates(found, world, automation, engine, signal)
  return { world, stacks, chosen: stacks.length === 1 ? (stacks[0] ?? null) : null, automation, takeover, holders }
}

async function takenOver(file: string, host: HostScan): Promise<Takeover> {
  const { takeover, unread } = await host.takeOver(file)
  if (takeover !== null) return takeover
  const why = unread.find(u => u.file === file)?.why
  throw new NethealError('usage', `--from ${file}: ${why ?? 'there is no such script'}`, {
    hint: 'netheal init without --from finds the scripts that cron and systemd run',
  })
}

function named(network: string, world: World): Stack {
  const answer = stackOn(network, world)
  if (answer.kind === 'found') return answer.stack
  const near = answer.near.join(', ')
  throw new NethealError('usage', `--network ${network}: there is no such network`, {
    hint: near === '' ? 'for a list: docker network ls' : `similar names: ${near}`,
  })
}

function ofScript({ wanted }: Takeover, world: World): readonly Stack[] {
  return wanted.flatMap(({ network }) => {
    const answer = stackOn(network, world)
    return answer.kind === 'found' ? [answer.stack] : []
  })
}

/** Asks each container that could need one of the stacks once, for all names of all of them. */
async function withCandidates(
  stacks: readonly Stack[],
  world: World,
  { findings }: Automation,
  engine: MentionsReader,
  signal: AbortSignal,
): Promise<readonly StackSurvey[]> {
  const all = stacksIn(world)
  const words = [...new Set([...stacks, ...all].flatMap(hostNamesOf))]
  const ids = [...new Set(stacks.flatMap(s => applicationsBeside(s, world)).map(c => c.id))]
  const mentions: ReadonlyMap<string, Mentions> =
    words.length === 0 || ids.length === 0 ? new Map() : await engine.mentions(ids, words, signal)
  return stacks.map(stack => {
    const connects = findings.filter(f => f.kind === 'connect' && f.networks.some(n => isNetworkOf(n, stack)))
    const handled = new Map(connects.flatMap(f => f.containers.map(c => [c, `${f.file}:${f.line}`] as const)))
    const names = hostNamesOf(stack)
    const others = all.filter(s => s.database?.id !== stack.database?.id).flatMap(hostNamesOf)
    const own = new Set(names.filter(n => !others.includes(n)))
    const foreign = new Set(others.filter(n => !names.includes(n)))
    const clues: Clues = { mentions, handled, own, foreign }
    return { stack, candidates: candidatesFor(stack, world, clues), own }
  })
}

/** Which lines of the host's automation touch what is proposed. */
export function concernOf(
  attachments: readonly ProposedAttachment[],
  { automation, stacks, takeover, world }: Survey,
): Concerning {
  const selected = attachments.flatMap(a => a.containers).filter(s => typeof s === 'string')
  const texts = new Set(attachments.flatMap(a => a.containers).map(selectorText))
  const candidates = stacks.flatMap(s => s.candidates).filter(c => texts.has(selectorText(c.selector)))
  const proposed = candidates.map(c => c.container.name)
  const scripted = takeover === null ? [] : takeover.wanted.map(w => w.container)
  const networks = attachments.flatMap(a => {
    const { network: wanted } = a
    // Where the proxy belongs, others may connect and disconnect what they like: theirs is only what names the proxy.
    if (typeof wanted !== 'string') return []
    const network = world.networks.find(n => n.name === wanted)
    return network === undefined ? [wanted] : [network.name, network.id, network.id.slice(0, 12)]
  })
  return concerning(automation, new Set([...selected, ...proposed, ...scripted]), new Set(networks))
}
