// A stream that node:http takes for the socket of a connection.
import { Duplex } from 'node:stream'

/** What node:http sets on a socket means nothing to the two ends of a program, or to an engine that is made up. */
export class HttpDuplex extends Duplex {
  setKeepAlive(): this {
    return this
  }

  setNoDelay(): this {
    return this
  }

  setTimeout(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}
