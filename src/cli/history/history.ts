// `netheal history`: what was lost, why, what became of it and how long that took. From the action log; asks no engine.
import { loadConfig } from '../../config/load.ts'
import { NethealError } from '../../core/errors.ts'
import { EMPTY_STATE, type State } from '../../core/state.ts'
import { readActionLog } from '../../history/log-reader.ts'
import { storyOf, withEvidence } from '../../history/rules/chronicle.ts'
import { withPresent } from '../../history/rules/present.ts'
import { storyBetween } from '../../history/rules/story-days.ts'
import { readState } from '../../record/state.ts'
import { systemClock } from '../clock.ts'
import type { CommonFlags } from '../flags.ts'
import { jsonText } from '../json.ts'
import type { ExitCode, ProcessIo } from '../process-io.ts'
import { matchesOf } from './container-match.ts'
import { historyJson } from './json.ts'
import { momentOf } from './moment.ts'
import type { History } from './span.ts'
import { showsBlocks } from './strip.ts'
import { renderHistory } from './view.ts'

export interface HistoryFlags extends CommonFlags {
  readonly since?: string
  readonly until?: string
  readonly container?: string
  readonly log?: string
}

/** Default of `--since`. */
const USUAL = '7d'

/** Read this long before the span, so that a heal in it has its loss, and a loop its start. */
const BEFORE = 24 * 3_600_000

/** Exit code 0; 3: a part of the log could not be read. Throws NethealError `usage`, `config`, `record`. */
export async function history(host: ProcessIo, flags: HistoryFlags): Promise<ExitCode> {
  const now = systemClock().now()
  const since = momentOf('--since', flags.since ?? USUAL, now)
  const until = flags.until === undefined ? now : momentOf('--until', flags.until, now, true)
  if (since > until) {
    throw new NethealError('usage', `--since ${flags.since ?? USUAL} is later than --until ${flags.until ?? 'now'}`, {
      hint: 'give the earlier time as --since',
    })
  }
  const { place, state } = await sources(host, flags)
  const log = await readActionLog(place, { since: since - BEFORE, until: null })
  const told = storyOf(withEvidence(log.entries, state.detaches), now)
  const whole = withPresent(told, Object.values(state.attachments))
  const found = flags.container === undefined ? null : matchesOf(flags.container, log.entries, state)
  const names = found === null ? null : new Set(found.names)
  const story = storyBetween(whole, since, until, name => names?.has(name) ?? true)
  const view: History = { since, until, now, story, log, place, matches: found }
  host.out(flags.json ? jsonText(historyJson(view)) : renderHistory(view, host.stdout, showsBlocks(host.env)))
  // A file that has been rotated away meanwhile is no longer part of the log.
  return log.unreadable.files.some(f => !f.vanished) ? 3 : 0
}

/** With `--log` neither config nor state are asked: they may be of another host, or wrong. */
async function sources(host: ProcessIo, flags: HistoryFlags): Promise<{ place: string; state: State }> {
  if (flags.log !== undefined) return { place: flags.log, state: EMPTY_STATE }
  try {
    const { config } = await loadConfig({ flags, env: host.env })
    return { place: config.log.directory, state: (await readState(config.state)).state }
  } catch (error) {
    if (!(error instanceof NethealError) || error.code !== 'config') throw error
    const other = 'or read the log itself: netheal history --log /var/log/netheal'
    const hint = error.hint === null ? other : `${error.hint}\n${other}`
    throw new NethealError('config', error.message, { hint, cause: error })
  }
}
