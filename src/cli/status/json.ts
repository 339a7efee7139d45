// The status as JSON, for scripts: keys may be added, none may change.
import { isoOrNull, JSON_VERSION, loopJson } from '../json.ts'
import { type Status, wanted } from './current-status.ts'

export function statusJson({ healer, state, pause, problems }: Status) {
  const { alive, mode, pid, lastPassAt, lastPassOk } = healer
  return {
    version: JSON_VERSION,
    healer: { alive, mode, pid, lastPassAt: isoOrNull(lastPassAt), lastPassOk },
    attachments: wanted(state).map(({ container, network, state, since, lastDetach }) => ({
      container,
      network,
      state,
      since: isoOrNull(since),
      lastDetach: lastDetach === null ? null : { at: isoOrNull(lastDetach.at), cause: lastDetach.cause },
    })),
    loops: state.loops.map(loopJson),
    paused: isoOrNull(pause.until),
    problems,
  }
}
