// Selectors of containers and networks as written in the config: names, labels, compose services, Coolify resources.
// Names that Docker or compose cannot have are refused here, with a hint at what was probably meant.
import * as z from 'zod/mini'
import { quoted } from './shown.ts'
import { text } from './values.ts'
import { annotate, withCheck } from './words.ts'

const CONTAINER = 'a container name, or an object with "label", "compose" or "coolify"'
const WAY = 'one of {"label": {...}}, {"compose": "project/service"} and {"coolify": "name or uuid"}'
const BACKEND = 'pms-backend'
const NETWORK = 'bccg4gs4o4kgsowocw08wkw4'

const name = text(
  {
    expected: 'a container name',
    example: BACKEND,
    description: 'A container name, exact or with `*` for any characters.',
    pattern: '^[a-zA-Z0-9*][a-zA-Z0-9_.*-]*$',
  },
  value => {
    const bare = value.replace(/^\/+/, '')
    if (bare !== value && bare !== '') return `Leave out the leading slash: write ${quoted(bare)}.`
    return /^[a-zA-Z0-9*][a-zA-Z0-9_.*-]*$/.test(value) ? null : NAME_RULE
  },
)

const NAME_RULE =
  'Container names consist of letters, digits, "_", "." and "-", and start with a letter or a digit; "*" matches any of these.'

const label = annotate(
  withCheck(
    z.record(
      z.string(),
      annotate(z.string(), {
        expected: 'the value of the label, as a string',
        example: 'production',
        advise: got => (typeof got === 'number' || typeof got === 'boolean' ? `Write "${got}".` : null),
      }),
    ),
    labels => (Object.keys(labels).every(key => key !== '') && Object.keys(labels).length > 0 ? null : ''),
  ),
  {
    expected: 'labels and their values, at least one',
    example: { 'com.example.role': 'web' },
    description: 'Containers that have all of these labels with exactly these values.',
    minProperties: 1,
  },
)

const compose = text(
  {
    expected: 'a compose project and a service, "project/service"',
    example: 'shop/backend',
    description: 'The containers of a compose service: `project/service`.',
    pattern: '^[a-zA-Z0-9_.-]+/[a-zA-Z0-9_.-]+$',
  },
  value => (/^[a-zA-Z0-9_.-]+\/[a-zA-Z0-9_.-]+$/.test(value) ? null : ''),
)

const coolifyName = text(
  {
    expected: 'the name or uuid of a Coolify resource',
    example: BACKEND,
    description: 'The production containers of a Coolify resource, by its name or uuid, whatever their current names.',
  },
  value => (value.includes('*') ? 'Write the whole name: "*" is not allowed here.' : null),
)

const place = (what: string, example: string) =>
  z.optional(
    text(
      { expected: `the name of a Coolify ${what}`, example, description: `The ${what} that the resource is in.` },
      () => null,
    ),
  )

const coolify = annotate(
  z.union([
    coolifyName,
    annotate(
      z.strictObject({
        name: coolifyName,
        environment: place('environment', 'production'),
        project: place('project', 'hotel'),
      }),
      { expected: 'the name of a Coolify resource, with "environment" or "project"', example: { name: BACKEND } },
    ),
  ]),
  {
    expected: 'the name or uuid of a Coolify resource, or {"name", "environment", "project"}',
    example: BACKEND,
  },
)

/** A container selector. */
export const containerSelector = annotate(
  z.union([
    name,
    annotate(
      withCheck(
        z.strictObject({ label: z.optional(label), compose: z.optional(compose), coolify: z.optional(coolify) }),
        way => (Object.keys(way).length === 1 ? null : 'Write exactly one of "label", "compose" and "coolify".'),
      ),
      { expected: WAY, minProperties: 1, maxProperties: 1 },
    ),
  ]),
  { expected: CONTAINER, example: BACKEND },
)

/** A container selector, or a list of them. */
export const containers = annotate(
  z.union([
    ...containerSelector._zod.def.options,
    annotate(
      withCheck(z.array(containerSelector), list => (list.length > 0 ? null : '')),
      { expected: 'a container or a list of at least one', example: [BACKEND], minItems: 1 },
    ),
  ]),
  { expected: `${CONTAINER}, or a list of these`, example: [BACKEND] },
)

const networkName = text(
  {
    expected: 'a network name, an id, {"of": CONTAINER} or {"ofEach": CONTAINERS}',
    example: NETWORK,
    description: 'A network by its name or id.',
  },
  value => {
    if (value === 'host' || value === 'none') return `"${value}" is not a network that a container can be connected to.`
    if (value.includes('*')) return 'Write the whole name: "*" is not allowed here.'
    const bare = value.replace(/^\/+/, '')
    return bare === value ? null : `Leave out the leading slash: write ${quoted(bare)}.`
  },
)

const owner = (description: string) =>
  z.optional(
    annotate(z.union(containerSelector._zod.def.options), {
      expected: CONTAINER,
      example: 'supabase-db',
      description,
    }),
  )

export const network = annotate(
  z.union([
    networkName,
    annotate(
      withCheck(
        z.strictObject({
          of: owner('A container: the network that it is on, looked up each time.'),
          ofEach: owner(
            'Containers: every network that any of them is on, looked up each time. For a proxy, a backup, monitoring.',
          ),
        }),
        way => (Object.keys(way).length === 1 ? null : 'Write exactly one of "of" and "ofEach".'),
      ),
      {
        expected: 'one of {"of": CONTAINER} and {"ofEach": CONTAINERS}',
        example: { of: 'supabase-db' },
        minProperties: 1,
        maxProperties: 1,
      },
    ),
  ]),
  { expected: 'a network name, an id, {"of": CONTAINER} or {"ofEach": CONTAINERS}', example: NETWORK },
)

export type FileContainerSelector = z.output<typeof containerSelector>
