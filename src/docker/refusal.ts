// A call that the engine refuses becomes an error with what the engine said. docker-modem 5.0.7 joins that into a text without
// a look at it: an object whose JSON says what its `toString` is has no text, and the throw, in the middle of a callback,
// would end the process. So what has no text is left out before docker-modem gets it.
import { text } from 'node:stream/consumers'
import type Docker from 'dockerode'
import type { Callback, Modem } from './plain-call.ts'

/** The same engine; whatever it refuses a call with, there is an error. */
export function withRefusals(docker: Docker): Docker {
  const modem = docker.modem as unknown as Modem
  const build = modem.buildPayload.bind(modem)
  modem.buildPayload = (error, isStream, statusCodes, openStdin, request, response, json, callback) => {
    const { statusCode } = response as { statusCode?: number }
    if (error || statusCodes[String(statusCode)] === true)
      return build(error, isStream, statusCodes, openStdin, request, response, json, callback)
    const refuse = (said: unknown, then: Callback): void =>
      build(null, false, statusCodes, false, request, response, tellable(said), then)
    if (!isStream) return refuse(json, callback)
    // Of a stream docker-modem reads what was said itself, and keeps only the text that it has made of it.
    text(response as NodeJS.ReadableStream).then(
      said => refuse(parsed(said), refusal => callback(Object.assign(refusal as Error, { json: null }), null)),
      (broken: unknown) => callback(broken, null),
    )
  }
  return docker
}

function parsed(said: string): unknown {
  try {
    return JSON.parse(said) || said
  } catch {
    return said
  }
}

/** As it is, if docker-modem can make a text of it. */
function tellable(said: unknown): unknown {
  try {
    const { message, error } = said as { message?: unknown; error?: unknown }
    String(message || error || said)
    return said
  } catch {
    return { message: 'no reason given' }
  }
}
