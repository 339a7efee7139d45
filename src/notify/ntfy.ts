// `ntfy`: a topic of ntfy.sh or of a server of one's own. The message is the body, the rest are headers (encoded words are
// understood since ntfy 2.4).

import { headerText } from './encoded-word.ts'
import { bodyOf, subjectOf } from './envelope.ts'
import { MARKS } from './mark.ts'
import type { Sender } from './receiver.ts'
import type { Notice } from './rules/notice.ts'
import type { WebMessage } from './web.ts'

/** Above 4,096 bytes ntfy makes an attachment of it. */
const LONGEST = 4_000

export function ntfyMessage(notice: Notice, sender: Sender): WebMessage {
  const priority = { critical: '5', warning: '4', info: '3' }[notice.severity]
  let body = ''
  for (const line of bodyOf(notice, sender)) {
    const longer = body === '' ? line : `${body}\n${line}`
    if (Buffer.byteLength(longer) > LONGEST) break
    body = longer
  }
  return {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      title: headerText(subjectOf(notice, sender)),
      priority,
      tags: MARKS[notice.kind].tag,
    },
    body,
  }
}
