// Room for whoever asks: a connection that says nothing goes when another comes, and the many that read slowly leave some for the
// question whether the healer is well, which a watchdog asks.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** What a watchdog asks. */
const HEALTH = '/healthz'

export interface Connections {
  /** Takes a request in. False: too many are being answered, and this one is not about health. */
  admits(request: IncomingMessage, response: ServerResponse): boolean
}

/** @param most connections; a quarter of them, at least one, is never taken by answers that nobody reads */
export function connectionsOf(server: Server, most: number): Connections {
  const answering = new Set<Socket>()
  /** Nothing is asked on these yet, or any more; the oldest comes first. */
  const waiting = new Set<Socket>()
  const room = Math.max(1, most - Math.max(1, Math.floor(most / 4)))

  server.on('connection', (socket: Socket) => {
    waiting.add(socket)
    socket.once('close', () => {
      waiting.delete(socket)
      answering.delete(socket)
    })
    if (waiting.size + answering.size <= most) return
    const [oldest] = waiting
    oldest?.destroy()
  })

  return {
    admits(request, response) {
      const { socket } = request
      waiting.delete(socket)
      if (answering.size >= room && !isHealth(request)) {
        response.shouldKeepAlive = false
        return false
      }
      answering.add(socket)
      response.once('close', () => {
        if (answering.delete(socket) && !socket.destroyed) waiting.add(socket)
      })
      return true
    },
  }
}

function isHealth({ url = '' }: IncomingMessage): boolean {
  return url === HEALTH || url.startsWith(`${HEALTH}?`)
}
