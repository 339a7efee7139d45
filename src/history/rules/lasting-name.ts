// What stays the same in the names that a log holds: each deploy of a rolling Coolify application calls its container
// something else, and its losses are one attachment's all the same.
import { lastingName } from '../../core/identity.ts'

/** The same for all losses of one attachment. */
export function lastingKey({ container, network }: { readonly container: string; readonly network: string }): string {
  return `${lastingName(container)}\n${network}`
}

/** Whether a loop is about this attachment: a restart loop, which has no network, is about each of its container's. */
export function isAbout(
  loop: { readonly container: string; readonly network: string | null },
  attachment: { readonly container: string; readonly network: string },
): boolean {
  const same = lastingName(loop.container) === lastingName(attachment.container)
  return same && (loop.network === null || loop.network === attachment.network)
}
