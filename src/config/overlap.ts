// Refuses two entries that ask for the same container on the same network: it would be unclear which one counts.
// Selectors are compared as written; a `*` that happens to match another name is decided at run time.
import type { Origin } from './config.ts'
import type { Problem } from './problem.ts'
import type { FileRule } from './rule-schema.ts'
import { pathText } from './shown.ts'

/** @param rules null for those that are not valid by themselves */
export function overlaps(rules: readonly (FileRule | null)[], originOf: (path: string) => Origin): readonly Problem[] {
  const first = new Map<string, string>()
  const problems: Problem[] = []
  for (const { path, wish } of wishes(rules)) {
    const before = first.get(wish)
    if (before === undefined) {
      first.set(wish, path)
      continue
    }
    problems.push({
      kind: 'conflict',
      path,
      origin: originOf(path),
      why: `${before} already asks for the same container on the same network.`,
      advice: 'Remove one of the two.',
    })
  }
  return problems
}

function* wishes(rules: readonly (FileRule | null)[]): Iterable<{ path: string; wish: string }> {
  for (const [i, rule] of rules.entries()) {
    if (rule === null) continue
    const base = ['attachments', i, 'containers']
    const network = canonical(rule.network)
    if (!Array.isArray(rule.containers)) {
      yield { path: pathText(base), wish: `${canonical(rule.containers)} on ${network}` }
      continue
    }
    for (const [j, container] of rule.containers.entries()) {
      yield { path: pathText([...base, j]), wish: `${canonical(container)} on ${network}` }
    }
  }
}

/** The same text for the same selector, whatever the order of its keys. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const keys = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${keys.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`
}
