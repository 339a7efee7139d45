// The reasoning of `netheal init` in words: what was found, the evidence for each container, this host's own automation, and
// what to type. For stderr; the config goes to stdout.

import { assertNever } from '../../core/errors.ts'
import type { World } from '../../core/world.ts'
import type { Automation, AutomationFinding, Unread } from '../../diagnose/rules/automation.ts'
import { findingText, removalOf, triggerText } from '../../diagnose/rules/automation-text.ts'
import { holderText, type SocketHolder } from '../../diagnose/rules/socket-holder.ts'
import type { Left, Takeover } from '../../host/takeover.ts'
import type { Remark } from '../../init/propose.ts'
import { type Candidate, chosenOf } from '../../init/rules/candidates.ts'
import type { Concerning } from '../../init/rules/concern.ts'
import { evidenceText } from '../../init/rules/evidence.ts'
import type { ProxySurvey } from '../../init/rules/proxy.ts'
import { DATABASE, type Stack } from '../../init/rules/stack.ts'
import type { Survey } from '../../init/survey.ts'
import type { Terminal } from '../process-io.ts'
import { column, painter, safe, type Tone } from '../style.ts'
import type { Refused } from './accepted.ts'

const WIDTH = 11
const INDENT = ' '.repeat(WIDTH)

/** Prints one fact: a word in the first column, then the text, then more lines below it. */
export type Say = (word: string, tone: Tone, text: string, ...more: readonly string[]) => void

/** @param out where the lines go; names of containers, files and lines of scripts come from others and are made harmless */
export function sayer(out: (text: string) => void, terminal: Terminal): Say {
  const paint = painter(terminal)
  return (word, tone, text, ...more) => {
    const lines = more.map(m => `${INDENT}${paint('quiet', safe(m))}\n`).join('')
    out(`${paint(tone, column(word, WIDTH))}${safe(text)}\n${lines}`)
  }
}

function stackText({ database, network }: Stack): string {
  if (database === null) return `network ${network.name}; no container called ${DATABASE} is on it`
  const state = database.status === 'running' ? '' : ` (${database.status})`
  return `${database.name}${state}, on network ${network.name}`
}

/** One remark about the proposal, in words. */
export function sayRemark(remark: Remark, { world, automation }: Survey, say: Say): void {
  switch (remark.kind) {
    case 'no-stack':
      sayNoStack(world, say)
      sayScripts(automation, say)
      break
    case 'several-stacks':
      saySeveral(remark.stacks, say)
      break
    case 'stack':
      say('Database', 'good', stackText(remark.stack))
      sayCandidates(remark.candidates, say)
      break
    case 'nobody-needs-it':
      say('Nobody', 'warn', 'No container on this engine looks like an application that needs it.')
      say('', 'quiet', 'Start the application, then run netheal init again.')
      break
    case 'takeover':
      sayTakeover(remark.takeover, remark.directory, say)
      break
    case 'left':
      sayLeft(remark.left, say)
      break
    case 'nothing-whole':
      say('Nothing', 'warn', `No line of ${remark.file} says which container belongs on which network.`)
      say('', 'quiet', 'Write the config by hand: the README shows the smallest one.')
      break
    case 'no-network':
      say('Missing', 'warn', `this engine has no network ${remark.network} now`)
      break
    case 'no-container':
      say('Missing', 'warn', `this engine has no container ${remark.name} now; the name is kept as it is`)
      break
    case 'resource':
      say('', 'quiet', `${remark.name}: selected as ${remark.what} (now ${remark.container})`)
      break
    case 'not-in-script': {
      const { container } = remark
      const advice = 'is configured with the database, but is not in the script: add it if it needs the network'
      say('Perhaps', 'warn', `${container} ${advice}`)
      break
    }
    case 'which-stack': {
      const choices = remark.networks.map(n => `netheal init --network ${n}`)
      say('Perhaps', 'warn', `${remark.container} may need one of them, and nothing says which: left out`, ...choices)
      break
    }
    case 'log-directory':
      say('Logs', 'warn', remark.note)
      break
    case 'proxy':
      sayProxy(remark.proxy, say)
      break
    default:
      assertNever(remark)
  }
}

/** Where the proxy belongs, and how whoever deploys can say the same of an application. */
function sayProxy({ container, networks, missing }: ProxySurvey, say: Say): void {
  const { name } = container
  const what =
    networks.length === 0
      ? 'no container of Coolify is on a network of its own now'
      : missing.length === 0
        ? `it is on all ${networks.length} networks of Coolify's containers`
        : `it is missing from ${missing.length} of the ${networks.length} networks of Coolify's containers: ${listed(missing)}`
  say('Proxy', missing.length === 0 ? 'good' : 'bad', `${name}: ${what}; a rule keeps it on each`)
  const example = networks.find(network => network !== container.networkMode) ?? 'NETWORK'
  say(
    'Labels',
    'quiet',
    `With "labels": {"networks": ["${example}"]} in the config, whoever deploys can ask for it: netheal.network=${example} among the container's labels.`,
    'It is off by default: whoever may set labels can then put their containers on that network.',
  )
}

const MOST_LISTED = 6

function listed(names: readonly string[]): string {
  const more = names.length - MOST_LISTED
  return `${names.slice(0, MOST_LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function sayNoStack(world: World, say: Say): void {
  const all = world.containers.length
  say('Database', 'warn', `not found: none of the ${all} containers is called ${DATABASE} or has that service.`)
  say('', 'quiet', 'To name the network yourself: netheal init --network NAME')
  say('', 'quiet', 'Or write the config by hand: the README shows the smallest one.')
}

/** Several stacks: what the proposal would be for each, and how to choose. */
function saySeveral(
  stacks: readonly { readonly stack: Stack; readonly candidates: readonly Candidate[] }[],
  say: Say,
): void {
  say('Databases', 'warn', `found ${stacks.length} Supabase stacks; choose one:`)
  for (const { stack, candidates } of stacks) {
    const { chosen, certain } = chosenOf(candidates)
    const who = certain
      ? chosen.map(c => `for ${c.container.name} (${c.evidence.map(evidenceText).join('; ')})`)
      : ['no container shows a sign of needing it']
    say('', 'quiet', `netheal init --network ${stack.network.name}`, stackText(stack), ...who)
  }
}

/** The containers that need the network, and those left out for lack of evidence. */
function sayCandidates(candidates: readonly Candidate[], say: Say): void {
  const { chosen, certain } = chosenOf(candidates)
  for (const { container, selector, what, evidence, attached } of chosen) {
    const why = evidence.length > 0 ? evidence.map(evidenceText).join('; ') : 'no sign that it needs the database'
    const now = attached ? '' : '; not attached'
    say(certain ? 'Needs it' : 'Perhaps', certain ? 'good' : 'warn', `${container.name}: ${why}${now}`)
    if (typeof selector !== 'string') say('', 'quiet', `selected as ${what}: ${JSON.stringify(selector)}`)
  }
  if (!certain && candidates.length > 0) {
    say(
      '',
      'warn',
      'No container shows a sign of needing the database, so all are proposed: remove those that do not need it.',
    )
  }
  const others = candidates.filter(c => !chosen.includes(c))
  for (const { container, what } of others) say('No sign', 'quiet', `${container.name} (${what}): left out`)
}

export function sayAutomation({ fights, perhaps }: Concerning, unread: readonly Unread[], say: Say): void {
  for (const finding of fights) say('Automation', 'bad', findingText(finding), finding.text)
  if (fights.length > 0) {
    say(
      '',
      'bad',
      "It does what netheal does, and the two would get in each other's way. To switch it off; each can be taken back:",
      ...removalsOf(fights),
    )
    if (fights.some(f => RESTARTS.has(f.kind))) say('', 'quiet', NO_RESTART)
  }
  for (const finding of perhaps) {
    const missing = finding.unresolved.length === 0 ? '' : `; unknown values: ${finding.unresolved.join(', ')}`
    say('Check', 'warn', `${findingText(finding)}${missing}`, finding.text)
  }
  for (const { file, why } of unread) say('Not read', 'warn', `${file}: ${why}; it may contain such automation too`)
}

/** Containers that can do to the others whatever they like. */
export function sayHolders(holders: readonly SocketHolder[], say: Say): void {
  for (const holder of holders) {
    const text = holderText(holder)
    if (text !== null) say('Check', 'warn', text)
  }
}

/** Where there is nothing to propose: a script that connects containers says what it is for. */
function sayScripts({ findings }: Automation, say: Say): void {
  const connects = findings.filter(f => f.kind === 'connect')
  for (const finding of connects) say('Automation', 'warn', findingText(finding), finding.text)
  for (const file of new Set(connects.map(f => f.file)))
    say('', 'quiet', `To take over from it: netheal init --from ${file}`)
}

const RESTARTS: ReadonlySet<AutomationFinding['kind']> = new Set(['restart', 'stop', 'kill', 'remove'])
const NO_RESTART = 'It also stops and starts containers. netheal does not: DNS works without a restart.'

/** What to type, each command once. */
export function removalsOf(findings: readonly AutomationFinding[]): readonly string[] {
  return [...new Set(findings.flatMap(f => removalOf(f.via)))]
}

/** What was taken over from a script, and what was not. */
function sayTakeover(takeover: Takeover, logDirectory: string, say: Say): void {
  const { file, wanted, restarts, logs, schedules, via, unread } = takeover
  say('From', 'good', `${file} (read, not run)`)
  for (const { network, container, aliases, ipv4, ipv6 } of wanted) {
    const addresses = [ipv4, ipv6].flatMap(a => (a === null ? [] : [`address ${a}`]))
    const also = [...aliases.map(a => `alias ${a}`), ...addresses].join(', ')
    say('', 'good', `${container} on ${network}${also === '' ? '' : ` (${also})`}`)
  }
  for (const { file: of, why } of unread) say('Not read', 'warn', `${of}: ${why}; it may join containers too`)
  const when = schedules.length === 0 ? 'no cron entry or timer runs it' : `it runs at ${schedules.join('; ')}`
  say(
    '',
    'quiet',
    `${when}${via.length === 0 ? '' : ` (${[...new Set(via.map(triggerText))].join(', ')})`}; netheal heals at once, and checks every 2 minutes as well`,
  )
  if (restarts.length > 0)
    say(
      'Changes',
      'warn',
      `it restarts containers (line ${restarts.map(r => r.line).join(', ')}); netheal does not: DNS works without a restart`,
    )
  if (logs.length > 0)
    say(
      'Logs',
      'quiet',
      `it writes to ${logs.join(', ')}`,
      `netheal writes lines of the same form to ${logDirectory}/current.log (actions) and ${logDirectory}/heartbeat.log (daily OK)`,
    )
}

/** A line that is no rule yet, and what to write for it. */
function sayLeft({ file, line, text, why, rules, needsNetwork }: Left, say: Say): void {
  const written = rules.map(({ container, network }) =>
    JSON.stringify({ containers: [container ?? 'CONTAINER'], network: network ?? 'NETWORK' }),
  )
  const advice =
    written.length === 0 ? [] : [`not taken over; to write it yourself, into "attachments": ${written.join(' or ')}`]
  const named = needsNetwork ? ['or name the network: the same command with --network NAME'] : []
  say('Missing', 'warn', `${file}:${line}: ${why}`, text, ...advice, ...named)
}

/** A rule that a config would not be valid with. */
export function sayRefused({ attachment, why }: Refused, say: Say): void {
  say('Left out', 'warn', `netheal config would refuse it: ${JSON.stringify(attachment)}`, ...why)
}
