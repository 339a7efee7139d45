/** What prose points at: files, sections of a document, and names in the code. Read from the words, not yet looked up. */
import type { Prose } from './comments.ts'

export type Pointer = { readonly index: number; readonly line: number; readonly shown: string } & (
  | { readonly kind: 'file'; readonly path: string }
  /** `path` of the document; empty: this one. `isAnchor`: `section` is that of a link, instead of the heading's words. */
  | { readonly kind: 'section'; readonly path: string; readonly section: string; readonly isAnchor: boolean }
  /** `path` of the script that must have it; null: any. */
  | { readonly kind: 'name'; readonly name: string; readonly path: string | null }
  /** A document that is not in this repository. */
  | { readonly kind: 'nowhere' }
)

const PATH = String.raw`(?:\.{1,2}\/)*(?:[\w.*-]+\/)*[\w.*-]+`
const SCRIPT = String.raw`${PATH}\.(?:ts|mjs|cjs)`
const BEFORE = String.raw`(?<![\w/~$:.@*-])`
const AFTER = String.raw`(?![\w/*-])`

/** A file of this kind is ours or nobody's; one of another kind is ours where its path begins with a folder of ours. */
const FILE = new RegExp(String.raw`${BEFORE}${PATH}\.(?:ts|mjs|cjs|md)${AFTER}`, 'g')
const IN_FOLDER = new RegExp(String.raw`${BEFORE}(?:\.{1,2}\/)*(?:[\w.*-]+\/)+[\w.*-]*${AFTER}`, 'g')
/** The document, then one section or several in quotation marks. */
const SECTION = new RegExp(String.raw`(${PATH}\.md), "([^"]+)"((?:(?:, | and |, and )"[^"]+")*)`, 'g')
const LINK = /\]\(([^)#\s:]*)(?:#([^)\s]+))?\)/g
/** The name, "in", the script; or the script and then what is called in it. */
const NAME_IN = new RegExp(
  String.raw`(?:\x60([A-Za-z_$][\w$]*)(?:\(\))?\x60|([a-z]+[A-Z]\w*)(?:\(\))?|(\w+)\(\)) in \x60?(${SCRIPT})`,
  'g',
)
const IN_NAME = new RegExp(String.raw`\x60(${SCRIPT})\x60[:,]? \x60([A-Za-z_$][\w$]*)\(\)\x60`, 'g')
const REFERENCE = /(?:@see|\{@link) ([A-Za-z_$][\w$]*)/g
/** A word that only code has: one with a capital in its middle, and whatever is called. */
const CODE_WORD = /(?<![\w./$-])(?:[a-z]{2,}[A-Z]\w*(?:\(\))?|[A-Za-z_$][\w$]*\(\))(?![\w/-])/g
/** Papers that the project began with, cited by their numbers. */
const GONE = /\b(?:DESIGN \d[\d.]*|ENGINE\.md|COOLIFY\.md)/g

/** In the order of the words. `isOurs`: is it the name of a folder of the root, or of src/? */
export function pointersIn(prose: Prose, isOurs: (folder: string) => boolean): readonly Pointer[] {
  return [...documentsIn(prose), ...filesIn(prose, isOurs), ...namesIn(prose)].toSorted((a, b) => a.index - b.index)
}

function filesIn(prose: Prose, isOurs: (folder: string) => boolean): readonly Pointer[] {
  const named = matchesOf(FILE, prose).flatMap(({ at, words }) =>
    isGone(words[0]) ? [] : [{ ...at, kind: 'file' as const, path: words[0] }],
  )
  const inFolders = matchesOf(IN_FOLDER, prose).flatMap(({ at, words }) => {
    const path = words[0].replace(/[./]+$/, '')
    const first = path.split('/').find(part => !/^\.+$/.test(part)) ?? ''
    return isOurs(first) && !/\.(?:ts|mjs|cjs|md)$/.test(path) ? [{ ...at, kind: 'file' as const, path }] : []
  })
  return [...named, ...inFolders]
}

function documentsIn(prose: Prose): readonly Pointer[] {
  const gone = matchesOf(GONE, prose).map(({ at }) => ({ ...at, kind: 'nowhere' as const }))
  const sections = matchesOf(SECTION, prose).flatMap(({ at, words: [, path = '', first = '', more = ''] }) => {
    if (isGone(path)) return []
    const all = [first, ...[...more.matchAll(/"([^"]+)"/g)].map(m => m[1] ?? '')]
    return all.map(section => ({ ...at, kind: 'section' as const, path, section, isAnchor: false }))
  })
  const links = matchesOf(LINK, prose).flatMap(({ at, words: [, path = '', section = ''] }): Pointer[] => {
    if (section !== '') return [{ ...at, kind: 'section', path, section, isAnchor: true }]
    return path === '' ? [] : [{ ...at, kind: 'file', path }]
  })
  return [...gone, ...sections, ...links]
}

function namesIn(prose: Prose): readonly Pointer[] {
  const inScript = matchesOf(NAME_IN, prose).map(
    ({ at, words: [, quoted = '', plain = '', called = '', path = ''] }) => ({
      ...{ ...at, kind: 'name' as const, path },
      name: quoted || plain || called,
    }),
  )
  const after = matchesOf(IN_NAME, prose).map(({ at, words: [, path = '', name = ''] }) => ({
    ...{ ...at, kind: 'name' as const, path, name },
  }))
  const alone = [...matchesOf(REFERENCE, prose), ...matchesOf(CODE_WORD, prose)].map(({ at, words }) => ({
    ...{ ...at, kind: 'name' as const, path: null },
    name: words[1] ?? words[0].replace('()', ''),
  }))
  return [...inScript, ...after, ...alone]
}

function isGone(path: string): boolean {
  return /^(?:ENGINE|COOLIFY)\.md$/.test(path)
}

interface Match {
  readonly at: { readonly index: number; readonly line: number; readonly shown: string }
  readonly words: RegExpExecArray
}

function matchesOf(pattern: RegExp, prose: Prose): readonly Match[] {
  return [...prose.text.matchAll(pattern)].map(words => ({
    at: { index: words.index, line: prose.lineAt(words.index), shown: words[0] },
    words,
  }))
}
