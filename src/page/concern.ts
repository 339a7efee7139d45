// What is not as it should be, the worst first: what happened, when, and what to do. The page's headline is made of these.

import { NETWORK_REMOVED } from '../core/action.ts'
import { remedyFor } from '../core/cause.ts'
import { assertNever } from '../core/errors.ts'
import { counted, grouped } from './count.ts'
import { html, type Markup, NOTHING, name } from './markup.ts'
import type { PageModel, ShownAttachment, StandingLoop } from './model.ts'
import { about, rhythm, spoken } from './moment.ts'

export interface Concern {
  /** `bad`: somebody must act. `warn`: netheal or time may mend it. `note`: nothing is wrong. */
  readonly tone: 'bad' | 'warn' | 'note'
  /** A sentence without its full stop: what happened, and when. */
  readonly what: Markup
  /** What to do, a step each. */
  readonly steps: readonly Markup[]
}

/** Attachments that are named one by one in the headline; the rest is counted. */
const NAMED = 6

/** Empty: all is well. */
export function concernsOf(model: PageModel): readonly Concern[] {
  return [
    ...healer(model),
    ...model.loops.map(loop => loopConcern(loop, model)),
    ...attachments(model, 'detached', 'bad'),
    ...attachments(model, 'blocked', 'bad'),
    ...attachments(model, 'unreachable', 'bad'),
    ...model.problems.map(problem),
    ...pause(model),
    ...attachments(model, 'waiting', 'warn'),
    ...attachments(model, 'missing', 'note'),
    ...attachments(model, 'stopped', 'note'),
  ]
}

/** True where netheal has never made a pass here, and nothing is known. */
export function neverRan({ healer: h, attachments: all, story }: PageModel): boolean {
  return h.lastPassAt === null && !h.alive && all.length === 0 && story.losses.length === 0
}

function healer(model: PageModel): readonly Concern[] {
  const { alive, mode, pid, lastPassAt, lastPassOk, lastError } = model.healer
  const start = html`Start it: <code>sudo systemctl enable --now netheal</code>.`
  if (neverRan(model)) {
    return [
      {
        tone: 'bad',
        what: html`netheal has not looked at this host yet, so nothing is known and nothing is healed`,
        steps: [
          html`Is there a config? <code>sudo netheal config</code> shows it, <code>sudo netheal init</code> proposes one.`,
          start,
        ],
      },
    ]
  }
  if (!alive) {
    const last =
      lastPassAt === null ? html`it has not finished a pass yet` : html`its last pass was ${spoken(lastPassAt)}`
    const hangs = mode === 'daemon' && pid !== null
    return [
      {
        tone: 'bad',
        what: hangs
          ? html`netheal hangs: it runs (pid ${pid}), but ${last}; nothing is healed`
          : html`netheal does not run, so nothing is healed: ${last}`,
        steps: [
          hangs ? html`Restart it: <code>sudo systemctl restart netheal</code>.` : start,
          html`Its last messages: <code>sudo journalctl -u netheal -n 50</code>.`,
          html`This page shows what its last pass saw; <code>sudo netheal check</code> looks now.`,
        ],
      },
    ]
  }
  if (lastPassOk !== false) return []
  return [
    {
      tone: 'bad',
      what: html`netheal cannot reach the engine, so nothing is healed${lastPassAt === null ? NOTHING : html` (last tried ${spoken(lastPassAt)})`}${lastError === null ? NOTHING : html`: ${lastError}`}`,
      steps: [
        html`Does the engine run? <code>systemctl status docker</code>, <code>docker ps</code>.`,
        html`netheal keeps trying, and heals as soon as the engine answers.`,
      ],
    },
  ]
}

function loopConcern(loop: StandingLoop, { generatedAt }: PageModel): Concern {
  const { container, network, kind, count, every, since, last, source } = loop
  const pace = every === null ? '' : `, ${rhythm(every)}`
  const times = counted(count, 'time')
  const what =
    kind === 'detach-loop'
      ? html`${name(container)} keeps losing ${name(network ?? 'its network')}: ${times} since ${spoken(since)}${pace}, the last one ${about(generatedAt - last)} ago`
      : html`${name(container)} keeps being restarted, it seems from outside: ${times} since ${spoken(since)}${pace}, the last one ${about(generatedAt - last)} ago`
  return {
    tone: 'bad',
    what,
    steps: [
      html`Probably ${remedyFor(source)}.`,
      html`To find out who does it: ${command('sudo netheal diagnose', container)} names scripts, timers and deployments of this host.`,
      ...(kind === 'detach-loop'
        ? [
            html`Until then netheal puts it back each time, or less and less often if the rule says <code>"onLoop": "back-off"</code>.`,
          ]
        : []),
    ],
  }
}

/** One concern each, as long as they can be read; else one that counts them. */
function attachments(model: PageModel, state: ShownAttachment['state'], tone: Concern['tone']): readonly Concern[] {
  const all = model.attachments.filter(a => a.state === state)
  if (all.length <= NAMED) return all.map(a => attachmentConcern(a, tone))
  const [first] = all
  if (first === undefined) return []
  return [
    {
      tone,
      what: html`${grouped(all.length)} attachments are ${state}, ${name(first.container)} on ${name(first.network)} among them`,
      steps: [html`They are listed below. ${look(null)}`],
    },
  ]
}

function attachmentConcern(attachment: ShownAttachment, tone: Concern['tone']): Concern {
  const { container, network, state, since } = attachment
  const on = html`${name(container)} ${state === 'missing' || state === 'stopped' ? 'on' : 'to'} ${name(network)}`
  switch (state) {
    case 'detached':
      return {
        tone,
        what: html`${name(container)} has not been on ${name(network)} since ${spoken(since)}`,
        steps: [
          html`netheal puts it back as soon as it can; why it could not is in the losses below.`,
          look(container),
        ],
      }
    case 'blocked':
      return {
        tone,
        what: html`netheal has not been able to attach ${on} since ${spoken(since)}${attachment.reported === null ? NOTHING : html` (${attachment.reported})`}`,
        steps: [html`${blockedStep(attachment.reported)}`, look(container)],
      }
    case 'waiting':
      if (attachment.reported === NETWORK_REMOVED)
        return {
          tone: 'note',
          what: html`${name(network)} was removed after ${name(container)} had been taken off it (since ${spoken(since)})`,
          steps: [html`Nothing to do: netheal attaches ${name(container)} when ${name(network)} is there again.`],
        }
      return {
        tone,
        what: html`${name(container)} joins ${name(network)} at its next start (waiting since ${spoken(since)})`,
        steps: [
          html`Nothing to do if it starts by itself; ${command('docker ps -a --filter', `name=${container}`)} shows whether it does.`,
        ],
      }
    case 'stopped':
      return {
        tone,
        what: html`${name(container)} has not been running since ${spoken(since)}`,
        steps: [html`netheal attaches it when it starts. If it should run: ${command('docker start', container)}.`],
      }
    case 'missing':
      return {
        tone,
        what: html`there has been no container ${name(container)} since ${spoken(since)}`,
        steps: [
          html`netheal attaches it when it appears. Was it renamed? <code>sudo netheal init</code> shows what is there.`,
        ],
      }
    case 'unreachable':
      return {
        tone,
        what: html`${name(container)} is attached to ${name(network)}, but ${attachment.reach.unreachable?.detail ?? 'it does not reach what it is attached for'} (since ${spoken(since)})`,
        steps: [
          ...(attachment.reach.unreachable?.hint == null
            ? []
            : [html`What helps: ${attachment.reach.unreachable.hint}.`]),
          html`${command('sudo netheal diagnose', container)} names the cause.`,
        ],
      }
    case 'attached':
      return { tone: 'note', what: html`${on} is attached`, steps: [] }
    default:
      return assertNever(state)
  }
}

function blockedStep(reason: string | null): string {
  switch (reason) {
    case 'network-missing':
      return 'There is no such network: start the stack that creates it, or correct the rule.'
    case 'network-ambiguous':
      return 'Two networks have that name: put the id of the right one into the rule, or remove the other.'
    case 'network-mode':
      return "Its network mode is host, none, or another container's, which allows no other network: netheal check says whose."
    case 'swarm-task':
      return 'It belongs to a swarm service: type docker service update --network-add.'
    case 'config-only':
      return 'The network is only a template for others: name one that was made from it.'
    case 'not-attachable':
      return 'The network takes swarm services only: make it anew with --attachable.'
    case 'address-outside':
      return "The rule's address is not in the network's subnet: correct the rule."
    case 'address-taken':
      return "Another container has the rule's address: the action log says which."
    case 'icc-off':
      return 'Containers on that network may not talk to each other: use another network.'
    case 'stale-entry':
      return 'It has a dead entry for the network, and the rule says "repair": false: allow the repair, or restart it.'
    default:
      return 'The action log says why.'
  }
}

function problem(text: string): Concern {
  return { tone: 'bad', what: html`${text}`, steps: [] }
}

function pause({ paused }: PageModel): readonly Concern[] {
  if (paused === null) return []
  const why = paused.reason === null ? NOTHING : html` (${name(paused.reason)})`
  return [
    {
      tone: 'warn',
      what: html`healing is paused until ${spoken(paused.until)}${why}`,
      steps: [html`It ends by itself; <code>sudo netheal resume</code> ends it now.`],
    },
  ]
}

function look(container: string | null): Markup {
  const diagnose =
    container === null ? html`<code>sudo netheal diagnose</code>` : command('sudo netheal diagnose', container)
  return html`<code>sudo netheal check</code> shows what netheal would do now, ${diagnose} shows the cause.`
}

/** A command to be copied never holds a name that a shell would take for more than a name. */
function command(words: string, argument: string): Markup {
  return /^[\w][\w.=-]*$/.test(argument) ? html`<code>${words} ${argument}</code>` : html`<code>${words}</code>`
}
