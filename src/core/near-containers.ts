// Which of the running containers a selector that finds nobody may mean, and what would find them.
import { distance } from 'fastest-levenshtein'
import { composeOf, isCoolify } from './identity.ts'
import type { ContainerSelector } from './rule.ts'
import { matches } from './selector.ts'
import { selectorFor } from './selector-for.ts'
import type { NearContainer } from './state.ts'
import type { Container, World } from './world.ts'

const MOST_NEAR = 3

/** The nearest first, three at most. @param among those that may be meant */
export function nearContainers(
  selector: ContainerSelector,
  among: readonly Container[],
  world: World,
): readonly NearContainer[] {
  const word = wordOf(selector)
  if (word === null) return []
  const found = new Map<string, { readonly container: string; readonly far: number }>()
  for (const container of among) {
    const far = Math.min(...namesOf(container).map(name => farness(name, word)))
    if (far === Number.POSITIVE_INFINITY) continue
    const wanted = betterSelector(container, word, world)
    if (!matches(wanted, container)) continue
    const key = JSON.stringify(wanted)
    const known = found.get(key)
    if (known === undefined || far < known.far) found.set(key, { container: container.name, far })
  }
  return [...found]
    .sort(([a, { far }], [b, { far: other }]) => far - other || (a < b ? -1 : 1))
    .slice(0, MOST_NEAR)
    .map(([key, { container }]) => ({ container, selector: key }))
}

/** What is looked for in names; null: nothing that could be near. Labels are of people's own making. */
function wordOf(selector: ContainerSelector): string | null {
  if (typeof selector === 'string') return wholeParts(selector.replaceAll('*', '')) || null
  if ('coolify' in selector) return selector.coolify
  if ('compose' in selector) return selector.compose.split('/').at(-1) ?? null
  return null
}

/** Without separators at either end; by hand, for an expression would go back over a long row of them. */
function wholeParts(text: string): string {
  let [from, to] = [0, text.length]
  while (from < to && SEPARATORS.has(text.charAt(from))) from += 1
  while (to > from && SEPARATORS.has(text.charAt(to - 1))) to -= 1
  return text.slice(from, to)
}

const SEPARATORS: ReadonlySet<string> = new Set(['-', '_', '.'])

/** Under what it may be known. */
function namesOf(container: Container): readonly string[] {
  const { labels, name } = container
  const compose = composeOf(container)
  const coolify = ['coolify.resourceName', 'coolify.serviceName', 'coolify.service.subName', 'coolify.name']
  return [
    name,
    ...(compose === null ? [] : [compose.service]),
    ...(isCoolify(container) ? coolify.map(key => labels[key] ?? '') : []),
  ].filter(n => n !== '')
}

/** 0: the same. Letters that differ, else 1 where the word is a whole part of the name; infinite: not near. */
function farness(name: string, word: string): number {
  const [a, b] = [name.toLowerCase(), word.toLowerCase()]
  if (a === b) return 0
  const parts = a.split(/[-_.]/)
  const wanted = b.split(/[-_.]/)
  if (parts.some((_, i) => wanted.every((w, j) => parts[i + j] === w))) return 1
  const far = distance(a, b)
  return far <= Math.max(1, Math.floor(b.length / 4)) ? far : Number.POSITIVE_INFINITY
}

/** One that survives the next deploy: what makes up the names of a container's successors is not in it. */
function betterSelector(container: Container, word: string, world: World): ContainerSelector {
  const { selector } = selectorFor(container, world)
  if (typeof selector !== 'string' || isCoolify(container)) return selector
  const compose = composeOf(container)
  if (compose !== null) return { compose: `${compose.project}/${compose.service}` }
  const separator = container.name.startsWith(word) ? (container.name[word.length] ?? '') : ''
  return SEPARATORS.has(separator) ? `${word}${separator}*` : container.name
}
