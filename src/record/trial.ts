// A trial of the notifications that the running daemon is asked for: the question and the answer, each a file beside the state. What
// cannot be read is no question, and no answer.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { asOwner } from './as-owner.ts'
import { recordFault } from './fault.ts'
import { replaceFile } from './replace.ts'
import { readSmallFile } from './small-file.ts'

const question = z.object({ id: z.string(), at: z.number(), targets: z.readonly(z.array(z.string())) })
const answer = z.object({
  id: z.string(),
  tried: z.readonly(
    z.array(z.object({ target: z.string(), format: z.string(), delivered: z.boolean(), answer: z.string() })),
  ),
})

/** `at` in milliseconds since the epoch. `targets`: their names. */
export type Question = Readonly<z.infer<typeof question>>
export type Tried = Readonly<z.infer<typeof answer>['tried'][number]>

/** The file that a daemon watches for. */
export const QUESTION = 'notify-test.json'
const ANSWER = 'notify-test-answer.json'
const LONGEST = 256 * 1024

export interface TrialFiles {
  /** Throws NethealError `record`. */
  ask(question: Question): Promise<void>
  /** Never throws. */
  asked(): Promise<Question | null>
  /** The question is gone after that. Throws NethealError `record`. */
  answer(id: string, tried: readonly Tried[]): Promise<void>
  /** Null: not yet. Never throws. */
  answered(id: string): Promise<readonly Tried[] | null>
  /** Takes both away. Never throws. */
  clear(): void
}

/** Opens nothing yet. */
export function openTrial({ directory }: { readonly directory: string }): TrialFiles {
  const write = async (name: string, value: unknown): Promise<void> => {
    const path = join(directory, name)
    try {
      await replaceFile(path, `${JSON.stringify(value)}\n`, false)
    } catch (error) {
      throw recordFault('write', path, 'state', error)
    }
  }
  const read = async <T extends z.ZodMiniType>(name: string, shape: T): Promise<z.infer<T> | null> => {
    const file = await readSmallFile(join(directory, name), LONGEST)
    if (file.kind !== 'read') return null
    try {
      return shape.safeParse(JSON.parse(file.bytes.toString())).data ?? null
    } catch {
      return null
    }
  }
  const remove = (name: string): void => {
    try {
      asOwner(directory, () => rmSync(join(directory, name), { force: true }))
    } catch {
      // Whoever asks next replaces it.
    }
  }
  return {
    ask: asked => write(QUESTION, asked),
    asked: () => read(QUESTION, question),
    async answer(id, tried) {
      await write(ANSWER, { id, tried })
      remove(QUESTION)
    },
    async answered(id) {
      const found = await read(ANSWER, answer)
      return found?.id === id ? found.tried : null
    },
    clear() {
      remove(QUESTION)
      remove(ANSWER)
    },
  }
}
