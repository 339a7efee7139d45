// netheal itself (docs/design.md, "Diagnosis", 8): the engine and the way to it, the clock, the config, the healer, its
// records. Works whether it runs, is stopped, or was never installed.

import { span } from '../../core/entry.ts'
import type { State } from '../../core/state.ts'
import type { Context, TopicAnswer } from '../context.ts'
import type { Itself } from '../itself-port.ts'
import type { Finding } from '../rules/finding.ts'
import { clockFindings, engineFindings } from './engine.ts'
import { healerFindings } from './healer.ts'
import { recordFindings } from './records.ts'
import { serviceFindings } from './service.ts'

export const itself: TopicAnswer = async (context, signal) => {
  const [engine, own] = await Promise.all([engineFindings(context, signal), context.itself()])
  return [...engine, ...clockFindings(context), ...ofItself(own, context)]
}

function ofItself(own: Itself, { state, now }: Context): readonly Finding[] {
  if (own.config.kind === 'none') return [withoutConfig(own.config.file, own, state, now)]
  if (own.config.kind === 'closed') return [withClosedConfig(own.config)]
  return unseenTogether([
    ...serviceFindings(own),
    ...healerFindings(own, state, now),
    ...recordFindings(own, state, now),
  ])
}

/** Its rules and its places are not known: nothing of it is, and that is no fault of it. */
function withClosedConfig({ file, error }: Extract<Itself['config'], { kind: 'closed' }>): Finding {
  return {
    topic: 'netheal',
    code: 'config-unseen',
    verdict: 'unseen',
    subject: file,
    summary: `${error.message}: it is not known which containers netheal keeps attached`,
    evidence: [],
    remedy: ['run it as root: sudo netheal diagnose', ...(error.hint === null ? [] : [error.hint])],
  }
}

/** Which places it writes into is then not known: what stands in the default ones may be old, or another's. */
function withoutConfig(file: string, own: Itself, { lastPass }: State, now: number): Finding {
  const { healer, state, units } = own
  const started = units.find(u => u.enabled)
  const ran = lastPass === null ? '' : `; its last pass was ${span(Math.abs(now - lastPass.at))} ago`
  if (healer.alive)
    return note(
      'config-elsewhere',
      `netheal runs${healer.pid === null ? '' : ` (pid ${healer.pid})`}, with another config than ${file}, which does not exist${ran}`,
      ['for more, type netheal diagnose --config FILE with the config it was started with'],
    )
  if (started !== undefined)
    return {
      ...note(
        'config-missing',
        `${file} does not exist, but ${started.file} starts netheal, which heals nothing without it`,
        ['sudo netheal init --write proposes a config and writes it'],
      ),
      verdict: 'wrong',
      subject: file,
    }
  if (lastPass !== null || state.note !== null)
    return note(
      'config-elsewhere',
      `netheal is not running, and ${file} does not exist, though netheal has run on this host${ran}`,
      ['if it was started with another config: netheal diagnose --config FILE'],
    )
  return note('not-installed', 'netheal does not heal on this host: it has no config and has never run', [
    'sudo netheal init --write proposes a config and writes it, then: sudo systemctl enable --now netheal',
  ])
}

/** Whoever may not look at one of its files may not look at most: that is one thing to be told, not five. */
function unseenTogether(findings: readonly Finding[]): readonly Finding[] {
  const unseen = findings.filter(f => f.verdict === 'unseen')
  const [first] = unseen
  if (first === undefined || unseen.length === 1) return findings
  const together: Finding = {
    ...first,
    code: 'itself-unseen',
    subject: null,
    summary: "this user may not read netheal's own records",
    evidence: unseen.map(f => f.summary),
    remedy: [...new Set(unseen.flatMap(f => f.remedy))],
  }
  return [together, ...findings.filter(f => f.verdict !== 'unseen')]
}

function note(code: string, summary: string, remedy: readonly string[]): Finding {
  return { topic: 'netheal', code, verdict: 'note', subject: null, summary, evidence: [], remedy }
}
