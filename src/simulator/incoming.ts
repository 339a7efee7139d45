// The body of a call, read to its end, as text and as JSON. A client that goes away in the middle is no error.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

export async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk)
  } catch {
    // The client went away: whatever came is all there is.
  }
  return Buffer.concat(chunks).toString()
}

/** The body of an upgraded call is not parsed by Node: it is what follows the head, as long as it says. */
export async function readUpgraded(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<string> {
  const length = Number(request.headers['content-length'] ?? 0)
  let data = head
  while (data.length < length && !socket.destroyed) {
    const more = await new Promise<Buffer>(resolve => {
      socket.once('data', resolve)
      socket.once('close', () => resolve(Buffer.alloc(0)))
    })
    if (more.length === 0) break
    data = Buffer.concat([data, more])
  }
  return data.subarray(0, length).toString()
}

export function parseJson(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
