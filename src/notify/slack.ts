// `slack`: an incoming webhook. Text that is ours to mark up, and theirs escaped: &, < and > are Slack's only control
// characters, and `verbatim` keeps it from making links and mentions of what looks like one. Mattermost and Rocket.Chat read the
// `text` alone, so all of it stands there, too.

import { bodyOf, subjectOf } from './envelope.ts'
import { MARKS } from './mark.ts'
import type { Sender } from './receiver.ts'
import type { Notice } from './rules/notice.ts'
import type { WebMessage } from './web.ts'

/** Slack refuses a section above 3,000 characters. */
const LONGEST_SECTION = 2_900

export function slackMessage(notice: Notice, sender: Sender): WebMessage {
  const title = `${MARKS[notice.kind].sign} ${escaped(subjectOf(notice, sender))}`
  const body = sectionOf(bodyOf(notice, sender))
  const blocks = [`*${title}*`, body].map(text => ({
    type: 'section',
    text: { type: 'mrkdwn', text, verbatim: true },
  }))
  return {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: `${title}\n${body}`, blocks }),
  }
}

/** Whole lines, as many as fit: a cut in the middle of an `&amp;` would show. */
function sectionOf(lines: readonly string[]): string {
  let text = ''
  for (const line of lines.map(escaped)) {
    if (text.length + line.length + 1 > LONGEST_SECTION) return `${text}\n...`
    text = text === '' ? line : `${text}\n${line}`
  }
  return text
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
