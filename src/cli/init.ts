// `netheal init`: looks at this host and proposes a config. The reasoning goes to stderr, the config to stdout, so that
// `netheal init > config.json` works; `--write` writes it, never over an existing one. Nothing on the host is changed else.
import { resolve as absolute } from 'node:path'
import { DEFAULT_FILE } from '../config/load.ts'
import { applicationsBeside, type Candidate, type Clues, candidatesFor, selectorFor } from '../core/candidates.ts'
import { NethealError } from '../core/errors.ts'
import type { Mentions } from '../core/evidence.ts'
import { attachmentFor, chosenOf, type Proposal, type ProposedAttachment } from '../core/proposal.ts'
import { DATABASE, hostNamesOf, type Stack, stackOn, stacksIn } from '../core/stack.ts'
import type { World } from '../core/world.ts'
import type { MentionsReader } from '../docker/mentions.ts'
import type { Engine } from '../heal/ports.ts'
import type { Automation } from '../host/automation.ts'
import { scanHost } from '../host/scan.ts'
import { type Takeover, takeOver } from '../host/takeover.ts'
import { type EngineSettings, engineSettings } from './engine-settings.ts'
import type { ExitCode, Host } from './host.ts'
import { initJson } from './init-json.ts'
import {
  concerning,
  type Say,
  sayAutomation,
  sayCandidates,
  sayer,
  saySeveral,
  sayTakeover,
  stackText,
} from './init-report.ts'
import { jsonText } from './json.ts'
import { logDirectoryOf } from './log-directory.ts'
import { writeNew } from './new-file.ts'
import type { CommonFlags } from './program.ts'
import { engineFor } from './wire.ts'

export interface InitFlags extends CommonFlags {
  readonly write?: boolean
  readonly network?: string
  readonly from?: string
}

export type InitEngine = Pick<Engine, 'lookAll'> & MentionsReader & Disposable

/** What a test gives instead: a tree that stands for the host, and an engine. */
export interface InitWorld {
  readonly root: string
  readonly open: (settings: EngineSettings) => InitEngine
}

const thisHost: InitWorld = { root: '/', open: ({ config }) => engineFor(config) }

/** What was found out, for the report and for --json. */
export interface Survey {
  readonly stacks: readonly { readonly stack: Stack; readonly candidates: readonly Candidate[] }[]
  /** The one that the proposal is for; null for none, or for several to choose from. */
  readonly chosen: { readonly stack: Stack; readonly candidates: readonly Candidate[] } | null
  readonly automation: Automation
  readonly takeover: Takeover | null
  readonly proposal: Proposal | null
}

/**
 * Exit code 3: no Supabase stack, or several, or nobody who could need it.
 * Throws NethealError: the engine's, `usage` for a network or a script that is not there, `config` and `record` when it
 * cannot write.
 */
export async function init(host: Host, flags: InitFlags, on: InitWorld = thisHost): Promise<ExitCode> {
  const settings = await engineSettings(host, flags)
  const say: Say = flags.json ? () => undefined : sayer(text => host.err(text), host.stderr)
  const survey = await surveyed(host, flags, settings, on, say)
  const file = flags.config ?? host.env.NETHEAL_CONFIG ?? DEFAULT_FILE
  const { proposal } = survey
  const text = proposal === null ? null : jsonText(proposal)
  if (!flags.json && text !== null) host.out(text)
  const written = text !== null && flags.write ? await writeNew(file, text) : null
  if (flags.json) host.out(jsonText(initJson(survey, written)))
  if (text !== null) sayNext(survey, written, say)
  return proposal === null ? 3 : 0
}

async function surveyed(
  host: Host,
  flags: InitFlags,
  settings: EngineSettings,
  on: InitWorld,
  say: Say,
): Promise<Survey> {
  const address = settings.config.docker.host
  // Another machine's containers: what this one runs by itself says nothing about them.
  const isLocal = address.startsWith('unix://')
  const automation = isLocal || flags.from !== undefined ? await scanHost(on.root) : { findings: [], unread: [] }
  const takeover = flags.from === undefined ? null : await takenOver(absolute(flags.from), on.root)
  using engine = on.open(settings)
  const world = await engine.lookAll(host.signals.abort)
  const found = stacksFor(flags, takeover, world)
  const stacks = await withCandidates(found, world, automation, engine, host.signals.abort)
  const chosen = stacks.length === 1 ? (stacks[0] ?? null) : null
  const base = { stacks, chosen, automation, takeover }
  const { directory } = settings.config.log
  if (takeover !== null) {
    const log = logDirectoryOf(takeover.logs, directory)
    sayTakeover(takeover, log.directory, say)
    const attachments = attachmentsFrom(takeover, flags.network ?? null, stacks, world, say)
    sayConcerning(attachments, base, world, say)
    if (log.note !== null) say('Logs', 'warn', log.note)
    if (attachments.length === 0) return { ...base, proposal: null }
    return { ...base, proposal: { attachments, ...engineAndLog(settings, log.directory) } }
  }
  if (chosen === null) {
    sayNone(stacks, world, say)
    return { ...base, proposal: null }
  }
  say('Database', 'good', stackText(chosen.stack))
  sayCandidates(chosen.candidates, say)
  const selectors = chosenOf(chosen.candidates).chosen.map(c => c.selector)
  const attachments = selectors.length === 0 ? [] : [attachmentFor(selectors, chosen.stack.network.name, chosen.stack)]
  sayConcerning(attachments, base, world, say)
  if (attachments.length === 0) {
    say(
      'Nobody',
      'warn',
      'No other container here looks like an application that could need it. Start it, and ask again.',
    )
    return { ...base, proposal: null }
  }
  return { ...base, proposal: { attachments, ...engineAndLog(settings, directory) } }
}

async function takenOver(file: string, root: string): Promise<Takeover> {
  const { takeover, unread } = await takeOver(root, file)
  if (takeover !== null) return takeover
  const why = unread.find(u => u.file === file)?.why
  throw new NethealError('usage', `--from ${file}: ${why ?? 'there is no such script'}`, {
    hint: 'netheal init, without --from, looks for the scripts that cron and systemd run here',
  })
}

function stacksFor(flags: InitFlags, takeover: Takeover | null, world: World): readonly Stack[] {
  if (flags.network !== undefined) {
    const answer = stackOn(flags.network, world)
    if (answer.kind === 'found') return [answer.stack]
    throw new NethealError('usage', `--network ${flags.network}: this engine has no network of that name`, {
      hint:
        answer.near.length === 0 ? 'docker network ls shows what there is' : `near names: ${answer.near.join(', ')}`,
    })
  }
  if (takeover === null) return stacksIn(world)
  return takeover.wanted.flatMap(({ network }) => {
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
): Promise<Survey['stacks']> {
  const words = [...new Set(stacks.flatMap(hostNamesOf))]
  const ids = [...new Set(stacks.flatMap(s => applicationsBeside(s, world)).map(c => c.id))]
  const mentions: ReadonlyMap<string, Mentions> =
    words.length === 0 || ids.length === 0 ? new Map() : await engine.mentions(ids, words, signal)
  return stacks.map(stack => {
    const connects = findings.filter(f => f.kind === 'connect' && f.networks.some(n => isNetwork(n, stack)))
    const handled = new Map(connects.flatMap(f => f.containers.map(c => [c, `${f.file}:${f.line}`] as const)))
    const clues: Clues = { mentions, handled }
    return { stack, candidates: candidatesFor(stack, world, clues) }
  })
}

function isNetwork(named: string, { network }: Stack): boolean {
  return named === network.name || named === network.id || (named.length >= 12 && network.id.startsWith(named))
}

/** The script's own names, unless a Coolify resource is called so and its container is not. */
function attachmentsFrom(
  { wanted, loose }: Takeover,
  named: string | null,
  stacks: Survey['stacks'],
  world: World,
  say: Say,
): readonly ProposedAttachment[] {
  const pairs =
    named === null || loose.containers.length === 0
      ? wanted
      : [...wanted, { network: named, containers: loose.containers }]
  return pairs.map(({ network, containers }) => {
    const known = stacks.find(({ stack }) => isNetwork(network, stack))
    if (known === undefined) say('Missing', 'warn', `there is no network ${network} on this engine now`)
    const selectors = containers.map(name => {
      if (world.containers.some(c => c.name === name)) return name
      const resource = world.containers.find(c => c.labels['coolify.resourceName'] === name)
      if (resource === undefined) {
        say('Missing', 'warn', `there is no container ${name} on this engine now; it is taken over as it is`)
        return name
      }
      const { selector, what } = selectorFor(resource, world)
      say('', 'quiet', `${name} is taken over as ${what} (now ${resource.name})`)
      return selector
    })
    const others = (known?.candidates ?? []).filter(c =>
      c.evidence.some(e => e.kind === 'environment' || e.kind === 'command'),
    )
    for (const { container } of others.filter(c => !containers.includes(c.container.name)))
      say(
        'Perhaps',
        'warn',
        `${container.name} names the database too, and is not in the script: add it if it needs it`,
      )
    return attachmentFor(selectors, known?.stack.network.name ?? network, known?.stack ?? null)
  })
}

function sayConcerning(
  attachments: readonly ProposedAttachment[],
  { automation, chosen }: Omit<Survey, 'proposal'>,
  world: World,
  say: Say,
): void {
  const selected = attachments.flatMap(a => a.containers).filter(s => typeof s === 'string')
  const proposed = chosen === null ? [] : chosenOf(chosen.candidates).chosen.map(c => c.container.name)
  const networks = attachments.flatMap(a => {
    const network = world.networks.find(n => n.name === a.network)
    return network === undefined ? [a.network] : [network.name, network.id, network.id.slice(0, 12)]
  })
  sayAutomation(concerning(automation, new Set([...selected, ...proposed]), new Set(networks)), automation.unread, say)
}

function sayNone(stacks: Survey['stacks'], world: World, say: Say): void {
  if (stacks.length > 1) {
    saySeveral(stacks, say)
    return
  }
  say(
    'Database',
    'warn',
    `none: of ${world.containers.length} containers none is called ${DATABASE}, or has it as its service.`,
  )
  say('', 'quiet', 'Another network that containers must be on: netheal init --network NAME')
  say(
    '',
    'quiet',
    'Or write the config by hand: which containers must be on which network. The README shows the smallest one.',
  )
}

function engineAndLog({ docker, config }: EngineSettings, directory: string): Omit<Proposal, 'attachments'> {
  return {
    ...(docker === null || docker === undefined ? {} : { docker }),
    ...(directory === config.log.directory ? {} : { log: { directory } }),
  }
}

function sayNext({ chosen }: Survey, written: string | null, say: Say): void {
  if (chosen !== null && !chosenOf(chosen.candidates).certain)
    say('', 'warn', 'Take out what does not need the database.')
  if (written === null) say('Next', 'strong', 'sudo netheal init --write writes it, never over an existing one')
  else
    say(
      'Written',
      'strong',
      written,
      'Next: netheal check (what is wrong, what would be done), then remove what stands above, then',
      'sudo systemctl enable --now netheal (or netheal once from cron), then netheal status',
    )
}
