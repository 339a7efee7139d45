// `labels` as written in the file: what containers may ask for by labels of their own.
import * as z from 'zod/mini'
import { text } from './values.ts'
import { annotate, defaulting, withCheck } from './words.ts'

const NETWORK = /^[a-zA-Z0-9*][a-zA-Z0-9_.*-]*$/

const network = text(
  { expected: 'a network name, exact or with "*"', example: 'bccg*', pattern: NETWORK.source },
  value => (NETWORK.test(value) ? null : ''),
)

const prefix = text(
  { expected: 'the first word of the labels', example: 'netheal', pattern: '^[a-z][a-z0-9-]*(\\.[a-z0-9-]+)*$' },
  value => (/^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$/.test(value) ? null : ''),
)

/** The section `labels`. */
export const labels = annotate(
  z.strictObject({
    networks: annotate(
      withCheck(z.array(network), list => (list.length > 0 ? null : '')),
      {
        expected: 'a list of at least one network name, exact or with "*"',
        example: ['bccg*'],
        description: 'The networks that labels may ask for, by name, exact or with `*`. Required with `labels`.',
        absent: 'no labels are read',
        minItems: 1,
      },
    ),
    prefix: defaulting(prefix, 'netheal', 'What the labels begin with: `netheal.network`, `netheal.aliases`, ...'),
  }),
  { expected: 'an object with "networks"', example: { networks: ['bccg*'] } },
)

export type FileLabels = z.output<typeof labels>
