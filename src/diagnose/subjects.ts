// Who is asked about: the container that was named, or all that the rules ask for.
import { mapBounded } from '../concurrency/map-bounded.ts'
import type { Attachment } from '../core/attachment.ts'
import { NethealError } from '../core/errors.ts'
import { settledNames } from '../core/identity.ts'
import { nearNames } from '../core/near-names.ts'
import type { Observation } from '../core/observation.ts'
import { matches } from '../core/selector.ts'
import type { Container } from '../core/world.ts'
import type { Context, Subject } from './context.ts'

/** Containers that are inspected at the same time. */
const AT_ONCE = 8

export interface Asked {
  readonly subjects: readonly Subject[]
  /** Names of containers whose inspect hangs: no topic can say anything of them. */
  readonly silent: readonly string[]
}

/**
 * @param named a container's name, the beginning of its id, or the name of a Coolify resource; null: whoever the rules name
 * @throws NethealError `usage` where nobody answers to that name
 */
export async function subjectsOf(
  named: string | null,
  seen: Observation | null,
  { inspector, rules }: Pick<Context, 'inspector' | 'rules'>,
  signal: AbortSignal,
): Promise<Asked> {
  if (seen === null) return { subjects: unseen(named, rules), silent: [] }
  const wanted = Map.groupBy(seen.attachments, a => a.container?.id ?? a.label)
  const chosen = named === null ? [...wanted.keys()] : answering(named, seen)
  const found = await mapBounded(chosen, AT_ONCE, key => subjectOf(key, wanted.get(key) ?? [], seen, inspector, signal))
  return { subjects: found.filter(it => typeof it !== 'string'), silent: found.filter(it => typeof it === 'string') }
}

/** The name alone: it does not answer. */
async function subjectOf(
  key: string,
  attachments: readonly Attachment[],
  seen: Observation,
  inspector: Context['inspector'],
  signal: AbortSignal,
): Promise<Subject | string> {
  const container = seen.world.containers.find(c => c.id === key)
  if (container === undefined) return { label: key, details: null, attachments }
  const label = settledNames(seen.world.containers).get(key) ?? container.name
  try {
    return { label, details: await inspector.details(container.id, signal), attachments }
  } catch (error) {
    if (!(error instanceof NethealError) || error.code !== 'engine-timeout' || signal.aborted) throw error
    return label
  }
}

/** Ids of the containers that answer to the name, or the label of an attachment that no container answers to. */
function answering(named: string, seen: Observation): readonly string[] {
  const name = named.replace(/^\//, '')
  const { containers } = seen.world
  const settled = settledNames(containers)
  const hits =
    firstOf(
      containers.filter(c => c.name === name || settled.get(c.id) === name),
      containers.filter(c => matches({ coolify: name }, c)),
      /^[0-9a-f]{4,64}$/.test(name) ? containers.filter(c => c.id.startsWith(name)) : [],
    ) ?? []
  if (hits.length > 0) return hits.map(c => c.id)
  const missing = seen.attachments.filter(a => a.container === null && a.label === name)
  if (missing.length > 0) return [name]
  throw new NethealError(
    'usage',
    `no container matches "${named}", neither by name nor by id nor as a Coolify resource`,
    {
      hint: nearHint(name, containers),
    },
  )
}

function firstOf<T>(...lists: readonly (readonly T[])[]): readonly T[] | undefined {
  return lists.find(list => list.length > 0)
}

function nearHint(name: string, containers: readonly Container[]): string {
  const near = nearNames(
    name,
    containers.map(c => c.name),
  )
  if (near.length > 0) return `did you mean ${near.join(', ')}?`
  return containers.length === 0 ? 'this engine has no container' : 'docker ps -a lists the containers'
}

/** Without an engine only the words of the rules are known. */
function unseen(named: string | null, rules: Context['rules']): readonly Subject[] {
  const labels = named === null ? rules.flatMap(r => r.containers.filter(c => typeof c === 'string')) : [named]
  return [...new Set(labels)].map(label => ({ label, details: null, attachments: [] }))
}
