// What a message looks like at a glance, where a format has room for a sign.
import type { Notice } from './rules/notice.ts'

export function markOf({ kind }: Notice): string {
  switch (kind) {
    case 'recovered':
      return '✅'
    case 'loop':
      return '🔁'
    case 'unresolved':
      return '❓'
    case 'crashed':
      return '💥'
    default:
      return '❌'
  }
}
