// A target behind a URL: what is sent is the format's, how it is sent and what the answer means is here.
import { NethealError } from '../core/errors.ts'
import type { Clock } from '../heal/ports.ts'
import { within } from './deadline.ts'
import { call, type HttpReply } from './http.ts'
import type { Answer, Fetched, Receiver, Sender } from './receiver.ts'
import { LONGEST_DELAY } from './rules/incident.ts'
import type { Notice } from './rules/notice.ts'
import type { Address } from './rules/outbox.ts'
import { secretsIn, shownAnswer } from './secrecy.ts'

export interface WebMessage {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface WebTarget extends Address {
  readonly url: Fetched
  /** Null: none is sent. */
  readonly token: Fetched | null
  readonly message: (notice: Notice, sender: Sender) => WebMessage
}

/** Milliseconds for one try, from the look-up of the name to the end of the answer. */
export const WEB_DEADLINE = 10_000

export function webReceiver(target: WebTarget, sender: Sender, clock: Clock): Receiver {
  return {
    name: target.name,
    on: target.on,
    async send(notice, signal) {
      try {
        const url = parsed(await target.url())
        if (url === null) return { kind: 'later', why: 'its url does not start with https:// or http://', after: null }
        const token = target.token === null ? null : await target.token()
        const { headers, body } = target.message(notice, sender)
        const authorization = token === null ? {} : { authorization: `Bearer ${token}` }
        return await within(clock, WEB_DEADLINE, signal, async (mine, late) => {
          const reply = await call({ method: 'POST', url, headers: { ...headers, ...authorization }, body }, mine)
          if (reply.kind === 'unanswered' && late())
            return { kind: 'later', why: `no answer within ${WEB_DEADLINE / 1000} s`, after: null }
          return answerOf(reply, [...secretsIn(url), ...(token === null ? [] : [token])], clock.now())
        })
      } catch (error) {
        // The secret cannot be found: that is put right while netheal runs.
        if (!(error instanceof NethealError)) throw error
        return { kind: 'later', why: explained(error), after: null }
      }
    },
  }
}

/** What a secret that cannot be looked up says of itself: where it should be, never what it is. */
export function explained({ message, hint }: NethealError): string {
  return hint === null ? message : `${message}; ${hint}`
}

/** Null: no URL of ours. The error of `new URL` holds what it was given, and goes nowhere. */
export function parsed(text: string): URL | null {
  try {
    const url = new URL(text)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null
  } catch {
    return null
  }
}

/** 2xx is delivered; 408, 425, 429 and 5xx are tried again; every other answer is final. */
export function answerOf(reply: HttpReply, secrets: readonly string[], now: number): Answer {
  if (reply.kind === 'unanswered') return { kind: 'later', why: reply.why, after: null }
  const { status, headers } = reply
  const text = shownAnswer(reply.text, secrets)
  const said = `HTTP ${status}${text === '' ? '' : ` ${text}`}`
  if (status >= 200 && status < 300) return { kind: 'delivered', detail: said }
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return { kind: 'later', why: said, after: waitOf(headers['retry-after'], now) }
  if (status >= 300 && status < 400)
    return { kind: 'refused', why: `it redirects to another address, which netheal does not follow (HTTP ${status})` }
  return { kind: 'refused', why: said }
}

/** Retry-After in milliseconds: it is written as seconds, or as a date. */
function waitOf(retryAfter: string | undefined, now: number): number | null {
  if (retryAfter === undefined) return null
  const wait = /^\d+(\.\d+)?$/.test(retryAfter.trim()) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - now
  return Number.isFinite(wait) ? Math.min(LONGEST_DELAY, Math.max(0, wait)) : null
}
