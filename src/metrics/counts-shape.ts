// What the counts in a state file must be to be believed.
import * as z from 'zod/mini'
import { perCause } from '../core/cause.ts'
import type { Counts } from './rules/counts.ts'

const count = z.number()

export const countsShape = z.object({
  passes: count,
  failedPasses: count,
  attachments: z.record(
    z.string(),
    z.object({
      container: z.string(),
      network: z.string(),
      // A cause that the version before did not know has not happened yet.
      detaches: z.object(perCause(() => z._default(count, 0))),
      heals: count,
      failures: count,
      buckets: z.readonly(z.array(count)),
      seconds: count,
      outage: z._default(z.object({ min: count, max: count }), { min: 0, max: 0 }),
    }),
  ),
}) satisfies z.ZodMiniType<Counts>
