// A systemd unit file, or a drop-in of one, as its settings with their lines: sections, continuations, comments.
import { isComment, settingOf } from './words.ts'

export interface Setting {
  readonly section: string
  readonly key: string
  readonly value: string
  readonly file: string
  /** From 1; where a value goes over several lines, the first. */
  readonly line: number
}

/** Never throws; lines that are no settings are left out. */
export function settingsIn(file: string, text: string): readonly Setting[] {
  const settings: Setting[] = []
  let section = ''
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1
    const first = lines[i] ?? ''
    if (isComment(first, '#;')) continue
    const parts = [first]
    while (parts.at(-1)?.endsWith('\\') && i + 1 < lines.length) {
      const next = lines[++i] ?? ''
      // A comment within a long value belongs to no part of it.
      if (!/^\s*[#;]/.test(next)) parts.push(next.trim())
    }
    const content = parts.map((part, n) => (n < parts.length - 1 ? part.slice(0, -1) : part)).join(' ')
    const header = content.trim()
    if (header.startsWith('[') && header.endsWith(']')) {
      section = header.slice(1, -1)
      continue
    }
    const setting = settingOf(content)
    if (setting !== null) settings.push({ section, key: setting.name, value: setting.value, file, line })
  }
  return settings
}

/** Those in force of a setting that may be given several times: an empty one takes back all before it. */
export function valuesOf(settings: readonly Setting[], key: string): readonly Setting[] {
  const all = settings.filter(s => s.key === key)
  return all.slice(all.findLastIndex(s => s.value === '') + 1)
}
