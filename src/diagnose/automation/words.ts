// How a job of this host is said: the code, how bad it is, the sentence, the lines that were seen, and how to end it, in the
// runbook's words. Pure.

import { assertNever } from '../../core/errors.ts'
import { stampOf } from '../../core/stamp.ts'
import { findingText, removalOf, triggerText, VERBS } from '../rules/automation-text.ts'
import type { Verdict } from '../rules/finding.ts'
import type { JobDoing } from './jobs.ts'

/** Times of what happened that are shown. */
const SHOWN_TIMES = 5

/** What is not certain is a finding of its kind only where its rhythm or its times give it away. */
export function codeOf(first: JobDoing, all: readonly JobDoing[]): string {
  const { doing, isSure, fit } = first
  const given = isSure || fit.kind === 'fits'
  switch (doing) {
    case 'restarts':
      // Not shown to be who restarts: what is known of it is that it does netheal's work, in the old way.
      if (isOldScript(first, all) && fit.kind !== 'fits') return 'automation-connects'
      return given ? 'automation-restarts' : 'automation-perhaps'
    case 'starts':
      return given ? 'automation-starts' : 'automation-perhaps'
    case 'recreates':
      return given ? 'automation-recreates' : 'automation-perhaps'
    case 'disconnects':
      return given ? 'automation-disconnects' : 'automation-perhaps'
    case 'removes-network':
      return 'automation-prunes'
    case 'connects':
      return given ? 'automation-connects' : 'automation-perhaps'
    case 'calls':
      return 'automation-perhaps'
    default:
      return assertNever(doing)
  }
}

/**
 * Wrong is what fits what was seen, and an old script that restarts where netheal heals. Everything else is worth knowing: that
 * it could do a thing does not show that it did.
 */
export function verdictOf(first: JobDoing, all: readonly JobDoing[]): Verdict {
  const { fit, rhythm } = first
  if (fit.kind === 'fits') return 'wrong'
  return isOldScript(first, all) && fit.kind === 'open' && rhythm?.kind !== 'once' ? 'wrong' : 'note'
}

/** It connects, and restarts. */
function isOldScript({ doing, isSure }: JobDoing, all: readonly JobDoing[]): boolean {
  return doing === 'restarts' && isSure && all.some(d => d.doing === 'connects')
}

/** `all`: what the same job does besides, with the first. */
export function summaryOf(first: JobDoing, all: readonly JobDoing[]): string {
  const { via, labels, isSure, fit, seen, doing } = first
  const connects = all.some(d => d.doing === 'connects') && doing === 'restarts'
  const what = connects ? `${verbOf(first)}, and connects them: this is an old auto-heal script` : verbOf(first)
  const whom = isSure ? what : `${what}; its text does not show which ones, but ${labels.join(', ')} may be among them`
  if (doing === 'starts') return `${triggerText(via)} ${whom}, which is no restart of one that runs`
  if (fit.kind === 'differs') return `${triggerText(via)} ${whom}: what was seen does not fit it`
  if (fit.kind !== 'fits') return `${triggerText(via)} ${whom}`
  const count = seen.times.length === 1 ? 'what was seen' : `what was seen ${seen.times.length} times`
  return `${triggerText(via)} ${whom}: the likely culprit, ${fit.how.startsWith('it runs') ? 'its rhythm fits' : 'its times fit'} ${count}`
}

function verbOf({ touches, labels, doing, isSure }: JobDoing): string {
  const kinds = [...new Set(touches.map(t => t.finding.kind))]
  const verbs = [...new Set(kinds.map(k => VERBS[k]))].join(' and ')
  if (!isSure) return doing === 'removes-network' || doing === 'calls' ? verbs : `${verbs} containers`
  const takesNames = kinds.some(k => !k.startsWith('compose-') && k !== 'engine-restart' && k !== 'network-remove')
  if (kinds.includes('engine-restart')) return `${verbs}, ${labels.join(', ')} with it`
  return takesNames ? `${verbs} ${labels.join(', ')}` : `${verbs} (${labels.join(', ')})`
}

/** File and line of each, the line itself, and whether it fits. */
export function evidenceOf(all: readonly JobDoing[]): readonly string[] {
  const lines = all.flatMap(({ touches }) =>
    touches.flatMap(({ finding, reach }) => {
      const { unresolved } = finding
      const open =
        reach === 'perhaps' && unresolved.length > 0 ? `; its text does not show: ${unresolved.join(', ')}` : ''
      return [`${findingText(finding)}${open}`, finding.text]
    }),
  )
  const fits = all.flatMap(({ fit, seen }) => {
    if (seen.times.length === 0) return []
    const word = { fits: 'fits', differs: 'does not fit', open: 'may fit' }[fit.kind]
    const times = seen.times.slice(-SHOWN_TIMES).map(stampOf).join(', ')
    return [`${word}: ${fit.how}`, `it happened at ${times}`]
  })
  return [...new Set([...lines, ...fits])]
}

const NO_RESTART =
  'NEVER restart the container for its network: once it is attached, the name resolves without a restart'

/** To end it: what to type, or what to change where it is to stay. */
export function remedyOf(first: JobDoing, all: readonly JobDoing[]): readonly string[] {
  const { doing, via, touches, isSure } = first
  const files = [...new Set(all.filter(d => d.doing === 'connects').flatMap(d => d.touches.map(t => t.finding.file)))]
  const takeOver = files.map(file => `netheal does its job now: netheal init --from ${file} takes over from it`)
  const places = [...new Set(touches.map(({ finding: { file, line } }) => `line ${line} of ${file}`))].join(', ')
  const fits = first.fit.kind === 'fits'
  if (!isSure && !fits && doing !== 'removes-network') return [`look at ${places}: which containers does it touch?`]
  // Only what was shown to do it is switched off; what does netheal's own work is, too.
  const removal = fits || doing === 'connects' || isOldScript(first, all) ? removalOf(via) : []
  switch (doing) {
    case 'restarts':
      if (removal.length === 0) return [`look at ${places}: nothing shows that it did what happened here`, NO_RESTART]
      return [...takeOver, ...removal, `or keep it, without ${places}: ${NO_RESTART}`]
    case 'connects':
      return [...takeOver, ...removal]
    case 'disconnects':
      if (removal.length === 0) return [`look at ${places}: nothing shows that it did what happened here`]
      return [...removal, `or keep it, without ${places}`]
    case 'removes-network':
      return [
        `run ${places} only while the stack is running: it removes a network that no running container uses, and the network comes back with another id`,
      ]
    case 'recreates':
      return [
        `a container that it recreates has only the networks of its compose file: declare the network there as external`,
      ]
    case 'starts':
    case 'calls':
      return []
    default:
      return assertNever(doing)
  }
}
