// How a call finds what answers it. The name of a route (`GET /containers/{id}/json`) is also its pattern.
import type { Writable } from 'node:stream'
import type { Engine } from './engine.ts'
import type { EventStreams } from './event-stream.ts'
import type { Execs } from './exec.ts'
import type { Fields } from './fields.ts'

export interface Call {
  readonly engine: Engine
  readonly execs: Execs
  readonly streams: EventStreams
  /** The name of its route, or `GET unknown`. */
  readonly route: string
  readonly method: string
  /** Without the version, with the query. */
  readonly path: string
  /** What stood for `{id}`. */
  readonly id: string
  readonly query: URLSearchParams
  readonly body: Fields
  /** The version asked for, else the engine's newest. */
  readonly api: string
  /** Sends the head of an answer that goes on; the caller writes and ends it. `contentType` null: it names none. */
  open(status: number, contentType: string | null): Writable
}

/** What is sent: a status and JSON, text as it is, or nothing because the handler has opened a stream. */
export type Answer =
  | { readonly kind: 'json'; readonly status: number; readonly value: unknown }
  | { readonly kind: 'text'; readonly status: number; readonly text: string }
  | { readonly kind: 'empty'; readonly status: number }
  | { readonly kind: 'streamed' }

export type Handler = (call: Call) => Answer | Promise<Answer>

export const ok = (value: unknown): Answer => ({ kind: 'json', status: 200, value })
export const created = (value: unknown): Answer => ({ kind: 'json', status: 201, value })
export const done = (status: 200 | 204): Answer => ({ kind: 'empty', status })

interface Route {
  readonly name: string
  readonly method: string
  readonly pattern: RegExp
  readonly handle: Handler
}

export class RouteTable {
  readonly #routes: readonly Route[]

  constructor(handlers: Readonly<Record<string, Handler>>) {
    this.#routes = Object.entries(handlers).map(([name, handle]) => {
      const [method = '', path = ''] = name.split(' ')
      return { name, method, pattern: new RegExp(`^${path.replace('{id}', '(.+?)')}$`), handle }
    })
  }

  find(method: string, path: string): { readonly name: string; readonly id: string; readonly handle: Handler } | null {
    for (const route of this.#routes) {
      if (route.method !== method) continue
      const match = route.pattern.exec(path)
      if (match !== null) return { name: route.name, id: decodeURIComponent(match[1] ?? ''), handle: route.handle }
    }
    return null
  }
}
