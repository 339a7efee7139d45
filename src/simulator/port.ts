// The form of an answer. It decides nothing.
import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { Fields } from './fields.ts'
import type { Answer } from './route-table.ts'

/** Where an answer goes. */
export interface Port {
  answer(answer: Answer, legacyText: boolean): void
  open(status: number, contentType: string | null): Writable
}

export function portOf(response: ServerResponse, headers: Readonly<Record<string, string>>): Port {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.on('error', () => undefined)
  return {
    answer: (answer, legacyText) => {
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
      // Before API 1.24 errors were plain text.
      const message = legacyText && answer.status >= 400 ? messageOf(answer.value) : null
      response.setHeader('Content-Type', message === null ? 'application/json' : 'text/plain; charset=utf-8')
      response.end(`${message ?? JSON.stringify(answer.value)}\n`)
    },
    open: (status, contentType) => {
      response.writeHead(status, contentType === null ? {} : { 'Content-Type': contentType })
      response.flushHeaders()
      return response
    },
  }
}

function messageOf(value: unknown): string | null {
  return new Fields(value).text('message') ?? null
}
