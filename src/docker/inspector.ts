// The engine as diagnosing sees it (diagnose/ports.ts): reads, and nothing else.
import type { Readable } from 'node:stream'
import { isEngineAbsent, isGone, NethealError } from '../core/errors.ts'
import type { Inspector, LogEnd, LogLine } from '../diagnose/ports.ts'
import type { Client } from './client.ts'
import { detailsOfInspect } from './details.ts'
import { logLines } from './log-lines.ts'
import { pastEvents } from './past-events.ts'
import { nanoseconds } from './seconds.ts'
import { socketHolders } from './socket-holders.ts'

/**
 * The engine finds `since` by reading the log from its beginning, some 100 MB a second (20.10 and 28), and `tail` from
 * its end, at once. So it is asked first whether the run is among so many of the newest entries.
 */
const PROBE = 20_000
/** What is read of the end of a log whose beginning was already too much. */
const NEWEST = 5_000
const NEWEST_BYTES = 8 * 1024 * 1024
/** So many times a call's deadline for one reading of a log: with 10 s, a scan of 3 GB, or 500 MB that are sent. */
const PATIENCE = 3

type Reading = LogEnd & { readonly entries: number }

export function inspectorOn(client: Client): Inspector {
  const { greet, call, docker } = client

  /** One GET of a log. Ends with `limit` after so many bytes, or after the deadline. */
  async function read(
    container: string,
    options: { since: number | null; tail: number | null; longestLine: number; limit: number },
    onLine: (line: LogLine) => void,
    signal: AbortSignal,
  ): Promise<Reading> {
    const { since, tail, longestLine, limit } = options
    const query = {
      stdout: true,
      stderr: true,
      timestamps: true,
      ...(since === null ? {} : { since: nanoseconds(since) }),
      ...(tail === null ? {} : { tail }),
    }
    const stream = await call(
      `log ${container.slice(0, 12)}`,
      signal,
      abortSignal => open(container, query, abortSignal),
      { again: true },
    ).catch(error => {
      throw unreadable(error, container)
    })
    const lines = logLines(longestLine, onLine)
    const { end, bytes } = await drained(stream, lines.feed, limit, signal, client)
    if (end === 'whole') lines.end()
    return { end, bytes, entries: lines.entries }
  }

  function open(container: string, query: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Readable> {
    const engine = docker()
    const path = `/containers/${encodeURIComponent(container)}/logs?`
    // dockerode's own `logs` reads an answer that does not follow into one string, however long it is.
    const statusCodes = { 200: true, 404: 'no such container', 500: 'server error', 501: 'not implemented' }
    return new Promise((resolve, reject) => {
      const dialled = { path, method: 'GET', isStream: true, abortSignal: signal, statusCodes, options: query }
      engine.modem.dial(dialled, (error: unknown, stream: unknown) => {
        if (error === null || error === undefined) resolve(stream as Readable)
        else reject(error)
      })
    })
  }

  return {
    async details(container, signal) {
      await greet(signal)
      const id = encodeURIComponent(container)
      const inspect = (abortSignal: AbortSignal) => docker().getContainer(id).inspect({ abortSignal })
      try {
        return detailsOfInspect(await call(`inspect ${container.slice(0, 12)}`, signal, inspect, { again: true }))
      } catch (error) {
        if (error instanceof NethealError && isGone(error.code)) return null
        throw error
      }
    },

    async log(container, options, onLine, signal): Promise<LogEnd> {
      await greet(signal)
      const { since, longestLine, limit } = options
      const nothing = (): void => undefined
      const probe = since === null ? null : { since, tail: PROBE, longestLine: 1, limit }
      const probed = probe === null ? null : await read(container, probe, nothing, signal)
      // Half of them: it goes on talking in between.
      const isNear = probed !== null && probed.end === 'whole' && probed.entries < PROBE / 2
      let last = Number.NEGATIVE_INFINITY
      const noted = (line: LogLine): void => {
        last = Math.max(last, line.at)
        onLine(line)
      }
      const { end, bytes } = await read(container, { ...options, tail: isNear ? PROBE : null }, noted, signal)
      if (end === 'whole') return { end, bytes }
      // The middle is left out, but what the log says now is read.
      const newest = { since, tail: NEWEST, longestLine, limit: Math.min(limit, NEWEST_BYTES) }
      const until = last
      const later = (line: LogLine): void => {
        if (line.at > until) onLine(line)
      }
      return { end, bytes: bytes + (await read(container, newest, later, signal)).bytes }
    },

    socketHolders: signal => socketHolders(client, signal),

    async replay(since, until, signal) {
      await greet(signal)
      return await call('past events', signal, abortSignal => pastEvents(client, since, until, abortSignal), {
        again: true,
      })
    },
  }
}

/** Feeds until the end, so many bytes, or the deadline. Throws NethealError for a stream that breaks, and when told to give up. */
async function drained(
  stream: Readable,
  feed: (chunk: Buffer) => void,
  limit: number,
  signal: AbortSignal,
  { host, timeout }: Client,
): Promise<LogEnd> {
  const deadline = AbortSignal.timeout(PATIENCE * timeout)
  const end = (): void => void stream.destroy()
  let bytes = 0
  try {
    signal.addEventListener('abort', end, { once: true })
    deadline.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const rest = limit - bytes
      feed(chunk.length > rest ? chunk.subarray(0, rest) : chunk)
      bytes += Math.min(chunk.length, rest)
      if (chunk.length > rest) return { end: 'limit', bytes }
    }
    if (!deadline.aborted && !signal.aborted) return { end: 'whole', bytes }
  } catch (error) {
    if (!deadline.aborted && !signal.aborted) {
      const why = String((error as Error).message ?? error)
      throw new NethealError('engine-unreachable', `the log that ${host} sent broke off: ${why}`, { cause: error })
    }
  } finally {
    signal.removeEventListener('abort', end)
    deadline.removeEventListener('abort', end)
    stream.destroy()
  }
  if (signal.aborted) throw new NethealError('engine-timeout', 'the log: cancelled before its end')
  return { end: 'limit', bytes }
}

/** 501: the driver keeps nothing (`none`, or one without Docker's cache). 500: it does not even come up to be read. */
function unreadable(error: unknown, container: string): unknown {
  if (!(error instanceof NethealError) || isEngineAbsent(error)) return error
  const { statusCode } = (error.cause ?? {}) as { readonly statusCode?: unknown }
  if (typeof statusCode !== 'number' || statusCode < 500) return error
  const why = error.message.replace(/^log \S+: /, '')
  return new NethealError('log-unreadable', `the log of ${container} cannot be read: ${why}`, {
    hint: 'its logging driver keeps nothing that Docker can read: docker inspect -f "{{.HostConfig.LogConfig.Type}}" shows it; json-file, local and journald can be read, other drivers send the log elsewhere',
    cause: error,
  })
}
