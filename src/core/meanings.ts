// What each state of an attachment and each rung of evidence means, for somebody who sees it for the first time: on the page, in
// the help and in the manual.
import type { Rung } from './proof.ts'
import type { AttachmentStatus } from './state.ts'

export const STATUS_MEANINGS: Readonly<Record<AttachmentStatus, string>> = {
  attached: 'on the network, as it should be',
  unreachable: 'on the network, but it cannot reach what it is attached for',
  detached: 'not on the network, and it should be',
  waiting: 'joins the network at its next start',
  blocked: 'netheal cannot attach it',
  stopped: 'the container is not running; netheal attaches it when it starts',
  missing: 'there is no such container now; netheal attaches it when it appears',
}

/** The lowest first. */
export const RUNG_MEANINGS: Readonly<Record<Rung, string>> = {
  listed: 'the engine lists it on the network, which proves nothing yet',
  joined: 'the network lists it too, and its interface is there',
  wired: "the network's bridge is there, and its address answers",
  named: 'the names that it needs resolve inside it, to running members of the network',
  reached: 'a connection from inside it arrives',
}
