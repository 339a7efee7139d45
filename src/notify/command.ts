// `command`: a program of the operator's own, with the notice as JSON on its standard input. Exit code 0 is "delivered",
// anything else is tried again.

import type { Clock } from '../heal/ports.ts'
import { type ChildEnd, runChild } from './child.ts'
import { within } from './deadline.ts'
import { envelopeOf } from './envelope.ts'
import type { Answer, Receiver, Sender } from './receiver.ts'
import { plain } from './rules/notice-words.ts'
import type { Address } from './rules/outbox.ts'

export interface CommandTarget extends Address {
  /** Program and arguments. */
  readonly command: readonly string[]
}

/** Milliseconds until it is killed. */
export const COMMAND_DEADLINE = 30_000

export function commandReceiver(target: CommandTarget, sender: Sender, clock: Clock): Receiver {
  const { name, on, command } = target
  return {
    name,
    on,
    send: (notice, signal) =>
      within(clock, COMMAND_DEADLINE, signal, async (mine, late) => {
        const end = await runChild(command, `${JSON.stringify(envelopeOf(notice, sender))}\n`, clock, mine)
        if (end.kind === 'exited' && end.code === 0) return { kind: 'delivered', detail: 'it exited with 0' }
        return laterOf(end, late())
      }),
  }
}

/** Why a program did not do it, with the last that it said. */
export function laterOf(end: ChildEnd, late: boolean): Answer {
  return { kind: 'later', why: whyOf(end, late), after: null }
}

export function whyOf(end: ChildEnd, late: boolean): string {
  switch (end.kind) {
    case 'exited':
      return `it exited with ${end.code}${saying(end.output)}`
    case 'killed':
      return `${end.by} killed it${saying(end.output)}`
    case 'unstarted':
      return end.why
    case 'given-up':
      return late ? `it did not finish within ${COMMAND_DEADLINE / 1000} s, and was killed` : 'given up'
  }
}

function saying(output: string): string {
  const words = plain(output, 300)
  return words === '' ? '' : `: ${words}`
}
