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
  const proxy = 'is the proxy running, and the port open? docker ps --filter name=coolify-proxy'
  switch (failure) {
    case 'dns':
      return {
        code: 'readiness-dns',
        what: `could not be asked: ${hostname} has no address here`,
        remedy: [
          `getent hosts ${shellWord(hostname)}`,
          'the record at the DNS provider, or the resolver of this host (/etc/resolv.conf)',
        ],
      }
    case 'refused':
      return {
        code: 'readiness-unreachable',
        what: `could not be asked: ${host} refuses the connection`,
        remedy: [proxy],
      }
    case 'unreachable':
      return {
        code: 'readiness-unreachable',
        what: `could not be asked: there is no way to ${host}`,
        remedy: [proxy, 'the routes and the firewall of this host'],
      }
    case 'reset':
      return {
        code: 'readiness-unreachable',
        what: phase === 'body' ? 'broke off in the middle of its answer' : 'closed the connection without an answer',
        remedy: ['the logs of the app, and of the proxy in front of it'],
      }
    case 'tls':
      return {
        code: 'readiness-tls',
        what: `could not be asked: the TLS of ${host} is not to be trusted`,
        remedy: [
          'a certificate that ran out, or one of the proxy itself (no domain is set in Coolify)',
          `curl -v ${shellWord(shownUrl(url))}`,
        ],
      }
    case 'timeout':
      return {
        code: 'readiness-timeout',
        what: {
          connect: `could not be asked: no connection within ${seconds(timeout)}`,
          answer: `takes the question, and does not answer within ${seconds(timeout)}`,
          body: `begins to answer, and does not end within ${seconds(timeout)}`,
        }[phase],
        remedy:
          phase === 'connect'
            ? [proxy]
            : ['the app hangs, or waits for its database: its log, and the topic pools here'],
      }
    case 'other':
      return {
        code: 'readiness-unreachable',
        what: 'could not be asked, or its answer not be understood',
        remedy: [proxy],
      }
    default:
      return assertNever(failure)
  }
}
