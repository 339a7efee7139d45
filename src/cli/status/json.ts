// The status as JSON, for scripts: keys may be added, none may change.
import { knownReachOf } from '../../core/known-reach.ts'
import type { AttachmentState } from '../../core/state.ts'
import type { TargetStanding } from '../../notify/rules/failing.ts'
import { isoOrNull, JSON_VERSION, loopJson, reachJson } from '../json.ts'
import { connectErrorOf, type Status, wanted } from './current-status.ts'

export function statusJson({ healer, state, pause, problems, targets }: Status) {
  const { alive, mode, pid, lastPassAt, lastPassOk } = healer
  return {
    version: JSON_VERSION,
    healer: { alive, mode, pid, lastPassAt: isoOrNull(lastPassAt), lastPassOk },
    attachments: wanted(state).map(a => attachmentJson(a, connectErrorOf(state, a))),
    unmatched: state.unmatched,
    loops: state.loops.map(loopJson),
    paused: isoOrNull(pause.until),
    problems,
    notifications: targets.map(targetJson),
  }
}

function targetJson({ name, pending, heldBack, delivered, givenUp, failing }: TargetStanding) {
  const failed = failing === null ? null : { since: isoOrNull(failing.since), error: failing.error }
  return { target: name, pending, heldBack, delivered, givenUp, failing: failed }
}

function attachmentJson(attachment: AttachmentState, connectError: string | null) {
  const { container, network, state, since, lastDetach } = attachment
  return {
    container,
    network,
    state,
    since: isoOrNull(since),
    lastDetach: lastDetach === null ? null : { at: isoOrNull(lastDetach.at), cause: lastDetach.cause },
    connectError,
    ...reachJson(knownReachOf(attachment)),
  }
}
