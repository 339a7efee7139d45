// Calls to an engine with nothing between: plain HTTP on kept-alive connections, as fast as this machine's Node can ask.
// What netheal takes is measured beside these.
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** The two calls of a full pass, and nothing done with their answers. */
export async function readBoth(calls: EngineCalls, apiVersion: string): Promise<void> {
  await Promise.all([
    calls.call('GET', `/v${apiVersion}/containers/json?all=true`),
    calls.call('GET', `/v${apiVersion}/networks`),
  ])
}

export class EngineCalls implements Disposable {
  readonly #socketPath: string
  readonly #agent = new Agent({ keepAlive: true })

  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  /** The answer's text. Throws for a status of 400 and above, and when there is no answer within a minute. */
  call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<string> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          ...{ socketPath: this.#socketPath, agent: this.#agent, method, path },
          headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
          signal: AbortSignal.timeout(60_000),
        },
        response => {
          text(response).then(said => {
            const status = response.statusCode ?? 0
            if (status < 400) resolve(said)
            else reject(new Error(`${method} ${path}: ${status} ${said}`))
          }, reject)
        },
      )
      sent.on('error', reject)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  async connect(network: string, container: string): Promise<void> {
    await this.call('POST', `/networks/${network}/connect`, { Container: container })
  }

  async disconnect(network: string, container: string): Promise<void> {
    await this.call('POST', `/networks/${network}/disconnect`, { Container: container })
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}
