// What went wrong, in netheal's words: each class of error with its code, its message and its hint.
import { describe, expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import { failureOf, isBrokenConnection } from '../../src/docker/failure.ts'

const HOST = 'unix:///var/run/docker.sock'
const START =
  'check that Docker is running: systemctl status docker; for another engine: docker.host in the config, or DOCKER_HOST'

/** As node:http and modem.ts throw: a bare Error with fields. */
function raw(message: string, fields: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(message), fields)
}

function answered(statusCode: number, message: string): Error {
  return raw(`HTTP ${statusCode}`, { statusCode, json: { message } })
}

test.for([
  [
    'no socket',
    raw('connect ENOENT', { code: 'ENOENT' }),
    'engine-unreachable',
    `no engine at ${HOST}: there is no such socket`,
    START,
  ],
  [
    'nobody listens',
    raw('connect ECONNREFUSED', { code: 'ECONNREFUSED' }),
    'engine-unreachable',
    `no engine at ${HOST}: connect ECONNREFUSED`,
    START,
  ],
  [
    'reset',
    raw('read ECONNRESET', { code: 'ECONNRESET' }),
    'engine-unreachable',
    `no engine at ${HOST}: read ECONNRESET`,
    START,
  ],
  ['hung up', raw('socket hang up'), 'engine-unreachable', `no engine at ${HOST}: socket hang up`, START],
  [
    'no such host',
    raw('getaddrinfo ENOTFOUND x', { code: 'ENOTFOUND' }),
    'engine-unreachable',
    `no engine at ${HOST}: getaddrinfo ENOTFOUND x`,
    START,
  ],
  [
    'no HTTP',
    raw('Parse Error: Expected HTTP/', { code: 'HPE_INVALID_CONSTANT' }),
    'engine-unreachable',
    `no engine at ${HOST}: Parse Error: Expected HTTP/`,
    START,
  ],
  [
    'self-signed',
    raw('self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    'engine-unreachable',
    `no trusted connection to ${HOST}: its certificate is not signed by an authority that netheal trusts (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    "docker.tls.ca (or ca.pem in DOCKER_CERT_PATH) must be the CA that signed the engine's certificate",
  ],
  [
    'plain HTTP where TLS is wanted',
    answered(400, 'Client sent an HTTP request to an HTTPS server.'),
    'engine-unreachable',
    `no engine at ${HOST}: it requires TLS, and docker.tls is not set`,
    'set docker.tls.ca, docker.tls.cert and docker.tls.key, or DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH',
  ],
  ['gone', answered(404, 'No such container: x'), 'unknown-container', 'connect: No such container: x', null],
  ['refused', answered(403, 'endpoint exists'), 'engine-refused', 'connect: endpoint exists (HTTP 403)', null],
  ['conflict', answered(409, 'marked for removal'), 'engine-refused', 'connect: marked for removal (HTTP 409)', null],
  ['broken', answered(500, 'no addresses'), 'engine-refused', 'connect: no addresses (HTTP 500)', null],
  [
    'an address that another container has',
    answered(403, 'Address already in use'),
    'address-in-use',
    'connect: Address already in use (HTTP 403)',
    'docker network inspect NETWORK shows which container has that address; or remove "ipv4" from the rule',
  ],
  [
    'a network for services only',
    answered(500, 'network mesh not manually attachable'),
    'not-attachable',
    'connect: network mesh not manually attachable (HTTP 500)',
    'only services can join it: create it again with docker network create --attachable',
  ],
  [
    'too old',
    answered(400, 'client version 1.41 is too old. Minimum supported API version is 1.44'),
    'engine-too-old',
    'connect: client version 1.41 is too old. Minimum supported API version is 1.44',
    null,
  ],
  [
    'a proxy that speaks HTML',
    raw('x', { statusCode: 502, json: Buffer.from('<h1>Bad Gateway</h1>\r\n') }),
    'engine-unreachable',
    `no engine behind the proxy at ${HOST} (HTTP 502)`,
    'the proxy answers, Docker does not: check that Docker is running (systemctl status docker), and that the proxy may use its socket',
  ],
  [
    'a proxy that allows less than is needed',
    raw('x', { statusCode: 403, json: Buffer.from('Forbidden') }),
    'denied',
    `connect: denied by the proxy at ${HOST} (HTTP 403), which must allow POST /networks/{id}/connect (the line "connect" of its allow-list)`,
    'allow it there (docs/allow-list)',
  ],
  [
    'JSON without words',
    raw('HTTP 500', { statusCode: 500, json: { message: { toString: 1 } } }),
    'engine-refused',
    'connect: no reason given (HTTP 500)',
    null,
  ],
  [
    'an empty body',
    raw('', { statusCode: 500, json: Buffer.from('') }),
    'engine-refused',
    'connect: no reason given (HTTP 500)',
    null,
  ],
  [
    'several lines',
    answered(500, 'no\nOK: forged\u001b[31m\u202e'),
    'engine-refused',
    'connect: no OK: forged [31m (HTTP 500)',
    null,
  ],
  ['anything else', raw('what is this', { code: 'EWHAT' }), 'engine-unreachable', 'connect: what is this', null],
  ['no error at all', 'text', 'engine-unreachable', 'connect: text', null],
] as const)('a failed call in plain words: %s', ([, error, code, message, hint]) => {
  const failure = failureOf(error, 'connect', HOST)
  expect({ code: failure.code, message: failure.message, hint: failure.hint }).toEqual({ code, message, hint })
  expect(failure.cause).toBe(error)
})

test('an error in our words is not worded again', () => {
  const error = new NethealError('engine-timeout', 'no answer')
  expect(failureOf(error, 'connect', HOST)).toBe(error)
})

test('a connection that broke is told from one that was refused', () => {
  expect(isBrokenConnection(raw('x', { code: 'ECONNRESET' }))).toBe(true)
  expect(isBrokenConnection(raw('x', { code: 'EPIPE' }))).toBe(true)
  expect(isBrokenConnection(raw('socket hang up'))).toBe(true)
  expect(isBrokenConnection(raw('x', { code: 'ECONNREFUSED' }))).toBe(false)
  expect(isBrokenConnection(answered(500, 'no'))).toBe(false)
})

describe('no permission', () => {
  test.for(['EACCES', 'EPERM'])('no permission on a socket: %s', code => {
    const failure = failureOf(raw(`connect ${code}`, { code }), 'connect', HOST)
    expect(failure.code).toBe('engine-forbidden')
    // Why, and what to type, is what the socket's owner and groups say (socket-access.ts).
    expect(failure.message).toMatch(/^no permission on unix:\/\/\/var\/run\/docker\.sock/)
    expect(failure.hint).not.toBe('')
  })

  test('no permission on a network: no file has to do with it', () => {
    expect(failureOf(raw('connect EPERM', { code: 'EPERM' }), 'connect', 'tcp://10.0.0.5:2376')).toMatchObject({
      code: 'engine-forbidden',
      message: 'no permission on tcp://10.0.0.5:2376',
      hint: 'this host forbids the connection: check its firewall and its security policies',
    })
  })
})
