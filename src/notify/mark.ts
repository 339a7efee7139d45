// What a message looks like at a glance, where a format has room for a sign. ntfy has names for them.
import type { NoticeKind } from './rules/notice.ts'

export const MARKS: Readonly<Record<NoticeKind, { readonly sign: string; readonly tag: string }>> = {
  recovered: { sign: '✅', tag: 'white_check_mark' },
  loop: { sign: '🔁', tag: 'repeat' },
  unresolved: { sign: '❓', tag: 'question' },
  unreachable: { sign: '🚧', tag: 'construction' },
  crashed: { sign: '💥', tag: 'boom' },
  failed: { sign: '❌', tag: 'x' },
}
