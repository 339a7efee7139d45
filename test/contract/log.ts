// A container's log as it comes over the wire, taken apart by hand: independent of the reader that is tested against it.
import { type IncomingHttpHeaders, request } from 'node:http'
import type { World } from './world.ts'

export interface RawLog {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Frame {
  readonly stream: number
  readonly stamp: string
  readonly text: string
}

export async function logOf(world: World, id: string, query: string): Promise<RawLog> {
  return await new Promise((resolve, reject) => {
    const path = `/v${world.engine.apiVersion}/containers/${id}/logs?${query}`
    const call = request({ socketPath: world.engine.socketPath, path }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    call.on('error', reject)
    call.end()
  })
}

/** Frames of a log with `timestamps=1`. */
export function framesOf(body: Buffer): readonly Frame[] {
  const frames: Frame[] = []
  for (let at = 0; at + 8 <= body.length; ) {
    const length = body.readUInt32BE(at + 4)
    const payload = body.subarray(at + 8, at + 8 + length).toString()
    const blank = payload.indexOf(' ')
    frames.push({ stream: body[at] ?? -1, stamp: payload.slice(0, blank), text: payload.slice(blank + 1) })
    at += 8 + length
  }
  return frames
}
