// docs/allow-list: its two proxies let through the same calls, all that netheal can make, and nothing that only looks like them.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { allAllowances, allowanceOf } from '../../src/docker/allowance.ts'

const docs = new URL('../../docs/allow-list/', import.meta.url)
const haproxy = await readFile(new URL('haproxy.cfg', docs), 'utf8')
const readme = await readFile(new URL('README.md', docs), 'utf8')
const ID = '0123456789ab'

/** A whole call for an allowance's: with the version, and an id. */
function whole(call: string): string {
  const [method, path = ''] = call.split(' ')
  return `${method} ${path === '/version' ? '' : '/v1.51'}${path.replace('{id}', ID)}`
}

/** By haproxy.cfg; the lines that are off belong to `optional`. */
function byHaproxy({ optional }: { optional: boolean }): (call: string) => boolean {
  const acls = [...haproxy.matchAll(/^ {4}(#?)acl allowed var\(txn\.call\) -m reg '(.+)'$/gm)]
  const patterns = acls.filter(([, off]) => optional || off === '').map(([, , pattern]) => new RegExp(pattern ?? ''))
  return call => patterns.some(p => p.test(call))
}

/** By the expressions of the README: the first pair, or the one with the optional lines. */
function bySocketProxy({ optional }: { optional: boolean }): (call: string) => boolean {
  const found = [...readme.matchAll(/-allow(GET|POST)=([^'\n]+)/g)].map(([, method, source]) => ({ method, source }))
  const pair = optional ? found.slice(2, 4) : found.slice(0, 2)
  return call => {
    const [method, path = ''] = call.split(' ')
    return pair.some(p => p.method === method && new RegExp(`^${p.source}$`).test(path))
  }
}

const always = allAllowances().filter(a => !['resolve', 'restart', 'diagnose'].includes(a.line))

test.for([
  ['haproxy.cfg', byHaproxy],
  ['the expressions for socket-proxy', bySocketProxy],
] as const)('%s: what is needed, and what is optional', ([, lets]) => {
  const base = lets({ optional: false })
  const all = lets({ optional: true })
  for (const { line, calls } of allAllowances()) {
    for (const call of calls.map(whole)) {
      expect([call, base(call)]).toEqual([call, always.some(a => a.line === line)])
      expect([call, all(call)]).toEqual([call, true])
    }
  }
  const denied = [
    'POST /v1.51/containers/create',
    `DELETE /v1.51/containers/${ID}`,
    `POST /v1.51/containers/${ID}/stop`,
    `POST /v1.51/containers/${ID}/update`,
    `GET /v1.51/containers/${ID}/logs/`,
    `POST /v1.51/containers/${ID}/logs`,
    `GET /v1.51/containers/${ID}/attach/ws`,
    `GET /v1.51/containers/${ID}/archive`,
    'POST /v1.51/networks/create',
    `DELETE /v1.51/networks/${ID}`,
    'POST /v1.51/networks/prune',
    'GET /v1.51/images/json',
    'GET /v1.51/info',
    'POST /v1.51/session',
    `POST /v1.51/containers/${ID}/json`,
    'HEAD /_ping',
    'GET /v1.51/networks/',
    'GET //v1.51/networks',
    'GET /v1.51/../v1.51/networks',
    'GET /v1.51/containers/../images/json',
    'GET /v1.51/containers/%2e%2e/json',
    `POST /v1.51/networks/x%2F..%2F..%2Fcontainers/connect`,
    `POST /v1.51/networks/x/../../containers/create?/connect`,
    'POST /v1.51/networks/../connect',
    `POST /v1.51/networks/${ID}/connect/`,
    'GET /v2.51/networks',
    'GET /v1.51x/networks',
  ]
  expect(denied.filter(call => all(call))).toEqual([])
})

test("every call has its line in the README's table", () => {
  for (const { line, calls } of allAllowances()) {
    for (const call of calls)
      expect(readme.split('\n').some(l => l.startsWith(`| ${line} |`) && l.includes(call))).toBe(true)
    expect(haproxy).toContain(`    # ${line}: `)
  }
})

test('a call is known by the name that the adapter gives it', () => {
  expect(allowanceOf('exec')?.line).toBe('resolve')
  expect(allowanceOf('inspect 0123456789ab')?.line).toBe('look')
  expect(allowanceOf('log 0123456789ab')?.line).toBe('diagnose')
  expect(allowanceOf('toString')).toBeNull()
})
