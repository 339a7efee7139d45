// A notice as versioned JSON: for the `json` format and for commands. Times as ISO 8601 in UTC; more keys may be added, none
// of these changes its meaning.

import { lastingName } from '../core/identity.ts'
import { stampOf } from '../core/stamp.ts'
import type { Sender } from './receiver.ts'
import type { Notice } from './rules/notice.ts'
import type { WebMessage } from './web.ts'

const ENVELOPE_VERSION = 1

export function envelopeOf(notice: Notice, sender: Sender) {
  const { host, page, test } = sender
  const { id, kind, phase, incident, at, since, container, network, title, lines, remedy, severity } = notice
  return {
    version: ENVELOPE_VERSION,
    id,
    kind,
    phase,
    incident,
    at: new Date(at).toISOString(),
    since: new Date(since).toISOString(),
    host,
    container,
    network,
    subject: subjectOf(notice, sender),
    title,
    lines,
    remedy,
    severity,
    page,
    test,
  }
}

/** `json`: the envelope as it is, for whatever takes a webhook. */
export function jsonMessage(notice: Notice, sender: Sender): WebMessage {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(envelopeOf(notice, sender)) }
}

/** What a locked screen shows: the host, what is wrong, and since when. */
export function subjectOf({ phase, title, at, since }: Notice, { host }: Sender): string {
  if (phase !== 'opened') return `${host}: ${title}`
  const [day, time] = stampOf(since).split(' ')
  return `${host}: ${title}, since ${stampOf(at).startsWith(`${day}`) ? '' : `${day} `}${time?.slice(0, 5)} UTC`
}

/** For people: the lines, the remedy, and where it comes from. */
export function bodyOf(notice: Notice, { host, page, test }: Sender): readonly string[] {
  const { container, phase } = notice
  return [
    ...notice.lines,
    ...(notice.remedy === null ? [] : [`what to do: ${notice.remedy}`]),
    ...(container === null || phase === 'closed' ? [] : [`more: netheal diagnose ${lastingName(container)}`]),
    ...(page === null ? [] : [`page: ${page}`]),
    `netheal on ${host}${test ? ', a test' : ''}, since ${stampOf(notice.since)}`,
  ]
}
