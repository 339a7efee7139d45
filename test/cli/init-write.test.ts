// `netheal init --write`: makes the directory and the file, once, and says what comes next.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compose, container, on, SUPABASE, supabase, world } from '../core/builders.ts'
import { initOn } from './init-host.ts'

const db = container('supabase-db', { labels: compose(SUPABASE, 'supabase-db'), endpoints: [on(supabase)] })
const seen = world([db, container('pms-backend')], [supabase])

async function folder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'netheal-init-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

test('writes what it prints, readable for everybody, and says what to do next', async () => {
  await using at = await folder()
  const config = join(at.path, 'etc/netheal/config.json')
  const told = await initOn({ world: seen }, { write: true, config })
  expect(told.code).toBe(0)
  expect(await readFile(config, 'utf8')).toBe(told.out)
  expect((await stat(config)).mode & 0o777).toBe(0o644)
  expect(await readdir(join(at.path, 'etc/netheal'))).toEqual(['config.json'])
  expect(told.err).toContain(`Written    ${config}\n`)
  expect(told.err).toContain('Next: netheal check')
  expect(told.err).toContain('systemctl enable --now netheal')
})

test('NETHEAL_CONFIG says where; --json says what was written', async () => {
  await using at = await folder()
  const config = join(at.path, 'config.json')
  const told = await initOn({ world: seen, env: { NETHEAL_CONFIG: config } }, { write: true, json: true })
  expect(JSON.parse(told.out)).toMatchObject({ written: config })
  expect(JSON.parse(await readFile(config, 'utf8'))).toEqual(JSON.parse(told.out).config)
})

test('never over anything: a file, an empty one, a link to nowhere, a folder', async () => {
  await using at = await folder()
  const config = join(at.path, 'config.json')
  const write = () => initOn({ world: seen }, { write: true, config })
  const refused = { code: 'config', message: `${config} exists, and was not overwritten` }
  for (const content of ['{}', '']) {
    await writeFile(config, content)
    await expect(write()).rejects.toMatchObject(refused)
    expect(await readFile(config, 'utf8')).toBe(content)
  }
  await rm(config)
  await symlink(join(at.path, 'nowhere'), config)
  await expect(write()).rejects.toMatchObject(refused)
  await rm(config)
  await mkdir(config)
  await expect(write()).rejects.toMatchObject(refused)
  expect(await readdir(at.path)).toEqual(['config.json'])
})

test('a place that cannot be written to, and nothing to write', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'file'), '')
  await expect(
    initOn({ world: seen }, { write: true, config: join(at.path, 'file/config.json') }),
  ).rejects.toMatchObject({
    code: 'record',
    message: expect.stringContaining('cannot write'),
  })
  const config = join(at.path, 'config.json')
  expect((await initOn({ world: world([], []) }, { write: true, config })).code).toBe(3)
  expect(await readdir(at.path)).toEqual(['file'])
})
