// What the log does not tell and the state does: a loss that was never seen healed is over where the attachment is there now.
import type { AttachmentState } from '../../core/state.ts'
import { lastingKey } from './lasting-name.ts'
import type { Loss, Story } from './story.ts'
import { isUnhealed } from './story-days.ts'

/** Nobody may be told that what is attached now is not healed. `attachments`: as the last pass has left them. */
export function withPresent(story: Story, attachments: readonly AttachmentState[]): Story {
  const since = new Map(attachments.filter(isOn).map(a => [lastingKey(a), a.since]))
  const later = new Set<string>()
  const losses = story.losses.toReversed().map((loss): Loss => {
    const key = lastingKey(loss)
    const isEarlier = later.has(key)
    const there = since.get(key) ?? 0
    if (loss.cause !== null) later.add(key)
    if (!isUnhealed(loss)) return loss
    // What was lost once more had been there before that; a state that is older than the loss says nothing of it.
    if (isEarlier) return loss.outcome === 'open' ? loss : { ...loss, outcome: 'returned' }
    return there < loss.at ? loss : { ...loss, outcome: 'returned', healedAt: there, milliseconds: there - loss.at }
  })
  return { ...story, losses: losses.toReversed() }
}

function isOn({ wanted, state }: AttachmentState): boolean {
  return wanted && (state === 'attached' || state === 'unreachable')
}
