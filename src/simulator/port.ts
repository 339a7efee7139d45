// The form of an answer. It decides nothing.
import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import type { Answer } from './route-table.ts'

/** Where an answer goes. */
export interface Port {
  answer(answer: Answer): void
  open(status: number, contentType: string | null): Writable
}

export function portOf(response: ServerResponse, headers: Readonly<Record<string, string>>): Port {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.on('error', () => undefined)
  return {
    answer: answer => {
      if (answer.kind === 'streamed' || response.headersSent) return
      response.statusCode = answer.status
      if (answer.kind === 'empty') {
        response.end()
        return
      }
      if (answer.kind === 'text') {
        response.setHeader('Content-Type', 'text/plain; charset=utf-8')
        response.end(answer.text)
        return
      }
      response.setHeader('Content-Type', 'application/json')
      response.end(`${JSON.stringify(answer.value)}\n`)
    },
    open: (status, contentType) => {
      response.writeHead(status, contentType === null ? {} : { 'Content-Type': contentType })
      response.flushHeaders()
      return response
    },
  }
}
