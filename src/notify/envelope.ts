// A notice as versioned JSON: for the `json` format and for commands. Times as ISO 8601 in UTC; more keys may be added, none
// of these changes its meaning.

import { stampOf } from '../core/stamp.ts'
import type { Sender } from './receiver.ts'
import type { Notice } from './rules/notice.ts'
import type { WebMessage } from './web.ts'

const ENVELOPE_VERSION = 1

export function envelopeOf(notice: Notice, { host, test }: Sender) {
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
    title,
    lines,
    remedy,
    severity,
    test,
  }
}

/** `json`: the envelope as it is, for whatever takes a webhook. */
export function jsonMessage(notice: Notice, sender: Sender): WebMessage {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(envelopeOf(notice, sender)) }
}

/** For people: the lines, the remedy, and where it comes from. */
export function bodyOf(notice: Notice, { host, test }: Sender): readonly string[] {
  return [
    ...notice.lines,
    ...(notice.remedy === null ? [] : [`what to do: ${notice.remedy}`]),
    `netheal on ${host}${test ? ', a test' : ''}, since ${stampOf(notice.since)}`,
  ]
}
