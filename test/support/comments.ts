/**
 * The prose of a file: the comments of a script, all of a Markdown page. Each comment or paragraph is one text, so that a
 * sentence over several lines is read as one, and knows the line of each of its characters.
 */
import { parseAst } from 'vitest/node'

/** One comment, or one paragraph. */
export interface Prose {
  readonly text: string
  /** The line, from 1, of the character at `index` of the text. */
  lineAt(index: number): number
}

interface Line {
  readonly number: number
  readonly text: string
}

/** A file of TypeScript or JavaScript, as far as prose and what it speaks of are concerned. */
export interface Script {
  readonly comments: readonly Prose[]
  /** Every word outside of the comments, those of its texts too. */
  readonly words: ReadonlySet<string>
  /** Every word outside of comments and texts. */
  readonly identifiers: ReadonlySet<string>
}

export function isScript(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path)
}

/** Strings, templates and regular expressions hold no comments. */
export function scriptOf(path: string, text: string): Script {
  const bare = blanked(text, literalsIn(path, text))
  // Consecutive lines of `//` are one comment.
  const found = [...bare.matchAll(/\/\/[^\n]*(?:\n[^\S\n]*\/\/[^\n]*)*|\/\*[\s\S]*?\*\//g)]
  const comments = found.map(({ 0: match, index }) => ({ start: index, end: index + match.length }))
  return {
    comments: comments.map(({ start, end }) =>
      joined(linesOf(text.slice(start, end), text.slice(0, start).split('\n').length)),
    ),
    words: new Set(wordsOf(blanked(text, comments))),
    identifiers: new Set(wordsOf(blanked(bare, comments))),
  }
}

/** A Markdown page as it is; of any other file the lines that begin with `#`. */
export function proseOf(path: string, text: string): readonly Prose[] {
  const lines = text.split('\n').map((line, i) => ({ number: i + 1, text: line }))
  const isPage = path.endsWith('.md')
  const told = isPage ? lines.filter(outsideOfCommands()) : lines.map(l => ({ ...l, text: hashComment(l.text) }))
  return blocksOf(told).map(joined)
}

export function wordsOf(text: string): readonly string[] {
  return text.match(/[A-Za-z_$][\w$]*/g) ?? []
}

function linesOf(comment: string, first: number): readonly Line[] {
  const isBlock = comment.startsWith('/*')
  const inner = isBlock ? comment.slice(2, -2) : comment
  return inner
    .split('\n')
    .map((text, i) => ({ number: first + i, text: text.replace(isBlock ? /^\s*\*+/ : /^\s*\/+/, '') }))
}

function hashComment(line: string): string {
  return /^\s*#(?!!)(.*)$/.exec(line)?.[1] ?? ''
}

/** Runs of lines that are not empty; a row of a table, an item of a list and a heading each begin their own. */
function blocksOf(lines: readonly Line[]): readonly (readonly Line[])[] {
  const found: Line[][] = []
  let current: Line[] = []
  for (const line of lines) {
    const isEmpty = line.text.trim() === ''
    if (current.length > 0 && (isEmpty || /^\s*(\||[-*] |\d+\. |#)/.test(line.text))) {
      found.push(current)
      current = []
    }
    if (!isEmpty) current.push(line)
  }
  return current.length === 0 ? found : [...found, current]
}

/** Leaves out fenced blocks of a language, which are commands and data; a fence without one is a picture. */
function outsideOfCommands(): (line: Line) => boolean {
  let fence: 'none' | 'picture' | 'commands' = 'none'
  return ({ text }) => {
    const mark = /^\s*```(.*)$/.exec(text)
    if (mark === null) return fence !== 'commands'
    fence = fence !== 'none' ? 'none' : mark[1]?.trim() === '' ? 'picture' : 'commands'
    return false
  }
}

function joined(lines: readonly Line[]): Prose {
  const starts: number[] = []
  let text = ''
  for (const line of lines) {
    starts.push(text.length)
    text += `${line.text.trim()} `
  }
  return { text, lineAt: index => lines[starts.findLastIndex(start => start <= index)]?.number ?? 0 }
}

interface Range {
  readonly start: number
  readonly end: number
}

interface TreeNode extends Range {
  readonly type: string
  readonly value?: unknown
  readonly regex?: unknown
}

/** Strings, the texts of templates, and regular expressions, in no order. */
function literalsIn(path: string, text: string): readonly Range[] {
  const found: Range[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item)
    if (!isNode(value)) return
    const isLiteral = value.type === 'Literal' && (typeof value.value === 'string' || value.regex != null)
    if (isLiteral || value.type === 'TemplateElement') found.push(value)
    for (const child of Object.values(value)) visit(child)
  }
  visit(parseAst(text, { lang: path.endsWith('ts') ? 'ts' : 'js' }))
  return found
}

/** The text with these ranges blank, and every other character where it was. */
function blanked(text: string, ranges: readonly Range[]): string {
  let code = ''
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    code += text.slice(code.length, start)
    code += text.slice(code.length, end).replace(/[^\n]/g, ' ')
  }
  return code + text.slice(code.length)
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}
