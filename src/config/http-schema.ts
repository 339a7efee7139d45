// `http` as written in the file: where the page is served, and under which host names.
import * as z from 'zod/mini'
import { listenAdvice, listenFault } from './listen.ts'
import { urlFault } from './url.ts'
import { text } from './values.ts'
import { annotate, defaulting, optional } from './words.ts'

const listen = text(
  {
    expected: 'an address and a port, or a port alone for this host only',
    example: '127.0.0.1:8790',
    advise: listenAdvice,
  },
  listenFault,
)

const host = text({ expected: 'a host name', example: 'netheal.example.com' }, value => {
  if (/^[a-z]+:\/\//i.test(value)) return 'Write the host name only, without "://" and what is around it.'
  if (value.includes('*')) return 'Write each name in full: "*" is not allowed here.'
  const [, name] = /^([\w.-]+|\[[\da-f:.]+\]):\d+$/i.exec(value) ?? []
  if (name !== undefined) return `Write it without the port: "${name}".`
  return /^(\w([\w.-]*\w)?|\[[\da-f:.]+\])$/i.test(value) && value.length <= 253 ? null : ''
})

export const http = z.strictObject({
  listen: optional(listen, 'no port is opened', 'Where the page, `/metrics`, `/status` and `/healthz` are served.'),
  hosts: defaulting(
    annotate(z.array(host), { expected: 'a list of host names', example: ['netheal.example.com'] }),
    [],
    'More host names under which it is reached, for example through a proxy. The address itself and localhost always work.',
  ),
  url: optional(
    text({ expected: 'a URL that begins with https:// or http://', example: 'https://netheal.example.com/' }, urlFault),
    'no link',
    'The address under which people see the page; notifications link to it.',
  ),
})
