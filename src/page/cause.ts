// Causes, sources and states in the page's words, and the shape that each cause has in pictures: never a colour alone.
import { DETACH_CAUSES, type LoopSource } from '../core/cause.ts'
import type { AttachmentStatus } from '../core/state.ts'
import type { Loss } from '../history/rules/story.ts'

/** What a mark in a picture stands for. */
export const MARKS = [...DETACH_CAUSES, 'unknown', 'first'] as const
export type Mark = (typeof MARKS)[number]

export function markOf(loss: Pick<Loss, 'cause' | 'untold'>): Mark {
  return loss.cause ?? (loss.untold === null ? 'first' : 'unknown')
}

/** For a table: short. */
export const MARK_WORDS: Readonly<Record<Mark, string>> = {
  explicit: 'disconnected',
  replaced: 'replaced',
  'network-recreated': 'network recreated',
  'network-removed': 'network removed',
  'start-failed': 'start failed',
  unknown: 'not recorded',
  first: 'first attach',
}

/** Of a cause as it was written down, which a later netheal may not know. */
export function causeWord(cause: string): string {
  return Object.hasOwn(MARK_WORDS, cause) ? MARK_WORDS[cause as Mark] : cause
}

/** For a legend: what that means. */
export const MARK_MEANINGS: Readonly<Record<Mark, string>> = {
  explicit: 'disconnected: somebody took this container off the network',
  replaced: 'replaced: a new container took its place, without the network',
  'network-recreated': 'network recreated: removed and created again under the same name',
  'network-removed': 'network removed',
  'start-failed': 'start failed: the engine dropped the network of a container whose start failed',
  unknown: 'the cause was not recorded',
  first: 'first attach: it had not been on the network before, so nothing was lost',
}

/** In a box of 12 by 12. */
export const MARK_SHAPES: Readonly<Record<Mark, string>> = {
  explicit: 'M6 .5 11.5 6 6 11.5.5 6Z',
  replaced: 'M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1Z',
  'network-recreated': 'M1.5 1.5h9v9h-9Z',
  'network-removed': 'M2.6.6 6 4 9.4.6l2 2L8 6l3.4 3.4-2 2L6 8l-3.4 3.4-2-2L4 6 .6 2.6Z',
  'start-failed': 'M.4 1h11.2L6 11Z',
  unknown: 'M6 1 11.6 11H.4Z',
  first: 'M4.5.5h3v4h4v3h-4v4h-3v-4h-4v-3h4Z',
}

export const WORST_FIRST: readonly AttachmentStatus[] = [
  'detached',
  'blocked',
  'unreachable',
  'waiting',
  'missing',
  'stopped',
  'attached',
]

export const SOURCE_WORDS: Readonly<Record<LoopSource, string>> = {
  'coolify-redeploy': 'Coolify keeps redeploying it',
  redeploy: 'something keeps recreating the container',
  'network-recreated': 'something removes the network and creates it again',
  'start-failed': 'its start keeps failing, and the engine drops its networks then',
  'outside-detach': 'something on this host disconnects it',
  'outside-restart': 'something on this host stops and starts it',
}

export const OUTCOME_WORDS: Readonly<Record<Loss['outcome'], string>> = {
  healed: 'healed',
  waiting: 'joins at its next start',
  left: 'left alone',
  failed: 'failed',
  returned: 'there again',
  open: 'not known',
}
