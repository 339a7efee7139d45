// The dead man's switch of healthchecks.io and its like: `URL/start` when netheal begins, URL while all is well, `URL/fail`
// with a few words when it is not. Whoever gets no ping any more knows that the healer is dead. Beside the passes, never in
// their way, and kept nowhere: a ping that is late tells nothing.
import { NethealError } from '../core/errors.ts'
import type { Clock, Journal } from '../heal/ports.ts'
import { within } from './deadline.ts'
import { call } from './http.ts'
import type { Answer, Fetched } from './receiver.ts'
import { plain } from './rules/notice-words.ts'
import { secretsIn } from './secrecy.ts'
import { answerOf, explained, parsed } from './web.ts'

export interface Health {
  readonly well: boolean
  readonly text: string
}

export interface Pinger {
  /** netheal begins. */
  start(): void
  /** A pass came to its end: how things are now. */
  report(health: Health): void
  /** Nothing is sent after that; what is in flight gets `grace` milliseconds. */
  stop(grace: number): Promise<void>
}

export interface PingOptions {
  readonly url: Fetched
  readonly clock: Clock
  readonly journal: Journal
  /** Milliseconds that something must be wrong for before it is told: a container that is being replaced is no news. */
  readonly notifyAfter: number
}

/** At least so long between two pings that say the same. Milliseconds. */
export const PING_INTERVAL = 60_000
const DEADLINE = 10_000
const LONGEST_TEXT = 1_000

/** `log`: something to read, which changes nothing of what the watcher holds of us. */
type Ping = { readonly kind: 'start' | 'well' | 'fail' | 'log'; readonly text: string }

export function openPinger({ url, clock, journal, notifyAfter }: PingOptions): Pinger {
  const over = new AbortController()
  const giveUp = new AbortController()
  let sent: { readonly kind: Ping['kind']; readonly at: number } | null = null
  let wrongSince: number | null = null
  let latest: Health | null = null
  let waiting: Ping | null = null
  let flight: Promise<void> | null = null
  let timer = new AbortController()
  let complained = false

  return {
    start: () => send({ kind: 'start', text: '' }),
    report,
    async stop(grace) {
      over.abort()
      timer.abort()
      const done = new AbortController()
      void clock.sleep(grace, done.signal).then(() => giveUp.abort())
      await flight
      done.abort()
    },
  }

  function report(health: Health): void {
    if (over.signal.aborted) return
    latest = health
    const now = clock.monotonic()
    timer.abort()
    if (health.well) wrongSince = null
    else wrongSince ??= now
    if (wrongSince !== null && now - wrongSince < notifyAfter) {
      again(wrongSince + notifyAfter - now)
      return
    }
    const kind = health.well ? 'well' : 'fail'
    const isNews = sent === null || sent.kind !== kind || now - sent.at >= PING_INTERVAL
    if (isNews) send({ kind, text: health.well ? '' : plain(health.text, LONGEST_TEXT) })
  }

  /** Looks at the newest health once more, where no pass comes before. */
  function again(wait: number): void {
    timer = new AbortController()
    const mine = timer.signal
    void clock.sleep(wait, mine).then(() => {
      if (!mine.aborted && latest !== null) report(latest)
    })
  }

  /** One at a time, in their order; of those that wait only the newest is worth sending. */
  function send(ping: Ping): void {
    sent = { kind: ping.kind, at: clock.monotonic() }
    waiting = ping
    flight ??= drain().finally(() => {
      flight = null
    })
  }

  async function drain(): Promise<void> {
    for (let ping = waiting; ping !== null && !giveUp.signal.aborted; ping = waiting) {
      waiting = null
      const answer = await sendPing(url, ping, clock, giveUp.signal)
      if (answer.kind === 'delivered') {
        if (complained) journal.info({}, 'pings arrive again')
        complained = false
      } else if (!complained && !giveUp.signal.aborted) {
        complained = true
        journal.warn({ error: answer.why }, 'ping not delivered (heartbeat.pingUrl); healing goes on')
      }
    }
  }
}

/** Never rejects but for a bug; nothing of the answer holds the address. */
export async function sendPing(url: Fetched, ping: Ping, clock: Clock, signal: AbortSignal): Promise<Answer> {
  try {
    const base = parsed(await url())
    if (base === null) return { kind: 'refused', why: 'it is not a URL that starts with https:// or http://' }
    const target = new URL(base)
    if (ping.kind !== 'well') target.pathname = `${base.pathname.replace(/\/+$/, '')}/${ping.kind}`
    const method = ping.text === '' ? 'GET' : 'POST'
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    return await within(clock, DEADLINE, signal, async (mine, late) => {
      const reply = await call(
        { method, url: target, headers: method === 'POST' ? headers : {}, body: ping.text },
        mine,
      )
      if (reply.kind === 'unanswered' && late())
        return { kind: 'later', why: `no answer within ${DEADLINE / 1000} s`, after: null }
      return answerOf(reply, secretsIn(base), clock.now())
    })
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    return { kind: 'later', why: explained(error), after: null }
  }
}
