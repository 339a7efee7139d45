// `netheal init`: looks at this host and proposes a config. The reasoning goes to stderr, the config to stdout, so that
// `netheal init > config.json` works; `--write` writes it, but never overwrites a file. Nothing else on the host is changed.
import { isSet } from '../../config/environment.ts'
import { DEFAULT_FILE } from '../../config/load.ts'
import type { ContainerSelector } from '../../core/rule.ts'
import type { World } from '../../core/world.ts'
import type { Takeover } from '../../host/takeover.ts'
import { logDirectoryOf } from '../../init/log-directory.ts'
import { writeNew } from '../../init/new-file.ts'
import { chosenOf, selectorFor } from '../../init/rules/candidates.ts'
import { type Concerning, NO_CONCERN } from '../../init/rules/concern.ts'
import { attachmentFor, type Proposal, type ProposedAttachment } from '../../init/rules/proposal.ts'
import { DATABASE, isNetworkOf } from '../../init/rules/stack.ts'
import { concernOf, type InitEngine, type Survey, survey } from '../../init/survey.ts'
import { type EngineSettings, engineSettings } from '../engine-settings.ts'
import type { CommonFlags } from '../flags.ts'
import { jsonText } from '../json.ts'
import type { ExitCode, ProcessIo } from '../process-io.ts'
import { engineFor } from '../wire.ts'
import { initJson } from './json.ts'
import {
  type Say,
  sayAutomation,
  sayCandidates,
  sayer,
  sayScripts,
  saySeveral,
  sayTakeover,
  stackText,
} from './report.ts'

export interface InitFlags extends CommonFlags {
  readonly write?: boolean
  readonly network?: string
  readonly from?: string
}

/** What a test gives instead: a tree that stands for the host, and an engine. */
export interface InitWorld {
  readonly root: string
  readonly open: (settings: EngineSettings) => InitEngine
}

const thisHost: InitWorld = { root: '/', open: ({ config }) => engineFor(config) }

/**
 * Exit code 3: no Supabase stack, or several, or nobody who could need it.
 * Throws NethealError: the engine's, `usage` for a network or a script that is not there, `config` and `record` when it
 * cannot write.
 */
export async function init(host: ProcessIo, flags: InitFlags, on: InitWorld = thisHost): Promise<ExitCode> {
  const settings = await engineSettings(host, flags)
  const say: Say = flags.json ? () => undefined : sayer(text => host.err(text), host.stderr)
  using engine = on.open(settings)
  const isLocal = settings.config.docker.host.startsWith('unix://')
  const options = { root: on.root, isLocal, network: flags.network ?? null, from: flags.from ?? null }
  const seen = await survey(options, engine, host.signals.abort)

  const { attachments, directory } =
    seen.takeover === null
      ? fromStack(seen, settings, say)
      : fromScript(seen, seen.takeover, options.network, settings, say)
  const concern = attachments.length === 0 ? NO_CONCERN : concernOf(attachments, seen)
  const proposal = attachments.length === 0 ? null : proposalOf(attachments, directory, settings)
  if (proposal !== null) sayAutomation(concern, seen.automation.unread, say)

  const file = flags.config ?? (isSet(host.env.NETHEAL_CONFIG) ? host.env.NETHEAL_CONFIG : DEFAULT_FILE)
  const text = proposal === null ? null : jsonText(proposal)
  if (text !== null && !flags.json) host.out(text)
  const written = text !== null && flags.write ? await writeNew(file, text) : null
  if (flags.json) host.out(jsonText(initJson(seen, { concern, proposal, written })))
  if (text !== null) sayNext(concern, file, written !== null, say)
  return proposal === null ? 3 : 0
}

interface Wanted {
  readonly attachments: readonly ProposedAttachment[]
  /** Where the logs go. */
  readonly directory: string
}

/** The one stack of this host, and who needs it. Nothing where there is none, or several. */
function fromStack({ chosen, stacks, world, automation }: Survey, { config }: EngineSettings, say: Say): Wanted {
  const { directory } = config.log
  if (chosen === null) {
    if (stacks.length > 1) saySeveral(stacks, say)
    else {
      sayNoStack(world, say)
      sayScripts(automation, say)
    }
    return { attachments: [], directory }
  }
  say('Database', 'good', stackText(chosen.stack))
  sayCandidates(chosen.candidates, say)
  const selectors = chosenOf(chosen.candidates).chosen.map(c => c.selector)
  if (selectors.length === 0) {
    say('Nobody', 'warn', 'No container on this engine looks like an application that needs it.')
    say('', 'quiet', 'Start the application, then run netheal init again.')
    return { attachments: [], directory }
  }
  return { attachments: [attachmentFor(selectors, chosen.stack.network.name, chosen.stack)], directory }
}

/** What an old script did. `network` stands in for a network that the script does not show. */
function fromScript(
  { stacks, world }: Survey,
  takeover: Takeover,
  network: string | null,
  { config }: EngineSettings,
  say: Say,
): Wanted {
  const { directory, note } = logDirectoryOf(takeover.logs, config.log.directory)
  sayTakeover(takeover, directory, say)
  const { wanted, loose } = takeover
  const pairs =
    network === null || loose.containers.length === 0 ? wanted : [...wanted, { network, containers: loose.containers }]
  const attachments = pairs.map(pair => {
    const known = stacks.find(({ stack }) => isNetworkOf(pair.network, stack))
    if (known === undefined) say('Missing', 'warn', `this engine has no network ${pair.network} now`)
    const selectors = pair.containers.map(name => takenOver(name, world, say))
    for (const { container, evidence } of known?.candidates ?? []) {
      const isNamed = evidence.some(e => e.kind === 'environment' || e.kind === 'command')
      const resource = container.labels['coolify.resourceName'] ?? container.name
      if (isNamed && !pair.containers.includes(container.name) && !pair.containers.includes(resource))
        say(
          'Perhaps',
          'warn',
          `${container.name} is configured with the database, but is not in the script: add it if it needs the network`,
        )
    }
    return attachmentFor(selectors, known?.stack.network.name ?? pair.network, known?.stack ?? null)
  })
  if (note !== null) say('Logs', 'warn', note)
  return { attachments, directory }
}

/** The name that the script uses, unless that is the name of a Coolify resource and of no container. */
function takenOver(name: string, world: World, say: Say): ContainerSelector {
  if (world.containers.some(c => c.name === name)) return name
  const resource = world.containers.find(c => c.labels['coolify.resourceName'] === name)
  if (resource === undefined) {
    say('Missing', 'warn', `this engine has no container ${name} now; the name is kept as it is`)
    return name
  }
  const { selector, what } = selectorFor(resource, world)
  say('', 'quiet', `${name}: selected as ${what} (now ${resource.name})`)
  return selector
}

function proposalOf(
  attachments: readonly ProposedAttachment[],
  directory: string,
  { docker, config }: EngineSettings,
): Proposal {
  return {
    attachments,
    ...(docker === null ? {} : { docker }),
    ...(directory === config.log.directory ? {} : { log: { directory } }),
  }
}

function sayNoStack(world: World, say: Say): void {
  const all = world.containers.length
  say('Database', 'warn', `not found: none of the ${all} containers is called ${DATABASE} or has that service.`)
  say('', 'quiet', 'To name the network yourself: netheal init --network NAME')
  say('', 'quiet', 'Or write the config by hand: the README shows the smallest one.')
}

function sayNext({ fights }: Concerning, file: string, written: boolean, say: Say): void {
  if (!written) {
    say(
      'Next',
      'strong',
      `to write this to ${file}: the same command with sudo and --write; it never overwrites a file`,
    )
    return
  }
  const old = fights.length === 0 ? '' : ' remove the old automation (see above), then'
  say(
    'Written',
    'strong',
    file,
    'Next: netheal check shows what is wrong and what netheal would do; it changes nothing.',
    `Then:${old} sudo systemctl enable --now netheal, or run netheal once from cron. netheal status shows whether all is well.`,
  )
}
