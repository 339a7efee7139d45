// `netheal history`: what was lost, why, what became of it and how long that took. From the action log; asks no engine.
import { loadConfig } from '../../config/load.ts'
import { nearest } from '../../config/near.ts'
import { NethealError } from '../../core/errors.ts'
import { EMPTY_MEMORY, type Memory } from '../../core/memory.ts'
import { matches as matchesName } from '../../core/selector.ts'
import { storyOf, withEvidence } from '../../core/story/chronicle.ts'
import type { Logged } from '../../core/story/entry-text.ts'
import { lastingName } from '../../core/story/lasting-name.ts'
import type { Story } from '../../core/story/story.ts'
import { storyBetween } from '../../core/story/story-days.ts'
import { type ReadLog, readActionLog } from '../../record/log-reader.ts'
import { readState } from '../../record/state.ts'
import { systemClock } from '../clock.ts'
import type { ExitCode, Host } from '../host.ts'
import { jsonText } from '../json.ts'
import type { CommonFlags } from '../program.ts'
import { historyJson } from './json.ts'
import { momentOf } from './moment.ts'
import { showsBlocks } from './strip.ts'
import { renderHistory } from './view.ts'

export interface HistoryFlags extends CommonFlags {
  readonly since?: string
  readonly until?: string
  readonly container?: string
  readonly log?: string
}

export interface History {
  /** Milliseconds since the epoch, both ends in it. */
  readonly since: number
  readonly until: number
  readonly now: number
  /** What of it touches that span. */
  readonly story: Story
  readonly log: ReadLog
  /** Where the log is, for messages. */
  readonly place: string
  /** Null: every container was asked for. */
  readonly matches: ContainerMatch | null
}

export interface ContainerMatch {
  readonly asked: string
  /** Those that are known by it; empty: nobody is. */
  readonly names: readonly string[]
  /** What may have been meant instead. */
  readonly near: readonly string[]
}

/** Said without `--since`. */
const USUAL = '7d'

/** Read before the span, so that what was healed in it has its beginning, and a loop its flag. */
const BEFORE = 24 * 3_600_000

/** Exit code 0; 3: a part of the log could not be read. Throws NethealError `usage`, `config`, `record`. */
export async function history(host: Host, flags: HistoryFlags): Promise<ExitCode> {
  const now = systemClock().now()
  const since = momentOf('--since', flags.since ?? USUAL, now)
  const until = flags.until === undefined ? now : momentOf('--until', flags.until, now, true)
  if (since > until) {
    throw new NethealError('usage', `--since ${flags.since ?? USUAL} is later than --until ${flags.until ?? 'now'}`, {
      hint: 'write the earlier one as --since',
    })
  }
  const { place, memory } = await sources(host, flags)
  const log = await readActionLog(place, { since: since - BEFORE, until: null })
  const whole = storyOf(withEvidence(log.entries, memory.detaches), now)
  const found = flags.container === undefined ? null : matchesOf(flags.container, log.entries, memory)
  const names = found === null ? null : new Set(found.names)
  const story = storyBetween(whole, since, until, name => names?.has(name) ?? true)
  const view: History = { since, until, now, story, log, place, matches: found }
  host.out(flags.json ? jsonText(historyJson(view)) : renderHistory(view, host.stdout, showsBlocks(host.env)))
  // A file that was rolled away meanwhile is no longer a part of the log.
  return log.unreadable.files.some(f => !f.vanished) ? 3 : 0
}

/** With `--log` neither config nor state are asked: they may be of another host, or wrong. */
async function sources(host: Host, flags: HistoryFlags): Promise<{ place: string; memory: Memory }> {
  if (flags.log !== undefined) return { place: flags.log, memory: EMPTY_MEMORY }
  try {
    const { config } = await loadConfig({ flags, env: host.env })
    return { place: config.log.directory, memory: (await readState(config.state)).memory }
  } catch (error) {
    if (!(error instanceof NethealError) || error.code !== 'config') throw error
    const other = 'or name the log itself: netheal history --log /var/log/netheal'
    const hint = error.hint === null ? other : `${error.hint}\n${other}`
    throw new NethealError('config', error.message, { hint, cause: error })
  }
}

function matchesOf(asked: string, entries: readonly Logged[], memory: Memory): ContainerMatch {
  const known = new Set([
    ...entries.flatMap(e => (e.container === null ? [] : [e.container])),
    ...Object.values(memory.attachments).map(a => a.container),
  ])
  // `running`: so that the name is taken as it is.
  const isAsked = (name: string): boolean => matchesName(asked, { name, labels: {}, status: 'running' })
  // With one of its names, or what they have in common, all that each deploy gave it.
  const meant = new Set([...known].filter(name => isAsked(name) || isAsked(lastingName(name))).map(lastingName))
  const names = [...known].filter(name => meant.has(lastingName(name)))
  if (names.length > 0) return { asked, names: names.sort(), near: [] }
  const inIt = [...known].filter(name => asked.length > 2 && name.includes(asked.replaceAll('*', '')))
  const near = nearest(asked.replaceAll('*', ''), [...known])
  return { asked, names, near: [...new Set([...(near === null ? [] : [near]), ...inIt.sort()])].slice(0, 5) }
}
