// A check on a list: no two entries have the same name.
import * as z from 'zod/mini'
import { quoted } from './shown.ts'
import { isRecord } from './value-at.ts'

/** @param nameOf the name of an entry, which may be invalid otherwise; null for none */
export function unique<T>(
  nameOf: (entry: Readonly<Record<string, unknown>>, at: number) => string | null,
): z.core.$ZodCheck<readonly T[]> {
  return z.superRefine<readonly T[]>(
    (list, context) => {
      const first = new Map<string, number>()
      for (const [i, entry] of list.entries()) {
        const name = isRecord(entry) ? nameOf(entry, i) : null
        if (name === null) continue
        const before = first.get(name)
        if (before === undefined) {
          first.set(name, i)
          continue
        }
        const why = `${quoted(name)} is also the name of entry ${before + 1} of the list.`
        const advice = 'Rename one of them.'
        context.addIssue({ code: 'custom', message: why, path: [i, 'name'], params: { advice } })
      }
    },
    { when: payload => Array.isArray(payload.value) },
  )
}
