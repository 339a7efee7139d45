// `json`: the envelope as it is, for whatever takes a webhook.

import { envelopeOf } from './envelope.ts'
import type { Sender } from './receiver.ts'
import type { Notice } from './rules/notice.ts'
import type { WebMessage } from './web.ts'

export function jsonMessage(notice: Notice, sender: Sender): WebMessage {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(envelopeOf(notice, sender)) }
}
