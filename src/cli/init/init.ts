// `netheal init`: looks at this host and proposes a config. The reasoning goes to stderr, the config to stdout, so that
// `netheal init > config.json` works; `--write` writes it, but never overwrites a file. Nothing else on the host is changed.
import { isSet } from '../../config/environment.ts'
import { DEFAULT_FILE } from '../../config/load.ts'
import { defaultRule } from '../../config/normalize-rule.ts'
import type { HostScan } from '../../host/host-scan.ts'
import { propose } from '../../init/propose.ts'
import type { Concerning } from '../../init/rules/concern.ts'
import { type InitEngine, survey } from '../../init/survey.ts'
import { writeNew } from '../../record/new-file.ts'
import { type EngineSettings, engineSettings } from '../engine-settings.ts'
import type { CommonFlags } from '../flags.ts'
import { jsonText } from '../json.ts'
import type { ExitCode, ProcessIo } from '../process-io.ts'
import { scanInThread } from '../scan-thread.ts'
import { engineFor } from '../wire.ts'
import { accepted } from './accepted.ts'
import { initJson } from './json.ts'
import { type Say, sayAutomation, sayer, sayHolders, sayRefused, sayRemark } from './report.ts'

export interface InitFlags extends CommonFlags {
  readonly write?: boolean
  readonly network?: string
  readonly from?: string
}

/** What a test gives instead: what stands for the host, and an engine. */
export interface InitWorld {
  readonly scan: HostScan
  readonly open: (settings: EngineSettings) => InitEngine
}

const thisHost: InitWorld = { scan: scanInThread('/'), open: ({ config }) => engineFor(config) }

/**
 * Exit code 3: no Supabase stack, or several, or nobody who could need it.
 * Throws NethealError: the engine's, `usage` for a network or a script that is not there, `config` and `record` when it
 * cannot write.
 */
export async function init(host: ProcessIo, flags: InitFlags, on: InitWorld = thisHost): Promise<ExitCode> {
  const settings = await engineSettings(host, flags)
  if (settings.context !== null) host.err(`netheal: ${settings.context}\n`)
  const say: Say = flags.json ? () => undefined : sayer(text => host.err(text), host.stderr)
  using engine = on.open(settings)
  const isLocal = settings.config.docker.host.startsWith('unix://')
  const options = { host: on.scan, isLocal, network: flags.network ?? null, from: flags.from ?? null }
  const seen = await survey(options, engine, host.signals.abort)

  const { config, docker } = settings
  const given = { network: options.network, directory: config.log.directory, docker, defaults: defaultRule() }
  const { proposal: whole, concern, remarks } = propose(seen, given)
  for (const remark of remarks) sayRemark(remark, seen, say)
  const { proposal, refused } = whole === null ? { proposal: null, refused: [] } : accepted(whole)
  for (const one of refused) sayRefused(one, say)
  if (proposal !== null) sayAutomation(concern, seen.automation.unread, say)
  if (proposal !== null) sayHolders(seen.holders, say)

  const file = flags.config ?? (isSet(host.env.NETHEAL_CONFIG) ? host.env.NETHEAL_CONFIG : DEFAULT_FILE)
  const text = proposal === null ? null : jsonText(proposal)
  if (text !== null && !flags.json) host.out(text)
  const written = text !== null && flags.write ? await writeNew(file, text) : null
  if (flags.json) host.out(jsonText(initJson(seen, { concern, proposal, written })))
  if (text !== null) sayNext(concern, file, written !== null, say)
  return proposal === null ? 3 : 0
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
  const old = fights.length === 0 ? '' : ' switch the old automation off (see above), then'
  say(
    'Written',
    'strong',
    file,
    'Next: netheal check shows what is wrong and what netheal would do; it changes nothing.',
    `Then:${old} sudo systemctl enable --now netheal, or run netheal once from cron. netheal status shows whether all is well.`,
  )
}
