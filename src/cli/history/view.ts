// The history in words and strips: the loops first, then each attachment's rhythm, then day by day what was lost.
import { span } from '../../core/entry.ts'
import { dayOf } from '../../core/stamp.ts'
import { isAbout, lastingKey } from '../../history/rules/lasting-name.ts'
import type { LoopEpisode, Loss, Story } from '../../history/rules/story.ts'
import { healTimes, isUnhealed } from '../../history/rules/story-days.ts'
import type { Terminal } from '../process-io.ts'
import { Sheet } from '../status/sheet.ts'
import type { History } from './span.ts'
import { stripOf } from './strip.ts'
import {
  causeText,
  countsText,
  evidenceText,
  healText,
  loopText,
  minuteOf,
  momentIn,
  outcomeText,
  timeOf,
} from './words.ts'

/** Columns of a strip. */
const STRIP = 60

/** Beyond these numbers only a count is printed: `--json` has them all. */
const MOST_LINES = 12
const MOST_STRIPS = 12
const MOST_LOOPS = 6
const MOST_WARNINGS = 5

/** `blocks`: the locale has block characters. */
export function renderHistory(view: History, terminal: Terminal, blocks: boolean): string {
  const { story, since, until } = view
  const sheet = new Sheet(terminal)
  const draw = blocks && terminal.isTerminal
  sheet.say(`netheal history, ${minuteOf(since)} to ${minuteOf(until)} UTC (${span(until - since)})`, {
    tone: 'strong',
  })
  sheet.say(summary(view))
  loops(sheet, story, draw)
  strips(sheet, view, draw)
  for (const day of daysIn(story)) oneDay(sheet, day, story)
  notes(sheet, view)
  return sheet.text
}

function summary({ story, since, log, place, matches }: History): string {
  if (matches !== null && matches.names.length === 0) {
    const meant = matches.near.length === 0 ? '' : `; similar: ${matches.near.join(', ')}`
    return `there is no container ${matches.asked} in the log or in the state${meant}`
  }
  const told = countsText(story.losses)
  if (told !== '') return told
  const nothing = matches === null ? 'no attachment was lost' : `${matches.names.join(', ')} lost no attachment`
  const none = `${nothing} since ${minuteOf(since)} UTC`
  return log.found ? none : `${none}; there is no action log in ${place} until there is something to log`
}

function loops(sheet: Sheet, { loops: all, losses }: Story, draw: boolean): void {
  const shown = all.slice(-MOST_LOOPS)
  if (all.length > 0) sheet.blank()
  if (all.length > shown.length) sheet.say(`${all.length - shown.length} earlier loops`, { tone: 'quiet' })
  for (const loop of shown) {
    sheet.say(`LOOP ${loopText(loop)}`, { hang: 5, head: loop.clearedAt === null ? 'bad' : 'warn' })
    const times = losses.filter(l => isPartOf(l, loop)).map(l => l.at)
    if (times.length > 1) {
      const row = stripOf(times, loop.since, loop.last, STRIP, draw)
      sheet.say(`${row} ${momentIn(loop, loop.since).slice(11)} to ${momentIn(loop, loop.last).slice(11)}`, {
        indent: 5,
      })
    }
    sheet.say(loop.remedy, { indent: 5, tone: 'quiet' })
  }
}

function isPartOf(loss: Loss, loop: LoopEpisode): boolean {
  return loss.cause !== null && loop.since <= loss.at && loss.at <= loop.last && isAbout(loop, loss)
}

function strips(sheet: Sheet, { story, since, until }: History, draw: boolean): void {
  const all = [...Map.groupBy(story.losses, lastingKey).values()].sort((a, b) => b.length - a.length)
  if (all.length === 0) return
  sheet.blank()
  for (const losses of all.slice(0, MOST_STRIPS)) {
    // A first attach is no loss.
    const times = losses.filter(l => l.cause !== null || l.untold !== null).map(l => l.at)
    if (times.length === 0) continue
    sheet.say(attachmentOf(losses), { hang: 2 })
    sheet.say(`${stripOf(times, since, until, STRIP, draw)} ${times.length}`, { indent: 2 })
  }
  if (all.length > MOST_STRIPS) sheet.say(`and ${all.length - MOST_STRIPS} more attachments`, { tone: 'quiet' })
  const [from, to] = [minuteOf(since), minuteOf(until)]
  sheet.say(from + to.padStart(STRIP - from.length), { indent: 2, tone: 'quiet' })
  sheet.say(`one column: ${span((until - since) / STRIP)}`, { indent: 2, tone: 'quiet' })
}

/** Of one attachment; with its newest name, where each deploy gave it another one. */
function attachmentOf(losses: readonly Loss[]): string {
  const names = new Set(losses.map(l => l.container))
  const before = names.size === 1 ? '' : `, and ${names.size - 1} earlier ${names.size === 2 ? 'name' : 'names'}`
  return `${losses.at(-1)?.container} on ${losses.at(-1)?.network}${before}`
}

function daysIn(story: Story): readonly string[] {
  const times = [...story.losses, ...story.restarts, ...story.warnings].map(i => i.at)
  return [...new Set(times.map(dayOf))].sort()
}

function oneDay(sheet: Sheet, day: string, story: Story): void {
  const mine = <T extends { readonly at: number }>(items: readonly T[]): readonly T[] =>
    items.filter(i => dayOf(i.at) === day)
  const losses = mine(story.losses)
  sheet.blank()
  sheet.say(`${day} ${countsText(losses)}`.trimEnd(), { hang: 11, head: 'strong' })
  for (const some of Map.groupBy(losses, lastingKey).values()) {
    sheet.say(attachmentOf(some), { indent: 2 })
    const groups = compressed(some, story.loops)
    for (const group of groups.slice(0, MOST_LINES)) oneGroup(sheet, group)
    const more = groups.slice(MOST_LINES).flat().length
    if (more > 0) sheet.say(`and ${more} more: see --json`, { indent: 4, tone: 'quiet' })
  }
  for (const { at, container, verb, succeeded } of mine(story.restarts)) {
    const what = succeeded ? `${verb}ed ${container}` : `could not ${verb} ${container}`
    sheet.say(`${timeOf(at)} ${what}`, { indent: 2, tone: succeeded ? 'quiet' : 'bad' })
  }
  const warnings = [...Map.groupBy(mine(story.warnings), w => w.message)]
  for (const [message, [first, ...again]] of warnings.slice(0, MOST_WARNINGS)) {
    const often = again.length === 0 ? '' : ` (${again.length + 1} times)`
    const last = again.at(-1) ?? first
    const over = last?.over == null ? '' : ` (over at ${minuteOf(last.over)}, after ${span(last.over - last.at)})`
    sheet.say(`${timeOf(first?.at ?? 0)} WARNING ${message}${often}${over}`, { indent: 2, hang: 11, tone: 'warn' })
  }
  if (warnings.length > MOST_WARNINGS) sheet.say(`and ${warnings.length - MOST_WARNINGS} more warnings`, { indent: 2 })
}

/** Consecutive losses of one loop that were all healed make one line. */
function compressed(losses: readonly Loss[], all: readonly LoopEpisode[]): readonly (readonly Loss[])[] {
  const groups: Loss[][] = []
  let running: LoopEpisode | undefined
  for (const loss of losses) {
    const loop = loss.outcome === 'healed' ? all.find(l => isPartOf(loss, l)) : undefined
    const last = groups.at(-1)
    if (loop !== undefined && loop === running && last?.[0]?.cause === loss.cause) last.push(loss)
    else groups.push([loss])
    running = loop
  }
  return groups
}

function oneGroup(sheet: Sheet, group: readonly Loss[]): void {
  const [first, last] = [group[0], group.at(-1)]
  if (first === undefined || last === undefined) return
  const style = { indent: 4, hang: 14 }
  if (first === last) {
    const evidence = evidenceText(first)
    const text = `${timeOf(first.at)}  ${causeText(first)}  ${outcomeText(first)}${evidence === '' ? '' : ` (${evidence})`}`
    const isWell = !isUnhealed(first)
    sheet.say(text, isWell ? style : { ...style, tone: 'bad' })
    return
  }
  const heal = healTimes(group)
  const times = heal === null ? '' : `, ${healText(heal, group.length)}`
  sheet.say(
    `${timeOf(first.at)} to ${timeOf(last.at)}  ${causeText(first)}, ${group.length} times  attached again each time${times}`,
    style,
  )
}

/** What the history lacks, and why. */
function notes(sheet: Sheet, { story, log, since }: History): void {
  const { lines, files } = log.unreadable
  const said: string[] = []
  for (const { name, why } of files) said.push(`${name} could not be read: ${why}`)
  if (lines > 0)
    said.push(
      `${lines} ${lines === 1 ? 'line' : 'lines'} of the log could not be read: cut off, or not written by netheal`,
    )
  if (log.dropped > 0) said.push(`the ${log.dropped} oldest lines were left out: choose a shorter period with --since`)
  if (story.span !== null && story.span.from > since && story.losses.length > 0)
    said.push(`the log starts at ${minuteOf(story.span.from)} UTC`)
  if (story.losses.some(l => l.cause !== null && l.evidence === null))
    said.push('to see who caused each loss, set "log": {"format": "json"}; a text log does not record it')
  if (said.length > 0) sheet.blank()
  for (const note of said) sheet.say(note, { tone: 'quiet' })
}
