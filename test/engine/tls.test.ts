/**
 * An engine at `tcp://` that takes only clients with a certificate. netheal runs in the network namespace of the engine,
 * where its port is: the bytes between the two go through nobody else.
 */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { installPackage } from '../installed/package.ts'
import {
  type Certificate,
  type CertificateAuthority,
  createAuthority,
  prepareOpenssl,
} from '../support/certificate-authority.ts'
import { type PrivateEngine, startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { detach, estate, isAttached } from './estate.ts'
import type { Reach } from './installation.ts'
import { expectClear, installFor, oneShots, twentyDetaches } from './remote.ts'

const absence = inject('privateEngineAbsence')
const openssl = absence === null ? await prepareOpenssl() : { absence }

const ADDRESS = 'tcp://127.0.0.1:2376'

interface Secured extends AsyncDisposable {
  readonly engine: PrivateEngine
  readonly folder: string
  readonly authority: CertificateAuthority
  readonly client: Certificate
  /** By the files that are given, at 127.0.0.1 unless said otherwise. */
  reach(tls: Readonly<Record<string, string>> | undefined, host?: string): Reach
}

/** The engine of this run, with `--tlsverify` on a loopback port. */
async function secured(): Promise<Secured> {
  const folder = await mkdtemp(join(tmpdir(), 'netheal-tls-'))
  const authority = await createAuthority(folder)
  const server = await authority.issue('engine', { usage: 'server', names: 'IP:127.0.0.1' })
  const client = await authority.issue('netheal', { usage: 'client' })
  const files = ['--tlscacert', authority.cert, '--tlscert', server.cert, '--tlskey', server.key]
  const engine = await startPrivateEngine({ args: ['--host', ADDRESS, '--tlsverify', ...files] })
  return {
    ...{ engine, folder, authority, client },
    reach: (tls, host = ADDRESS) => ({
      docker: { host, ...(tls === undefined ? {} : { tls }) },
      through: engine.inside,
    }),
    async [Symbol.asyncDispose]() {
      await engine.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

describePrivateEngine('an engine over TLS with client certificates', () => {
  describe.skipIf('absence' in openssl)('absence' in openssl ? openssl.absence : 'made by openssl', () => {
    let it: Secured
    beforeAll(async () => {
      it = await secured()
    })
    afterAll(() => it?.[Symbol.asyncDispose]())

    test('over TLS: check, once and status, by the files in the config', { timeout: 90_000 }, async () => {
      await using box = sandbox(it.engine)
      const host = await estate(box)
      await using netheal = await installFor(host, it.reach({ ca: it.authority.cert, ...it.client }))
      await oneShots(host, netheal)
    })

    test('over TLS: the same by the installed package', { timeout: 90_000 }, async () => {
      await using box = sandbox(it.engine)
      const host = await estate(box)
      await using installed = await installPackage()
      const reach = { ...it.reach({ ca: it.authority.cert, ...it.client }), launcher: installed.command }
      await using netheal = await installFor(host, reach)
      await oneShots(host, netheal)
    })

    test('over TLS: the same by DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH alone', {
      timeout: 90_000,
    }, async () => {
      await using box = sandbox(it.engine)
      const host = await estate(box)
      // Under the names that Docker's own client looks for.
      const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: await dockersNames(it) }
      await using netheal = await installFor(host, { ...it.reach(undefined), env }, true)
      await oneShots(host, netheal)
    })

    test('over TLS: the daemon heals 20 detaches and a replacement, and goes on after a restart of the engine', {
      timeout: 150_000,
    }, async () => {
      await using box = sandbox(it.engine)
      const host = await estate(box)
      for (const { handle } of [host.backend, host.database]) await handle.update({ RestartPolicy: { Name: 'always' } })
      await using netheal = await installFor(host, it.reach({ ca: it.authority.cert, ...it.client }))
      const daemon = await twentyDetaches(host, netheal)

      const since = daemon.lines.length
      await it.engine.restart()
      await daemon.said('event stream lost, opening it again', { since })
      await daemon.said('event stream open', { since })
      await until(async () => (await host.backend.handle.inspect()).State.Running, {
        what: 'the container to run again',
      })
      await until(() => isAttached(host.stack, host.backend), { what: 'its attachment' })
      await detach(host.stack, host.backend)
      await daemon.said('detached', { container: host.backend.name, since })
      await daemon.said('attached', { container: host.backend.name, since })
      expect(await isAttached(host.stack, host.backend)).toBe(true)
      expect(await daemon.stop()).toBe(0)
      expect((await netheal.detaches()).filter(d => d.cause === 'explicit')).toHaveLength(21)
    })

    test('over TLS: what is wrong with a certificate is said, with what to do about it', {
      timeout: 90_000,
    }, async () => {
      const { authority, client, folder } = it
      await using box = sandbox(it.engine)
      const host = await estate(box)
      const other = await createAuthority(join(folder, 'other'))
      const expired = await authority.issue('expired', { usage: 'client', expired: true })
      const foreign = await other.issue('foreign', { usage: 'client' })
      const server = await authority.issue('server', { usage: 'server', names: 'IP:127.0.0.1' })
      const ca = authority.cert
      const nothing = join(folder, 'nothing.pem')
      await writeFile(nothing, 'nothing\n')
      const untrusted = (why: RegExp): RegExp => new RegExp(`no trusted connection to ${ADDRESS}: ${why.source}`)
      const refused = untrusted(/the engine refuses our client certificate/)

      const cases: readonly (readonly [reach: Reach, exit: number, message: RegExp, hint: RegExp])[] = [
        [
          it.reach({ ca: other.cert, ...client }),
          4,
          untrusted(/its certificate is not signed by an authority that netheal trusts/),
          /docker\.tls\.ca/,
        ],
        // The authorities of the system.
        [
          it.reach({ ...client }),
          4,
          untrusted(/its certificate is not signed by an authority that netheal trusts/),
          /docker\.tls\.ca/,
        ],
        [
          it.reach({ ca, ...expired }),
          4,
          untrusted(/the engine refuses our client certificate: .*to Jan 2 00:00:00 2020 GMT/),
          /docker\.tls\.cert/,
        ],
        [it.reach({ ca }), 4, untrusted(/the engine requires a client certificate and got none/), /docker\.tls\.cert/],
        [it.reach({ ca, ...foreign }), 4, refused, /--tlscacert/],
        // Signed by the right authority, but for servers.
        [it.reach({ ca, ...server }), 4, refused, /for client use/],
        [it.reach({ ca, ...client }, 'tcp://localhost:2376'), 4, /for another name \(Host: localhost/, /docker\.host/],
        [
          it.reach(undefined),
          4,
          /no engine at .* it requires TLS/,
          /docker\.tls\.ca, docker\.tls\.cert and docker\.tls\.key/,
        ],
        [it.reach({ ca, ...client }, 'tcp://127.0.0.1:2377'), 4, /no engine at .*ECONNREFUSED/, /that port/],
        [
          it.reach({ ca, ...client, key: expired.key }),
          2,
          /docker\.tls\.key: .* not the key of docker\.tls\.cert/,
          /./,
        ],
        [it.reach({ ca: nothing, ...client }), 2, /docker\.tls\.ca: the file contains no certificate/, /PEM/],
        [it.reach({ ca, ...client, cert: nothing }), 2, /docker\.tls\.cert: the file contains no certificate/, /PEM/],
        [
          it.reach({ ca, ...client, key: nothing }),
          2,
          /docker\.tls\.key: the file contains no usable private key/,
          /passphrase/,
        ],
        [it.reach({ ca, ...client, key: '/nowhere.pem' }), 2, /docker\.tls\.key: cannot read \/nowhere\.pem/, /^/],
      ]
      for (const [reach, exit, message, hint] of cases) {
        await using netheal = await installFor(host, reach)
        const ended = await Promise.all([netheal.command('check'), netheal.command('once')])
        for (const it of ended) expectClear(it, exit, message, hint)
        expect(await netheal.actionLog()).toEqual([])
      }
      for (const app of [host.backend, host.worker]) expect(await isAttached(host.stack, app)).toBe(false)
    })

    test('over TLS: a daemon that is refused says so and goes on trying, and takes a renewed certificate at SIGHUP', {
      timeout: 90_000,
    }, async () => {
      await using box = sandbox(it.engine)
      const host = await estate(box)
      const expired = await it.authority.issue('renewed', { usage: 'client', expired: true })
      await using netheal = await installFor(host, it.reach({ ca: it.authority.cert, ...expired }))
      const daemon = netheal.start()
      expect((await daemon.said('pass failed, trying again')).error).toMatch(
        /refuses our client certificate: .*to Jan 2 00:00:00 2020 GMT/,
      )
      expect(daemon.hasExited).toBe(false)
      // Renewed in place, under the names that the config has.
      await copyFile(it.client.cert, expired.cert)
      await copyFile(it.client.key, expired.key)
      daemon.signal('SIGHUP')
      for (const app of [host.backend, host.worker]) {
        await daemon.said('attached', { container: app.name })
        expect(await isAttached(host.stack, app)).toBe(true)
      }
      expect(await daemon.stop()).toBe(0)
      expect(daemon.stderr).toBe('')
    })
  })
})

/** A folder with the authority and a client as `docker` wants them called. */
async function dockersNames({ folder, authority, client }: Secured): Promise<string> {
  const path = await mkdtemp(join(folder, 'docker-'))
  await copyFile(authority.cert, join(path, 'ca.pem'))
  await copyFile(client.cert, join(path, 'cert.pem'))
  await copyFile(client.key, join(path, 'key.pem'))
  return path
}
