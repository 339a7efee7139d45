// `netheal report --html FILE`: status and history as one page. From state, action log and heartbeat file; asks no engine.
import { hostname } from 'node:os'
import { loadConfig } from '../../config/load.ts'
import { NethealError } from '../../core/errors.ts'
import { isoOf } from '../../core/stamp.ts'
import { renderPage } from '../../page/page.ts'
import type { Build } from '../build.ts'
import { systemClock } from '../clock.ts'
import type { CommonFlags } from '../flags.ts'
import { historyJson } from '../history/json.ts'
import { momentOf } from '../history/moment.ts'
import { JSON_VERSION, jsonText } from '../json.ts'
import type { ExitCode, ProcessIo } from '../process-io.ts'
import { statusNow } from '../status/current-status.ts'
import { statusJson } from '../status/json.ts'
import { safe } from '../style.ts'
import { writeReport } from './file.ts'
import { type Gathered, gather, pageModelOf } from './page-model.ts'
import { USUAL_SPAN } from './page-thread.ts'

export interface ReportFlags extends CommonFlags {
  /** `-`: standard output. */
  readonly html?: string
  readonly since?: string
}

/** Exit code 0, whatever the page says. Throws NethealError `usage`, `config`, and `record` when it cannot write. */
export async function report(host: ProcessIo, flags: ReportFlags, build: Build): Promise<ExitCode> {
  const { html, json = false } = flags
  refuse(html, json)
  const { config } = await loadConfig({ flags, env: host.env })
  const now = systemClock().now()
  const since = flags.since === undefined ? now - USUAL_SPAN : momentOf('--since', flags.since, now)
  if (since >= now) {
    throw new NethealError('usage', `--since ${flags.since} is not in the past`, {
      hint: 'for example: --since 7d',
    })
  }
  const gathered = await gather(config.log.directory, await statusNow(config, host, null), since)
  const about = { program: build.version, host: hostname() }
  if (json) host.out(jsonText(reportJson(gathered, about)))
  if (html === undefined) return 0
  const page = renderPage(pageModelOf(gathered, about))
  if (html === '-') {
    host.out(page)
    return 0
  }
  const path = await writeReport(html, page)
  if (!json) host.out(`wrote ${safe(path)} (${Math.ceil(Buffer.byteLength(page) / 1024)} KiB); open it in a browser\n`)
  return 0
}

function refuse(html: string | undefined, json: boolean): void {
  const example = 'for example: netheal report --html /tmp/netheal.html    (- is standard output)'
  if (html === undefined && !json) throw new NethealError('usage', 'report: no file to write to', { hint: example })
  if (html === '') throw new NethealError('usage', 'report: --html has no file name', { hint: example })
  if (html === '-' && json)
    throw new NethealError('usage', 'report: --html - and --json cannot both go to standard output', {
      hint: 'name a file for --html, or leave one of them out',
    })
}

/** The status and the history as their own commands print them, and what the page has besides. */
function reportJson({ status, history, heartbeats, unreadable }: Gathered, about: { program: string; host: string }) {
  return {
    version: JSON_VERSION,
    generatedAt: isoOf(status.now),
    ...about,
    status: statusJson(status),
    history: historyJson(history),
    heartbeats: heartbeats.map(beat => ({ ...beat, at: isoOf(beat.at) })),
    unreadable,
  }
}
