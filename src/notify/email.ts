// `email`: through the host's own sendmail (postfix, exim, msmtp, ...), which knows where mail goes. Addresses come from the
// config alone, and no text of others can make a header.

import { stampOf } from '../core/stamp.ts'
import type { Clock } from '../heal/ports.ts'
import { runChild } from './child.ts'
import { COMMAND_DEADLINE, laterOf, whyOf } from './command.ts'
import { within } from './deadline.ts'
import { headerText } from './encoded-word.ts'
import { bodyOf, subjectOf } from './envelope.ts'
import type { Receiver, Sender } from './receiver.ts'
import type { Notice } from './rules/notice.ts'
import type { Address } from './rules/outbox.ts'

export interface EmailTarget extends Address {
  readonly to: readonly string[]
  /** Null: what sendmail puts there. */
  readonly from: string | null
  /** Absolute path. */
  readonly sendmail: string
}

/** sysexits.h: what will not be better for being tried again. */
const FINAL: Readonly<Record<number, string>> = {
  64: 'EX_USAGE',
  65: 'EX_DATAERR',
  67: 'EX_NOUSER',
  68: 'EX_NOHOST',
}

export function emailReceiver(target: EmailTarget, sender: Sender, clock: Clock): Receiver {
  const { name, on, sendmail } = target
  return {
    name,
    on,
    send: (notice, signal) =>
      within(clock, COMMAND_DEADLINE, signal, async (mine, late) => {
        // -t: to whom it says; -i: a line with a single dot is no end.
        // -f: who gets it back where it cannot be delivered.
        const from = target.from === null ? [] : ['-f', target.from]
        const end = await runChild([sendmail, '-t', '-i', ...from], emailText(notice, sender, target), clock, mine)
        if (end.kind !== 'exited') return laterOf(end, late())
        if (end.code === 0) return { kind: 'delivered', detail: `${sendmail} accepted it` }
        const final = FINAL[end.code]
        return final === undefined ? laterOf(end, false) : { kind: 'refused', why: `${whyOf(end, false)} (${final})` }
      }),
  }
}

/** The whole message, its lines ended as sendmail wants them. */
export function emailText(notice: Notice, sender: Sender, { to, from }: Pick<EmailTarget, 'to' | 'from'>): string {
  const host = sender.host.replace(/[^A-Za-z0-9.-]/g, '-') || 'localhost'
  const body = [subjectOf(notice, sender), '', ...bodyOf(notice, sender), `sent at ${stampOf(notice.at)}`].join('\n')
  // What follows within an incident is an answer to its first message.
  const isFirst = notice.phase === 'opened' && notice.thread !== ''
  const first = `<${notice.thread}.netheal@${host}>`
  const ascii = /^[\n -~]*$/.test(body)
  const headers = [
    ...(from === null ? [] : [`From: ${oneLine(from)}`]),
    `To: ${to.map(oneLine).join(',\n ')}`,
    `Subject: ${headerText(`[netheal] ${subjectOf(notice, sender)}`, '\n ')}`,
    `Date: ${new Date(notice.at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${isFirst ? notice.thread : notice.id}.netheal@${host}>`,
    ...(notice.thread === '' || isFirst ? [] : [`In-Reply-To: ${first}`, `References: ${first}`]),
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Transfer-Encoding: ${ascii ? '7bit' : 'base64'}`,
  ]
  const encoded = ascii
    ? body
    : (
        Buffer.from(body)
          .toString('base64')
          .match(/.{1,76}/g) ?? []
      ).join('\n')
  return `${headers.join('\n')}\n\n${encoded}\n`
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}
