// `discord`: a channel's webhook. Nobody is ever mentioned, and markdown in a name stays what it is.

import { bodyOf, subjectOf } from './envelope.ts'
import { MARKS } from './mark.ts'
import type { Sender } from './receiver.ts'
import type { Notice } from './rules/notice.ts'
import type { WebMessage } from './web.ts'

/** Discord refuses more, counted in code points; UTF-16 units are never fewer. */
const LONGEST = 2_000

export function discordMessage(notice: Notice, sender: Sender): WebMessage {
  let content = `${MARKS[notice.kind].sign} **${escaped(subjectOf(notice, sender))}**`
  for (const line of bodyOf(notice, sender).map(escaped)) {
    if (content.length + line.length + 5 > LONGEST) {
      content += '\n...'
      break
    }
    content += `\n${line}`
  }
  // 4: no preview of whatever looks like a link.
  const body = JSON.stringify({ content, allowed_mentions: { parse: [] }, flags: 4 })
  return { headers: { 'content-type': 'application/json' }, body }
}

function escaped(text: string): string {
  return text.replace(/[\\*_~`|<>[\]()#@]/g, '\\$&').replace(/^(-|\d+\.)(?=\s)/, '\\$1')
}
