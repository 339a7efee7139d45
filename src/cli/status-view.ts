// The status in words, the worst first: one screen for a host with a handful of rules.
import { span } from '../core/entry.ts'
import { remedyFor } from '../core/loop.ts'
import type { AttachmentState } from '../core/memory.ts'
import { stampOf } from '../record/stamp.ts'
import type { Terminal } from './host.ts'
import { loopText } from './render.ts'
import { type Healer, type Status, wanted } from './status.ts'
import { column, painter, safe, type Tone } from './style.ts'

const WORST_FIRST: readonly AttachmentState[] = ['detached', 'blocked', 'waiting', 'stopped', 'missing', 'attached']
const TONES: Readonly<Record<AttachmentState, Tone>> = {
  detached: 'bad',
  blocked: 'bad',
  waiting: 'warn',
  stopped: 'quiet',
  missing: 'quiet',
  attached: 'good',
}

export function renderStatus(status: Status, terminal: Terminal): string {
  const { healer, memory, pause, problems, now } = status
  const paint = painter(terminal)
  const lines = [paint(healer.alive ? 'strong' : 'bad', healerText(healer, now))]
  if (pause.until !== null) {
    const reason = pause.reason === null ? '' : ` (${safe(pause.reason)})`
    lines.push(paint('warn', `PAUSED until ${stampOf(pause.until)}${reason}; netheal resume ends it`))
  }
  for (const problem of problems) lines.push(paint('bad', `PROBLEM ${safe(problem)}`))
  for (const loop of memory.loops)
    lines.push(paint('bad', `LOOP ${safe(loopText(loop))}`), `  ${remedyFor(loop.source)}`)
  const attachments = wanted(memory).toSorted((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state))
  const wide = Math.max(0, ...attachments.map(a => a.container.length)) + 2
  for (const a of attachments) {
    const lost = a.lastDetach === null ? '' : `; last lost ${stampOf(a.lastDetach.at)} (${a.lastDetach.cause})`
    const word = paint(TONES[a.state], column(a.state, 10))
    lines.push(
      `${word}${column(safe(a.container), wide)}${safe(a.network)}  ${paint('quiet', `since ${stampOf(a.since)}${lost}`)}`,
    )
  }
  if (attachments.length === 0) lines.push('no pass has looked yet; netheal check looks now')
  return `${lines.join('\n')}\n`
}

function healerText(healer: Healer, now: number): string {
  const pass =
    healer.lastPassAt === null
      ? 'no pass yet'
      : `last pass ${span(Math.max(0, now - healer.lastPassAt))} ago${healer.lastPassOk ? '' : ', it failed'}`
  if (healer.mode === 'daemon')
    return healer.alive ? `netheal runs (pid ${healer.pid}), ${pass}` : `netheal hangs (pid ${healer.pid}), ${pass}`
  if (healer.mode === 'once' && healer.alive) return `netheal runs from cron, ${pass}`
  return `no netheal runs on this host, ${pass}`
}
