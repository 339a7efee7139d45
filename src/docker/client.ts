// One engine to talk to: the connection, the API version that both sides agreed on, and each call with its own deadline
// and every error in our words. Never a client-wide timeout: that would end an idle event stream (docs/engine-facts.md,
// "dockerode and docker-modem").
import Docker, { type DockerOptions } from 'dockerode'
import type { EngineInfo } from '../heal/ports.ts'
import { commonVersion, isNewerThanTested, NEWEST_TESTED } from './api-version.ts'
import { type Connection, connectionTo } from './connection.ts'
import { withDeadline } from './deadline.ts'
import { failureOf, isBrokenConnection } from './failure.ts'
import { object, optionalText } from './json.ts'
import { Modem } from './modem.ts'
import { productOf } from './podman.ts'
import type { Tls } from './tls.ts'

export interface EngineOptions {
  readonly host: string
  readonly tls: Tls | null
  /** The deadline of each call, in milliseconds. */
  readonly timeout: number
  /** Instead of the one that `host` and `tls` lead to. */
  readonly connection?: Connection
}

export interface CallOptions {
  /** Milliseconds; the engine's `timeout` when it is not given. */
  readonly deadline?: number
  /** True for a GET: one whose kept-alive connection broke under it is asked once more; a writing call never is. */
  readonly again?: boolean
}

export interface Client extends Disposable {
  readonly host: string
  readonly timeout: number
  /** Agrees on an API version, once; asks anew after `forget`. */
  greet(signal: AbortSignal): Promise<EngineInfo>
  forget(): void
  /** Speaks the version that was agreed on last; until then the engine's newest. */
  docker(): Docker
  /** Asks, and throws the NethealErrors of heal/ports `Engine`. `what` names the call as allowance.ts does. */
  call<T>(
    what: string,
    signal: AbortSignal,
    ask: (abortSignal: AbortSignal) => Promise<T>,
    options?: CallOptions,
  ): Promise<T>
}

/** Connects to nothing yet: the first call does. Throws NethealError `config` for a host that is none. */
export function openClient(options: EngineOptions): Client {
  const { host, timeout } = options
  const { agent, target } = options.connection ?? connectionTo(host, options.tls)
  const speaking = (version: string | null): Docker => dockerOver(new Modem(agent, target, version))
  /** Asks without a version in the path: for `GET /version`, and until one is agreed on. */
  const unversioned = speaking(null)
  let docker = unversioned
  let greeting: EngineInfo | null = null
  /** On its way: whoever would give it up with the same signal waits for the same answer. */
  let agreeing: { readonly signal: AbortSignal; readonly answer: Promise<EngineInfo> } | null = null

  async function call<T>(
    what: string,
    signal: AbortSignal,
    ask: (abortSignal: AbortSignal) => Promise<T>,
    { deadline = timeout, again = false }: CallOptions = {},
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await withDeadline(`${what} at ${host}`, deadline, signal, ask)
      } catch (error) {
        if (again && attempt === 1 && isBrokenConnection(error)) continue
        throw failureOf(error, what, host)
      }
    }
  }

  async function agree(signal: AbortSignal): Promise<EngineInfo> {
    // The types know of no options here and at ping.
    const ask = unversioned.version as (options: { abortSignal: AbortSignal }) => Promise<unknown>
    const answer = object(
      await call('GET /version', signal, abortSignal => ask.call(unversioned, { abortSignal }), { again: true }),
      'version',
    )
    const product = productOf(answer)
    const version = optionalText(answer.Version)
    greeting = {
      ...product,
      version,
      newerThan: product.product === 'Docker' && isNewerThanTested(version) ? NEWEST_TESTED : null,
      apiVersion: commonVersion(answer.ApiVersion, answer.MinAPIVersion, host),
      newestApiVersion: optionalText(answer.ApiVersion),
    }
    docker = speaking(`v${greeting.apiVersion}`)
    return greeting
  }

  return {
    host,
    timeout,
    call,
    docker: () => docker,

    async greet(signal): Promise<EngineInfo> {
      if (greeting !== null) return greeting
      if (agreeing?.signal === signal) return await agreeing.answer
      const mine = { signal, answer: agree(signal) }
      agreeing = mine
      try {
        return await mine.answer
      } finally {
        if (agreeing === mine) agreeing = null
      }
    },

    forget() {
      greeting = null
    },

    [Symbol.dispose]: () => agent.destroy(),
  }
}

/** dockerode takes a modem of ours for its own; its types do not say so. */
function dockerOver(modem: Modem): Docker {
  return new Docker({ modem } as DockerOptions)
}
