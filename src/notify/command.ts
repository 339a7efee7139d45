// `command`: a program of the operator's own, with the notice as JSON on its standard input. Exit code 0 is "delivered",
// anything else is tried again.

import { masked, maskedWords } from '../core/masked.ts'
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
        return laterOf(end, late(), secretWords(command))
      }),
  }
}

/** Why a program did not do it, with the last that it said. */
export function laterOf(end: ChildEnd, late: boolean, secrets: readonly string[] = []): Answer {
  return { kind: 'later', why: whyOf(end, late, secrets), after: null }
}

export function whyOf(end: ChildEnd, late: boolean, secrets: readonly string[] = []): string {
  switch (end.kind) {
    case 'exited':
      return `it exited with ${end.code}${saying(end.output, secrets)}`
    case 'killed':
      return `${end.by} killed it${saying(end.output, secrets)}`
    case 'unstarted':
      return end.why
    case 'given-up':
      return late ? `it did not finish within ${COMMAND_DEADLINE / 1000} s, and was killed` : 'given up'
  }
}

/** The words of a command that are secrets, which a program that fails may repeat. */
function secretWords(command: readonly string[]): readonly string[] {
  const shown = maskedWords(command)
  return command.filter((word, i) => shown[i] !== word)
}

function saying(output: string, secrets: readonly string[]): string {
  const words = plain(masked(output, secrets), 300)
  return words === '' ? '' : `: ${words}`
}
