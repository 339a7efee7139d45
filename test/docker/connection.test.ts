// How an engine is reached: what the config says, and nothing that the environment says behind its back.
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { connectionTo } from '../../src/docker/connection.ts'
import { openEngine } from '../../src/docker/engine.ts'
import { CERTIFICATE, KEY } from './certificate.ts'
import { answerWith, StubEngine } from './stub-engine.ts'

const { signal } = new AbortController()

describe('an address', () => {
  test.for([
    ['unix:///run/docker.sock', { socketPath: '/run/docker.sock', servername: '' }],
    ['tcp://10.0.0.5:4243', { host: '10.0.0.5', port: 4243 }],
    ['tcp://10.0.0.5', { host: '10.0.0.5', port: 2375 }],
    // Without the brackets that only a URL needs.
    ['tcp://[::1]:2375', { host: '::1', port: 2375 }],
  ] as const)('the address %s stands for plain HTTP on connections that are kept', ([host, target]) => {
    const connection = connectionTo(host, null)
    expect(connection).toMatchObject({ target, agent: { protocol: 'http:', options: { keepAlive: true } } })
    connection.agent.destroy()
  })

  test('an address with TLS: the agent holds the three files', () => {
    const tls = { ca: Buffer.from(CERTIFICATE), cert: Buffer.from(CERTIFICATE), key: Buffer.from(KEY) }
    expect(connectionTo('tcp://10.0.0.5', tls)).toMatchObject({
      target: { host: '10.0.0.5', port: 2376 },
      agent: { protocol: 'https:', options: { ...tls, keepAlive: true } },
    })
  })

  test('an address with TLS and no files: the system is trusted', () => {
    const { agent } = connectionTo('tcp://10.0.0.5:2376', { ca: null, cert: null, key: null })
    expect(agent).toMatchObject({ protocol: 'https:', options: { ca: undefined } })
  })

  test.for(['', '/var/run/docker.sock', 'docker', 'npipe:////./pipe/docker_engine', 'ftp://x'])(
    '%j is no address of an engine',
    host => {
      expect(() => connectionTo(host, null)).toThrow(
        expect.objectContaining({
          code: 'config',
          message: `docker.host: ${host} is not the address of an engine`,
          hint: 'write unix:///var/run/docker.sock, tcp://HOST:2376 or ssh://USER@HOST',
        }),
      )
    },
  )
})

test('DOCKER_HOST and its like in the environment override nothing', async () => {
  await using stub = await StubEngine.open((_path, _request, response) => answerWith(response, []))
  vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1')
  vi.stubEnv('DOCKER_TLS_VERIFY', '1')
  vi.stubEnv('DOCKER_CLIENT_TIMEOUT', '1')
  using engine = openEngine({ host: stub.host, tls: null, timeout: 20_000 })
  expect(await engine.greet(signal)).toMatchObject({ version: '28.5.2', apiVersion: '1.51' })
})

describe('TLS', () => {
  async function secureEngine() {
    const server = createServer({ cert: CERTIFICATE, key: KEY }, (request, response) => {
      request.resume()
      answerWith(response, { Version: '28.5.2', ApiVersion: '1.51', MinAPIVersion: '1.24' })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return {
      host: `tcp://127.0.0.1:${port}`,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        await new Promise(resolve => server.close(resolve))
      },
    }
  }

  test('TLS: an engine that the authority vouches for is spoken to', async () => {
    await using secure = await secureEngine()
    const tls = { ca: Buffer.from(CERTIFICATE), cert: Buffer.from(CERTIFICATE), key: Buffer.from(KEY) }
    using engine = openEngine({ host: secure.host, tls, timeout: 20_000 })
    expect(await engine.greet(signal)).toMatchObject({ apiVersion: '1.51' })
  })

  test('TLS: an engine that nobody vouches for is not spoken to', async () => {
    await using secure = await secureEngine()
    using engine = openEngine({ host: secure.host, tls: { ca: null, cert: null, key: null }, timeout: 20_000 })
    await expect(engine.greet(signal)).rejects.toMatchObject({
      code: 'engine-unreachable',
      message: expect.stringMatching(new RegExp(`^no trusted connection to ${secure.host}: .*certificate`)),
      hint: expect.stringContaining('docker.tls.ca (or ca.pem in DOCKER_CERT_PATH) must be the CA'),
    })
  })

  test('an engine with TLS that is asked without it is told', async () => {
    await using secure = await secureEngine()
    using engine = openEngine({ host: secure.host, tls: null, timeout: 20_000 })
    await expect(engine.greet(signal)).rejects.toMatchObject({ code: 'engine-unreachable' })
  })
})
