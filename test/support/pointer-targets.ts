/** Looks up what the prose of a repository points at. Works on texts alone, so that a test can plant dead pointers. */
import { posix } from 'node:path'
import { isScript, proseOf, type Script, scriptOf, wordsOf } from './comments.ts'
import { type Pointer, pointersIn } from './pointers.ts'

/** The files by their paths from the root, with forward slashes. Null: its words do not matter, it is only pointed at. */
export type Repository = ReadonlyMap<string, string | null>

/** Each dead pointer as `file:line: what is wrong`. */
export function deadPointers(repository: Repository): readonly string[] {
  const targets = targetsIn(repository)
  return [...repository].flatMap(([file, text]) => (text === null ? [] : deadIn(file, text, targets)))
}

function deadIn(file: string, text: string, targets: Targets): readonly string[] {
  const found = new Set<string>()
  for (const prose of targets.scripts.get(file)?.comments ?? proseOf(file, text)) {
    /** Those of the files that were named before in the same paragraph: a bare name may be one of their neighbours. */
    const folders: string[] = []
    for (const pointer of pointersIn(prose, targets.isFolder)) {
      const problem = problemOf(pointer, file, folders, targets)
      if (problem !== null) found.add(`${file}:${pointer.line}: ${problem}`)
    }
  }
  return [...found]
}

interface Targets {
  readonly repository: Repository
  readonly scripts: ReadonlyMap<string, Script>
  /** Of files and folders. */
  readonly paths: ReadonlySet<string>
  /** Whatever any code or setting says, outside of comments. */
  readonly words: ReadonlySet<string>
  /** Is it a folder of the root or of src/? */
  readonly isFolder: (name: string) => boolean
}

function targetsIn(repository: Repository): Targets {
  const scripts = new Map<string, Script>()
  const paths = new Set<string>()
  const words = new Set<string>()
  for (const [file, text] of repository) {
    for (let path = file; path !== '.'; path = posix.dirname(path)) paths.add(path)
    if (text === null || file.endsWith('.md')) continue
    const script = isScript(file) ? scriptOf(file, text) : null
    if (script !== null) scripts.set(file, script)
    for (const word of script?.words ?? wordsOf(text)) words.add(word)
  }
  const isFolder = (name: string): boolean =>
    [name, `src/${name}`].some(path => paths.has(path) && !repository.has(path))
  return { repository, scripts, paths, words, isFolder }
}

/** What is built or installed is not there before. */
const MADE_LATER = /^(?:dist|node_modules)\//

function problemOf(pointer: Pointer, file: string, folders: string[], targets: Targets): string | null {
  switch (pointer.kind) {
    case 'nowhere':
      return `${pointer.shown} is in no document of this repository`
    case 'file': {
      if (MADE_LATER.test(pointer.path)) return null
      const found = fileOf(pointer.path, file, folders, targets)
      if (found === null) return `there is no ${pointer.path}`
      folders.push(targets.repository.has(found) ? posix.dirname(found) : found)
      return null
    }
    case 'section': {
      const document = pointer.path === '' ? file : fileOf(pointer.path, file, folders, targets)
      if (document === null) return `there is no ${pointer.path}`
      const headings = headingsOf(targets.repository.get(document) ?? '')
      const isThere = headings.some(h => (pointer.isAnchor ? slugOf(h) : h) === pointer.section)
      return isThere ? null : `${document} has no section "${pointer.section}"`
    }
    case 'name': {
      if (pointer.path === null)
        return targets.words.has(pointer.name) ? null : `nothing in the code is called ${pointer.name}`
      const script = fileOf(pointer.path, file, folders, targets)
      if (script === null) return `there is no ${pointer.path}`
      return targets.scripts.get(script)?.identifiers.has(pointer.name) ? null : `${script} has no ${pointer.name}`
    }
  }
}

/**
 * From the same folder, the root, src/ or test/; from the folder of src/ that a folder of test/ mirrors; or from the folder
 * of a file that was named just before. `*` and a word in capitals stand for any name.
 */
function fileOf(path: string, from: string, folders: readonly string[], { paths }: Targets): string | null {
  const here = posix.dirname(from)
  const starts = [here, '.', 'src', 'test', here.replace(/^test(?=\/|$)/, 'src'), ...folders.toReversed()]
  for (const start of starts) {
    const whole = posix.join(start, path)
    for (const name of [whole, `${whole}.ts`]) {
      const found = /[*]|(?:^|\/)[A-Z]{2,}(?:[./]|$)/.test(path) ? matching(name, paths) : paths.has(name) ? name : null
      if (found !== null) return found
    }
  }
  return null
}

function matching(pattern: string, paths: ReadonlySet<string>): string | null {
  if (paths.has(pattern)) return pattern
  const parts = pattern.split('/').map(part =>
    part
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replace(/^[A-Z]{2,}(?=\\\.|$)/, '[^/]+'),
  )
  const regex = new RegExp(`^${parts.join('/')}$`)
  return [...paths].find(path => regex.test(path)) ?? null
}

function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ +(.+?) *$/gm)].map(match => match[1] ?? '')
}

/** As GitHub makes an anchor of a heading. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
}
