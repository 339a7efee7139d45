// What it means that a readiness URL could not be asked: the name, the connection, its certificate, or the time. Pure.

import { assertNever } from '../../core/errors.ts'
import { excerpt, shellWord } from '../excerpt.ts'
import type { HttpAnswer, HttpFailure, HttpPhase } from '../http-port.ts'
import type { Verdict } from '../rules/finding.ts'
import { type Asked, type Said, seconds, shownUrl } from './asked.ts'

export function failed({ failure, phase, message }: Extract<HttpAnswer, { kind: 'failed' }>, asked: Asked): Said {
  const url = shownUrl(asked.url)
  const { code, what, remedy } = failureWords(failure, phase, asked)
  return {
    ...{ code, verdict: 'wrong' satisfies Verdict, evidence: [excerpt(message)], remedy },
    summary: `${url} ${what}`,
  }
}

function failureWords(
  failure: HttpFailure,
  phase: HttpPhase,
  { url, timeout }: Asked,
): { readonly code: string; readonly what: string; readonly remedy: readonly string[] } {
  const { hostname, host } = new URL(url)
  const proxy = 'check that the proxy is running and the port is open: docker ps --filter name=coolify-proxy'
  switch (failure) {
    case 'dns':
      return {
        code: 'readiness-dns',
        what: `could not be reached: ${hostname} does not resolve on this host`,
        remedy: [
          `getent hosts ${shellWord(hostname)}`,
          "check the record at the DNS provider, and this host's resolver (/etc/resolv.conf)",
        ],
      }
    case 'refused':
      return {
        code: 'readiness-unreachable',
        what: `could not be reached: ${host} refuses the connection`,
        remedy: [proxy],
      }
    case 'unreachable':
      return {
        code: 'readiness-unreachable',
        what: `could not be reached: there is no route to ${host}`,
        remedy: [proxy, 'check the routes and the firewall of this host'],
      }
    case 'reset':
      return {
        code: 'readiness-unreachable',
        what: phase === 'body' ? 'broke off in the middle of its answer' : 'closed the connection without an answer',
        remedy: ['check the logs of the app, and of the proxy in front of it'],
      }
    case 'tls':
      return {
        code: 'readiness-tls',
        what: `could not be reached: the TLS certificate of ${host} is not trusted`,
        remedy: [
          "the certificate has expired, or it is the proxy's own (no domain is set in Coolify)",
          `curl -v ${shellWord(shownUrl(url))}`,
        ],
      }
    case 'timeout':
      return {
        code: 'readiness-timeout',
        what: {
          connect: `could not be reached: no connection within ${seconds(timeout)}`,
          answer: `accepts the connection, but does not answer within ${seconds(timeout)}`,
          body: `starts to answer, but does not finish within ${seconds(timeout)}`,
        }[phase],
        remedy:
          phase === 'connect'
            ? [proxy]
            : ['the app hangs, or waits for its database: see its log, and "pools" in this diagnosis'],
      }
    case 'other':
      return {
        code: 'readiness-unreachable',
        what: 'could not be queried, or its answer could not be understood',
        remedy: [proxy],
      }
    default:
      return assertNever(failure)
  }
}
