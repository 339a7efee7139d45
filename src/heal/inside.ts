// What is run inside a container to ask for something: one program of several, whichever its image has. It is found out once an
// image. Each question is an argv; what it asks for is a word of its own, which no shell reads as anything else.
import { NethealError } from '../core/errors.ts'
import type { Clock, Engine } from './ports.ts'

/** What is known of the images, by image id: the number of the way that works, null where none does. In this process only. */
export interface Ways {
  readonly resolve: Map<string, number | null>
  readonly connect: Map<string, number | null>
}

export function openWays(): Ways {
  return { resolve: new Map(), connect: new Map() }
}

/** A container, as far as it is asked from inside. */
export interface Inside {
  readonly id: string
  /** Empty where it is not known: then its container is remembered instead. */
  readonly imageId: string
}

export type Ran =
  | { readonly kind: 'exited'; readonly exitCode: number; readonly output: string; readonly milliseconds: number }
  /** The image has no such program. */
  | { readonly kind: 'missing' }
  /** By a signal: a container that is stopped takes what runs inside it along, which is no answer. */
  | { readonly kind: 'interrupted'; readonly detail: string }
  /** It did not end: it was given up, and ended where the image has `timeout`. */
  | { readonly kind: 'hung'; readonly detail: string }
  | { readonly kind: 'refused'; readonly detail: string; readonly denied: boolean }

/** In seconds. Below the shortest usual deadline of a call (10 s), so that the image's own `timeout` comes first. */
export const ENDS_AFTER = 8

/** An engine cannot end what it runs inside a container, so the container's own `timeout` does where there is one. */
export function limited(argv: readonly string[]): readonly string[] {
  return ['timeout', '-s', 'KILL', String(ENDS_AFTER), ...argv]
}

/** Runs it once. Throws nothing of the engine's. */
export async function runInside(
  container: Inside,
  argv: readonly string[],
  { engine, clock }: { readonly engine: Engine; readonly clock: Clock },
  signal: AbortSignal,
): Promise<Ran> {
  const isLimited = argv[0] === 'timeout'
  const program = argv[isLimited ? 4 : 0] ?? ''
  const begun = clock.monotonic()
  try {
    const result = await engine.exec(container.id, argv, signal)
    const milliseconds = clock.monotonic() - begun
    // 126 and 127 are what a shell, and `timeout`, say of a program that they cannot run.
    if (result.kind === 'missing' || result.exitCode === 126 || result.exitCode === 127) return { kind: 'missing' }
    const { exitCode, output } = result
    if (isLimited && (exitCode === 124 || (exitCode > 128 && milliseconds >= ENDS_AFTER * 1_000))) {
      return { kind: 'hung', detail: `${program} did not end within ${ENDS_AFTER} s` }
    }
    // Below 0: none is known.
    if (exitCode < 0 || exitCode > 128) return { kind: 'interrupted', detail: `${program} exited with ${exitCode}` }
    return { kind: 'exited', exitCode, output, milliseconds }
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    if (error.code === 'engine-timeout' && !signal.aborted) {
      return { kind: 'hung', detail: `${program} did not end in time` }
    }
    return { kind: 'refused', detail: error.message, denied: error.code === 'denied' }
  }
}

/** `isSure`: the program has answered, so that it is known to be there. */
export interface Attempt<T> {
  readonly answer: T
  readonly isSure: boolean
}

/**
 * The first way that is not missing in this container; null: every one is.
 * @param known where that is remembered
 */
export async function firstWay<T>(
  container: Inside,
  known: Map<string, number | null>,
  count: number,
  attempt: (way: number, isKnown: boolean) => Promise<Attempt<T> | 'missing'>,
): Promise<T | null> {
  const image = container.imageId === '' ? container.id : container.imageId
  const before = known.get(image)
  if (before === null) return null
  if (before !== undefined) {
    const found = await attempt(before, true)
    if (found !== 'missing') return found.answer
    known.delete(image)
  }
  for (let way = 0; way < count; way++) {
    const found = await attempt(way, false)
    if (found === 'missing') continue
    if (found.isSure) known.set(image, way)
    return found.answer
  }
  known.set(image, null)
  return null
}
