// The reasoning of `netheal init`, in words: what was found, what speaks for whom, what this host does by itself already,
// and what to type. For stderr; the config goes to stdout.

import { selectorText } from '../../core/selector.ts'
import type { Automation, AutomationFinding, Unread } from '../../diagnose/rules/automation.ts'
import { findingText, removalOf, triggerText } from '../../diagnose/rules/automation-text.ts'
import type { Takeover } from '../../host/takeover.ts'
import { type Candidate, chosenOf } from '../../init/rules/candidates.ts'
import type { Concerning } from '../../init/rules/concern.ts'
import { evidenceText } from '../../init/rules/evidence.ts'
import { DATABASE, type Stack } from '../../init/rules/stack.ts'
import type { Terminal } from '../process-io.ts'
import { column, painter, safe, type Tone } from '../style.ts'

const WIDTH = 11
const INDENT = ' '.repeat(WIDTH)

/** Says a fact a line: a word in the first column, then the text, then more lines below it. */
export type Say = (word: string, tone: Tone, text: string, ...more: readonly string[]) => void

/** @param out where the lines go; names of containers, files and lines of scripts come from others and are made harmless */
export function sayer(out: (text: string) => void, terminal: Terminal): Say {
  const paint = painter(terminal)
  return (word, tone, text, ...more) => {
    const lines = more.map(m => `${INDENT}${paint('quiet', safe(m))}\n`).join('')
    out(`${paint(tone, column(word, WIDTH))}${safe(text)}\n${lines}`)
  }
}

export function stackText({ database, network }: Stack): string {
  if (database === null) return `the network ${network.name}; no container called ${DATABASE} is on it`
  const state = database.status === 'running' ? '' : ` (${database.status})`
  return `${database.name}${state}, on the network ${network.name}`
}

/** Several stacks: what the proposal would be for each, and how to choose. */
export function saySeveral(
  stacks: readonly { readonly stack: Stack; readonly candidates: readonly Candidate[] }[],
  say: Say,
): void {
  say('Databases', 'warn', `there are ${stacks.length} Supabase stacks here; choose one:`)
  for (const { stack, candidates } of stacks) {
    const { chosen, certain } = chosenOf(candidates)
    const who = certain
      ? chosen.map(c => `for ${selectorText(c.selector)} (${c.evidence.map(evidenceText).join('; ')})`)
      : ['nothing says that anybody needs it']
    say('', 'quiet', `netheal init --network ${stack.network.name}`, stackText(stack), ...who)
  }
}

/** Who needs it, and who is left out for want of a sign. */
export function sayCandidates(candidates: readonly Candidate[], say: Say): void {
  const { chosen, certain } = chosenOf(candidates)
  for (const { container, selector, what, evidence, attached } of chosen) {
    const why = evidence.length > 0 ? evidence.map(evidenceText).join('; ') : 'nothing says so'
    const now = attached ? '' : '; not attached now'
    say(certain ? 'Needs it' : 'Perhaps', certain ? 'good' : 'warn', `${container.name}: ${why}${now}`)
    if (typeof selector !== 'string') say('', 'quiet', `named as ${what}: ${JSON.stringify(selector)}`)
  }
  if (!certain && candidates.length > 0) {
    say(
      '',
      'warn',
      'Nothing here says who needs the database, so all of them are in the proposal: take out the others.',
    )
  }
  const others = candidates.filter(c => !chosen.includes(c))
  for (const { container, what } of others) say('No sign', 'quiet', `${container.name} (${what}): left out`)
}

export function sayAutomation({ fights, perhaps }: Concerning, unread: readonly Unread[], say: Say): void {
  for (const finding of fights) say('Automation', 'bad', findingText(finding), finding.text)
  if (fights.length > 0) {
    say('', 'bad', 'It does what netheal does, and would fight with it. To remove it, as root:', ...removalsOf(fights))
    if (fights.some(f => RESTARTS.has(f.kind))) say('', 'quiet', NO_RESTART)
  }
  for (const finding of perhaps) {
    const missing = finding.unresolved.length === 0 ? '' : `; not told by the text: ${finding.unresolved.join(', ')}`
    say('Look at', 'warn', `${findingText(finding)}${missing}`, finding.text)
  }
  for (const { file, why } of unread) say('Not read', 'warn', `${file}: ${why}; it may hold such a thing too`)
}

/** Where there is nothing to propose: a script that connects containers says what it is for. */
export function sayScripts({ findings }: Automation, say: Say): void {
  const connects = findings.filter(f => f.kind === 'connect')
  for (const finding of connects) say('Automation', 'warn', findingText(finding), finding.text)
  for (const file of new Set(connects.map(f => f.file)))
    say('', 'quiet', `netheal init --from ${file} takes over from it`)
}

const RESTARTS: ReadonlySet<AutomationFinding['kind']> = new Set(['restart', 'stop', 'start', 'kill', 'remove'])
const NO_RESTART = 'It also stops and starts containers. netheal does not: a container needs no restart for DNS.'

/** What to type, each command once. */
export function removalsOf(findings: readonly AutomationFinding[]): readonly string[] {
  return [...new Set(findings.flatMap(f => removalOf(f.via)))]
}

/** What was taken over from a script, and what was not. */
export function sayTakeover(takeover: Takeover, logDirectory: string, say: Say): void {
  const { file, wanted, loose, unresolved, restarts, logs, schedules, via } = takeover
  say('From', 'good', `${file}, read as text`)
  for (const { network, containers } of wanted) say('', 'good', `${containers.join(', ')} on ${network}`)
  if (loose.containers.length > 0)
    say(
      'Missing',
      'warn',
      `the network of ${loose.containers.join(', ')} is not told by the script; netheal init --from ${file} --network NAME says it`,
    )
  if (loose.networks.length > 0)
    say('Missing', 'warn', `who must be on ${loose.networks.join(', ')} is not told by the script; add it by hand`)
  if (unresolved.length > 0) say('Missing', 'warn', `not resolved: ${unresolved.join(', ')}`)
  const when =
    schedules.length === 0 ? 'no cron entry and no timer found that runs it' : `runs at ${schedules.join('; ')}`
  say(
    '',
    'quiet',
    `${when}${via.length === 0 ? '' : ` (${[...new Set(via.map(triggerText))].join(', ')})`}; netheal heals at once, and looks every 2 minutes as well`,
  )
  if (restarts.length > 0)
    say(
      'Changes',
      'warn',
      `it restarts containers (line ${restarts.map(r => r.line).join(', ')}); netheal does not: a container needs no restart for DNS`,
    )
  if (logs.length > 0)
    say(
      'Logs',
      'quiet',
      `it wrote ${logs.join(', ')}`,
      `netheal writes the same words to ${logDirectory}/current.log (actions) and ${logDirectory}/heartbeat.log (daily OK)`,
    )
}
