/**
 * Finds files that import each other, directly or through others. Types count as well: who reads one file of a circle has to
 * read all of them.
 */
import { posix } from 'node:path'
import type { SourceFile } from './source-rules.ts'
import { importsOf } from './source-tree.ts'

/** Each circle as the paths of its files, sorted; a file that imports itself is none. */
export function importCircles(files: readonly SourceFile[]): string[][] {
  const imported = new Map(files.map(file => [file.path, localImports(file)]))
  const reachable = new Map(files.map(({ path }) => [path, reachableFrom(path, imported)]))
  const circles = files.map(({ path }) => {
    const reached = reachable.get(path) ?? new Set()
    return reached.has(path) ? [...reached].filter(other => reachable.get(other)?.has(path)).sort() : []
  })
  const each = new Map(circles.filter(circle => circle.length > 1).map(circle => [circle.join(' '), circle]))
  return [...each.values()]
}

function localImports({ path, text }: SourceFile): readonly string[] {
  const names = importsOf(text).filter(name => name?.startsWith('.') === true)
  return names.map(name => posix.join(posix.dirname(path), String(name)))
}

function reachableFrom(start: string, imported: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>()
  const open = [start]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const next of imported.get(path) ?? []) {
      if (reached.has(next)) continue
      reached.add(next)
      open.push(next)
    }
  }
  return reached
}
