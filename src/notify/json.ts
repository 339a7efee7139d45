// `json`: the envelope as it is, for whatever takes a webhook.
import type { Notice } from '../core/telling/notice.ts'
import { envelopeOf } from './envelope.ts'
import type { Sender } from './receiver.ts'
import type { WebMessage } from './web.ts'

export function jsonMessage(notice: Notice, sender: Sender): WebMessage {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(envelopeOf(notice, sender)) }
}
