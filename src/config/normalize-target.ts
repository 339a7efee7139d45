// Normalizes one notification target.
import { assertNever } from '../core/errors.ts'
import { NOTICE_KINDS } from '../notify/rules/notice.ts'
import type { NotifyTarget } from './config.ts'
import { type FileTarget, targetName } from './notify-schema.ts'
import { checked, secretOf } from './plain.ts'

const SENDMAIL = '/usr/sbin/sendmail'

/** @param at its position in the list, from 0 */
export function targetOf(file: FileTarget, at: number): NotifyTarget {
  const { format } = file
  const base = {
    name: targetName(file, at),
    on: file.on === undefined ? NOTICE_KINDS : NOTICE_KINDS.filter(kind => file.on?.includes(kind)),
  }
  switch (format) {
    case 'json':
    case 'slack':
    case 'discord':
    case 'ntfy':
      return {
        ...base,
        format,
        url: secretOf(checked(file.url ?? null)),
        token: file.token === undefined ? null : secretOf(file.token),
      }
    case 'email': {
      const to = checked(file.to ?? null)
      return {
        ...base,
        format,
        to: typeof to === 'string' ? [to] : to,
        from: file.from ?? null,
        sendmail: file.sendmail ?? SENDMAIL,
      }
    }
    case 'command':
      return { ...base, format, command: checked(file.command ?? null) }
    default:
      return assertNever(format)
  }
}
