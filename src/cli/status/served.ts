// The status as the daemon serves it at `http.listen`: for a user who may not read its state.
import * as z from 'zod/mini'
import type { Config } from '../../config/config.ts'
import { listenText } from '../../config/listen.ts'
import { ATTACHMENT_STATUSES } from '../../core/state.ts'
import { http } from '../diagnose/http-get.ts'
import type { ExitCode, Terminal } from '../process-io.ts'
import { column, safe } from '../style.ts'
import { Sheet } from './sheet.ts'

/** Milliseconds, and bytes: a daemon on this host answers at once. */
const PATIENCE = 2_000
const LONGEST = 8 * 1024 * 1024

const shape = z.object({
  healer: z.object({ alive: z.boolean(), pid: z.nullable(z.number()), lastPassAt: z.nullable(z.string()) }),
  attachments: z.array(z.object({ container: z.string(), network: z.string(), state: z.enum(ATTACHMENT_STATUSES) })),
  loops: z.array(z.object({ container: z.string(), kind: z.string() })),
  paused: z.nullable(z.string()),
  problems: z.array(z.string()),
})

export interface Served {
  /** Where it was asked: `http://127.0.0.1:8790/status`. */
  readonly url: string
  /** As it was answered. */
  readonly body: string
  readonly status: z.infer<typeof shape>
}

/** Null: the config opens no port, or nobody answers there as netheal does. */
export async function servedStatus({ http: { listen } }: Config, signal: AbortSignal): Promise<Served | null> {
  if (listen === null) return null
  const here = listen.host === '0.0.0.0' ? '127.0.0.1' : listen.host === '::' ? '::1' : listen.host
  const url = `http://${listenText({ ...listen, host: here })}/status`
  const answer = await http.fetchText(url, { timeout: PATIENCE, limit: LONGEST }, signal)
  if (answer.kind !== 'answered' || answer.status !== 200) return null
  try {
    const status = shape.safeParse(JSON.parse(answer.body)).data
    return status === undefined ? null : { url, body: answer.body, status }
  } catch {
    return null
  }
}

/** As `netheal status` has it, for what is served. */
export function servedExitCode({ status }: Served): ExitCode {
  const { healer, attachments, loops, problems } = status
  if (!healer.alive) return 5
  const wrong = attachments.some(a => a.state === 'detached' || a.state === 'blocked' || a.state === 'unreachable')
  return wrong || loops.length > 0 || problems.length > 0 ? 3 : 0
}

/** The essence, and how to see the rest. */
export function servedText({ url, status }: Served, terminal: Terminal): string {
  const { healer, attachments, loops, paused, problems } = status
  const sheet = new Sheet(terminal)
  const pass = healer.lastPassAt === null ? 'no pass yet' : `last pass ${healer.lastPassAt}`
  sheet.say(`netheal ${healer.alive ? 'is running' : 'hangs'} (pid ${healer.pid}), ${pass}, says ${url}`)
  if (paused !== null) sheet.say(`PAUSED until ${paused}`, { tone: 'warn' })
  for (const problem of problems) sheet.say(`PROBLEM ${problem}`, { tone: 'bad', hang: 2 })
  for (const { container, kind } of loops) sheet.say(`LOOP ${container} (${kind})`, { tone: 'bad' })
  for (const { container, network, state } of attachments)
    sheet.say(`${column(state, 13)}${safe(container)}  ${network}`, { tone: state === 'attached' ? 'good' : 'bad' })
  sheet.say('this user may not read more; type: sudo netheal status')
  return sheet.text
}
