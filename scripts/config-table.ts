// The table of docs/config.md, made from the schema: key, default, meaning.
import { fileSchema } from '../src/config/schema.ts'
import { entries, type Leaf } from '../src/config/shape.ts'

export const TABLE_BEGIN = '<!-- config table -->'
export const TABLE_END = '<!-- /config table -->'

/** The table as markdown, without a line break at its end. */
export function tableText(): string {
  const rows = entries(fileSchema).map(
    entry => `| \`${entry.keys.join('.')}\` | ${fallbackText(entry)} | ${cell(entry.words.description ?? '')} |`,
  )
  return ['| Key | Default | Meaning |', '|---|---|---|', ...rows].join('\n')
}

/** The page with the table between its markers made new; null when it has no such markers. */
export function withTable(page: string): string | null {
  const begin = page.indexOf(TABLE_BEGIN)
  const end = page.indexOf(TABLE_END, begin)
  if (begin === -1 || end === -1) return null
  return `${page.slice(0, begin)}${TABLE_BEGIN}\n${tableText()}\n${page.slice(end)}`
}

function fallbackText({ fallback, required, words }: Leaf): string {
  if (required) return words.absent ?? '**required**'
  return fallback === undefined ? (words.absent ?? '') : `\`${cell(JSON.stringify(fallback))}\``
}

/** A bar would end the cell, even within backticks. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
