/** What a running installed daemon serves: each route, what it answers, and whether that is what it should be. */
import { expect } from 'vitest'
import { APP, NETWORK, WORKER } from './host.ts'
import { isPage } from './looking-back.ts'

export interface Route {
  readonly path: string
  readonly type: RegExp
  readonly holds: (body: string) => void
}

/** Of a host on which both applications have been healed. */
export const ROUTES: readonly Route[] = [
  { path: '/', type: /^text\/html/, holds: isPage },
  {
    path: '/status',
    type: /^application\/json/,
    holds(body) {
      const attachments = [APP, WORKER].map(container => ({ container, network: NETWORK, state: 'attached' }))
      expect(JSON.parse(body)).toMatchObject({ version: 1, healer: { alive: true, mode: 'daemon' }, attachments })
    },
  },
  { path: '/healthz', type: /^text\/plain/, holds: body => expect(body).toBe('ok\n') },
  {
    path: '/metrics',
    type: /^text\/plain; version=0\.0\.4/,
    holds(body) {
      expect(body).toMatch(/^netheal_build_info\{version="[^"]+",commit="[^"]+",node="v[\d.]+",host="[^"]+"\} 1$/m)
      for (const name of [APP, WORKER])
        expect(body).toContain(`\nnetheal_attachments_attached{container="${name}",network="${NETWORK}"} 1\n`)
    },
  },
]
