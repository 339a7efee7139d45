// A systemd unit file, or a drop-in of one, as its settings with their lines: sections, continuations, comments.

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
    let content = lines[i] ?? ''
    if (/^\s*([#;]|$)/.test(content)) continue
    while (content.endsWith('\\') && i + 1 < lines.length) {
      const next = lines[++i] ?? ''
      // A comment within a long value belongs to no part of it.
      content = /^\s*[#;]/.test(next) ? content : `${content.slice(0, -1)} ${next.trim()}`
    }
    const header = /^\s*\[([^\]]+)\]\s*$/.exec(content)?.[1]
    if (header !== undefined) {
      section = header
      continue
    }
    const [, key, value] = /^\s*([A-Za-z]\w*)\s*=\s*(.*?)\s*$/.exec(content) ?? []
    if (key !== undefined && value !== undefined) settings.push({ section, key, value, file, line })
  }
  return settings
}

/** Those in force of a setting that may be given several times: an empty one takes back all before it. */
export function valuesOf(settings: readonly Setting[], key: string): readonly Setting[] {
  const all = settings.filter(s => s.key === key)
  return all.slice(all.findLastIndex(s => s.value === '') + 1)
}
