// The body of a call, read to its end, as text and as JSON. A client that goes away in the middle is no error.
import type { IncomingMessage } from 'node:http'

export async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk)
  } catch {
    // The client went away: whatever came is all there is.
  }
  return Buffer.concat(chunks).toString()
}

export function parseJson(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
