// TLS to an engine at `tcp://`: the three files are tried before the first call, and what either side has against the
// other's certificate is said in words, with what to do about it. OpenSSL's own are lines of its source.
import { X509Certificate } from 'node:crypto'
import { Agent, type RequestOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { createSecureContext } from 'node:tls'
import { NethealError } from '../core/errors.ts'

/** What the PEM files hold. */
export interface Tls {
  readonly ca: Buffer | null
  readonly cert: Buffer | null
  readonly key: Buffer | null
}

/** Throws NethealError `config` for what is no certificate, no key, or not the key of that certificate. */
export function checkTls({ ca, cert, key }: Tls): void {
  // Node takes anything for an authority, and then trusts nobody.
  if (ca !== null && !ca.includes('-----BEGIN ')) throw unusable('ca', 'contains no certificate', PEM)
  tryOut('ca', ca === null ? {} : { ca }, 'contains no certificate', PEM)
  tryOut('cert', cert === null ? {} : { cert }, 'contains no certificate', PEM)
  tryOut('key', key === null ? {} : { key }, 'contains no usable private key', 'it must be PEM, without a passphrase')
  const both = cert === null || key === null ? {} : { cert, key }
  tryOut('key', both, 'is not the key of docker.tls.cert', 'name the two files that belong together')
}

const PEM = 'it must be PEM, as in -----BEGIN CERTIFICATE-----'

function tryOut(key: string, context: Parameters<typeof createSecureContext>[0], fault: string, hint: string): void {
  try {
    createSecureContext(context)
  } catch (cause) {
    throw unusable(key, fault, hint, cause)
  }
}

function unusable(key: string, fault: string, hint: string, cause?: unknown): NethealError {
  return new NethealError('config', `docker.tls.${key}: the file ${fault}`, { hint, cause })
}

/** What is wrong, and what the operator does next. */
export interface TlsFault {
  readonly why: string
  readonly hint: string
}

/**
 * An agent whose errors say which certificate was shown, as `shown`: an engine that refuses it says little about why. No class:
 * that would load TLS, 8 ms and 4 MiB, wherever this file is loaded.
 */
export function secureAgent({ ca, cert, key }: Tls): Agent {
  const agent = new Agent({ keepAlive: true, ca: ca ?? undefined, cert: cert ?? undefined, key: key ?? undefined })
  const shown = cert === null ? null : inWords(cert)
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options: RequestOptions, callback?: (error: Error | null, stream: Duplex) => void) => {
    const socket = connect(options, callback)
    socket?.prependListener('error', error => Object.assign(error, { shown }))
    return socket
  }
  return agent
}

function inWords(pem: Buffer): string {
  const { subject, validFrom, validTo } = new X509Certificate(pem)
  return `ours: ${subject.replaceAll('\n', ', ')}, valid from ${validFrom} to ${validTo}`.replace(/ {2,}/g, ' ')
}

const OWN = 'docker.tls.cert and docker.tls.key (or cert.pem and key.pem in DOCKER_CERT_PATH)'

/**
 * Null for an error that is none of TLS. `message` is the error's own, of which one line is kept at most; `shown` says
 * which certificate we showed, null for none.
 */
export function tlsFaultOf(code: string, message: string, shown: string | null): TlsFault | null {
  // What the engine has against us: an alert, after Go has looked at our certificate. Docker 20.10 says no more than
  // "bad certificate", whatever is wrong, and also where there is none.
  const alert = /_ALERT_([A-Z_]+)$/.exec(code)?.[1]
  if (alert === 'CERTIFICATE_REQUIRED' || (alert === 'BAD_CERTIFICATE' && shown === null))
    return { why: 'the engine requires a client certificate and got none', hint: `set one: ${OWN}` }
  if (alert !== undefined && shown !== null && OF_CERTIFICATES.test(alert)) {
    const expired = alert === 'CERTIFICATE_EXPIRED'
    const said = expired ? 'it has expired, or is not valid yet' : alert.toLowerCase().replaceAll('_', ' ')
    const hint = expired
      ? `renew it: ${OWN}; or correct the clock, if one of the hosts has a wrong one`
      : `it must be valid now, for client use, and signed by the CA that dockerd has as --tlscacert: ${OWN}`
    return { why: `the engine refuses our client certificate: ${said} (${shown})`, hint }
  }
  // What we have against the engine.
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const said = message.replace(/^Hostname\/IP does not match certificate's altnames: /, '')
    const hint =
      "set docker.host to a name or address in the engine's certificate, or have a certificate made for this one"
    return { why: `its certificate is for another name (${said.trim()})`, hint }
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const hint = "renew the engine's certificate (dockerd --tlscert), or correct the clock of this host"
    return { why: `its certificate ${code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet'}`, hint }
  }
  if (/^(UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|CERT_|INVALID_CA)/.test(code)) {
    const hint = "docker.tls.ca (or ca.pem in DOCKER_CERT_PATH) must be the CA that signed the engine's certificate"
    return { why: `its certificate is not signed by an authority that netheal trusts (${code})`, hint }
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return { why: 'it does not speak TLS', hint: 'start dockerd with --tlsverify there, or correct the port' }
  if (!/^(ERR_TLS|ERR_SSL|EPROTO)/.test(code)) return null
  return { why: code, hint: 'check docker.tls in the config, or DOCKER_CERT_PATH' }
}

const OF_CERTIFICATES =
  /^(UNKNOWN_CA|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|ACCESS_DENIED|HANDSHAKE_FAILURE)$/

/** What Go's server says to plain HTTP on its TLS port, with HTTP 400. */
export const WANTS_TLS = /client sent an http request to an https server/i

export const HOW_TO_USE_TLS =
  'set docker.tls.ca, docker.tls.cert and docker.tls.key, or DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH'
