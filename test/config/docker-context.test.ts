// The engine of Docker's current context, as `docker context create` and `docker context use` leave it on a disk.
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contextText, dockerContext } from '../../src/config/docker-context.ts'
import { loadConfig } from '../../src/config/load.ts'
import { freshFolder } from '../record/folder.ts'
import { diskWith } from './disk.ts'

const ROOTLESS = 'unix:///run/user/1000/docker.sock'

interface Home {
  readonly current?: string
  readonly contexts?: Readonly<Record<string, string>>
  readonly tls?: readonly string[]
}

/** A home with Docker's files in it. */
function furnish(home: string, { current, contexts = {}, tls = [] }: Home): void {
  const folder = join(home, '.docker')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'config.json'), JSON.stringify(current === undefined ? {} : { currentContext: current }))
  for (const [name, host] of Object.entries(contexts)) {
    const id = createHash('sha256').update(name).digest('hex')
    const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } }
    mkdirSync(join(folder, 'contexts', 'meta', id), { recursive: true })
    writeFileSync(join(folder, 'contexts', 'meta', id, 'meta.json'), JSON.stringify(meta))
    const certificates = join(folder, 'contexts', 'tls', id, 'docker')
    mkdirSync(certificates, { recursive: true })
    for (const file of tls) writeFileSync(join(certificates, `${file}.pem`), '')
  }
}

async function contextIn(home: Home, env: Readonly<Record<string, string>> = {}) {
  await using folder = freshFolder()
  furnish(folder.path, home)
  const found = dockerContext({ HOME: folder.path, ...env }, join(folder.path, 'no.sock'))
  return found === null ? null : { ...found, tls: Object.keys(found.tls) }
}

const rootless = { contexts: { rootless: ROOTLESS, far: 'tcp://10.0.0.5:2376' } }

test('the current context', async () => {
  expect(await contextIn({ ...rootless, current: 'rootless' })).toEqual({ name: 'rootless', host: ROOTLESS, tls: [] })
})

test('DOCKER_CONTEXT goes before it', async () => {
  const found = await contextIn({ ...rootless, current: 'rootless', tls: ['ca', 'key'] }, { DOCKER_CONTEXT: 'far' })
  expect(found).toEqual({ name: 'far', host: 'tcp://10.0.0.5:2376', tls: ['ca', 'key'] })
})

test.each<[string, Home]>([
  ['none is chosen', rootless],
  ['the default one', { ...rootless, current: 'default' }],
  ['one that is gone', { ...rootless, current: 'gone' }],
  ['one of another kind', { current: 'w', contexts: { w: 'npipe:////./pipe/docker' } }],
])('no context: %s', async (_, home) => {
  expect(await contextIn(home)).toBeNull()
})

test('what is no JSON is none', async () => {
  await using folder = freshFolder()
  furnish(folder.path, rootless)
  writeFileSync(join(folder.path, '.docker', 'config.json'), '{')
  expect(dockerContext({ HOME: folder.path }, '/nowhere')).toBeNull()
})

test("the host's own socket comes first where it can be used", async () => {
  await using folder = freshFolder()
  furnish(folder.path, { ...rootless, current: 'rootless' })
  const socket = join(folder.path, 'docker.sock')
  const server = createServer().listen(socket)
  try {
    await new Promise(resolve => server.once('listening', resolve))
    expect(dockerContext({ HOME: folder.path }, socket)).toBeNull()
  } finally {
    server.close()
  }
})

test('what is asked for anywhere else goes before it', async () => {
  const contextOf = () => ({ name: 'rootless', host: ROOTLESS, tls: {} })
  const file = { attachments: [{ containers: 'a', network: 'n' }] }
  const load = async (input: Partial<Parameters<typeof loadConfig>[0]>, more = {}) => {
    const { config, context, origins } = await loadConfig({
      ...{ flags: {}, env: {}, disk: diskWith({ ...file, ...more }), contextOf },
      ...input,
    })
    return [config.docker.host, context, origins['docker.host']?.kind]
  }
  const text = contextText({ name: 'rootless', host: ROOTLESS, tls: {} })
  expect(text).toContain(`Docker's context "rootless": ${ROOTLESS}`)
  expect(await load({})).toEqual([ROOTLESS, text, 'context'])
  expect(await load({ flags: { dockerHost: 'unix:///a' } })).toEqual(['unix:///a', null, 'flag'])
  expect(await load({ env: { DOCKER_HOST: 'unix:///b' } })).toEqual(['unix:///b', null, 'environment'])
  expect(await load({}, { docker: { host: 'unix:///c' } })).toEqual(['unix:///c', null, 'file'])
  expect(await load({ contextOf: () => null })).toEqual(['unix:///var/run/docker.sock', null, 'default'])
})
