// What an engine means by a refusal: its status and its words as one of netheal's codes. The words are Docker's and Podman's
// own, measured from 20.10 to 29; nowhere else does a text of the engine decide anything.
import type { ErrorCode } from '../core/errors.ts'

/** First the status, as the same words may come with another one: 500 from a swarm's manager, 403 or 500 by version. */
const MEANINGS: readonly { readonly status: readonly number[]; readonly words: RegExp; readonly code: ErrorCode }[] = [
  { status: [400], words: /client version .* is too (new|old)/, code: 'engine-too-old' },
  { status: [403], words: /^authorization denied by plugin /, code: 'denied' },
  { status: [403], words: /^endpoint with name .* already exists in network /, code: 'endpoint-exists' },
  { status: [403, 409, 500], words: /is not connected to (the )?network /, code: 'not-connected' },
  { status: [404], words: /^endpoint .* not found$/, code: 'not-connected' },
  {
    status: [403, 409, 500],
    words: /address already in use|address \S+ is already (in use|allocated)/i,
    code: 'address-in-use',
  },
  { status: [403, 500], words: /not manually attachable/, code: 'not-attachable' },
  { status: [404], words: /no such container|no container with name or id/i, code: 'unknown-container' },
  { status: [404], words: /no such network|network( \S+)? not found|unable to find network/i, code: 'unknown-network' },
  { status: [404], words: /(?:)/, code: 'not-found' },
]

/** Of an answer of the engine itself. `words`: its `message`, one line. What a proxy says is failure.ts's to know. */
export function codeOfRefusal(status: number, words: string): ErrorCode {
  const meaning = MEANINGS.find(m => m.status.includes(status) && m.words.test(words))
  return meaning?.code ?? 'engine-refused'
}

/** The network, as the engine names it, for want of which a container's last start failed. `error`: its `State.Error`. */
export function missingNetworkIn(error: string): string | null {
  return /network (\S+) not found/.exec(error)?.[1] ?? null
}
