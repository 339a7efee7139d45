// What a warning of a text log is about: its words are always the same, whatever the names in them. The words of the version
// before are still read: logs outlive an update.

export interface WarningSubject {
  readonly container: string | null
  readonly network: string | null
  readonly code: string | null
}

/**
 * Counted, so that none takes more than its count times the line: whoever may write the log makes lines of 8 KiB. In the words of
 * core/report.ts, route.ts, alias.ts, emptiness.ts, restart.ts and heal/conclude.ts.
 */
const KNOWN: readonly { readonly code: string | null; readonly words: RegExp }[] = [
  // The reason stands in it.
  {
    code: null,
    words:
      /^(?<container>\S+) is attached to (?<network>.{1,300}?), but reaches nothing there \((?<code>[a-z-]+)\)(?:;|$)/,
  },
  {
    code: null,
    words: /^(?<container>.{1,300}?) cannot be attached to (?<network>.{1,300}?) \((?<code>[a-z-]+)\)(?:;|$)/,
  },
  {
    code: 'gone',
    words: /^(?<container>\S+) was not connected to (?<network>.{1,300}?): one of them went away meanwhile(?:;|$)/,
  },
  {
    code: 'unresolved',
    words:
      /^(?<container>\S+) is attached to (?<network>.{1,300}?), but .{1,999} (?:does|do) not resolve inside it(?:;|$)/,
  },
  { code: 'unreachable', words: /^(?<container>\S+) is attached to (?<network>.{1,300}?), but / },
  {
    code: 'unproven',
    words:
      /^(?<container>\S+) is attached to (?<network>.{1,300}?); whether .{1,999} (?:resolves|is reached from) inside it is not known:/,
  },
  {
    code: 'route-moves',
    words: /^the default route of (?<container>\S+) moves from .{1,300} to (?<network>.{1,300}?): names sort,/,
  },
  {
    code: 'gateway-priority',
    words:
      /^(?<container>\S+) keeps its default route on .{1,300}?: this engine (?:has no gateway priorities|knows no gateway priority)/,
  },
  {
    code: 'alias-taken',
    words:
      /^(?<container>\S+) gets no alias \S+ on (?<network>.{1,300}?): \S+ (?:already has that name|answers to it already)/,
  },
  { code: 'restart-refused', words: /^(?<container>\S+) is not restarted: / },
  { code: 'network-empty', words: /^no other container is running on (?<network>.{1,300}?): / },
  { code: 'network-empty', words: /^(?<network>.{1,300}?) has no running member but ours: / },
]

/** Null for what the sentence does not tell. */
export function warningSubject(sentence: string): WarningSubject {
  for (const { code, words } of KNOWN) {
    const found = words.exec(sentence)?.groups
    if (found === undefined) continue
    return { container: found.container ?? null, network: found.network ?? null, code: found.code ?? code }
  }
  return { container: null, network: null, code: null }
}
