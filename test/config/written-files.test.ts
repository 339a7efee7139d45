// What is made from the schema is current, and is what people can start from.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fromJSONSchema } from 'zod'
import * as z from 'zod/mini'
import { tableText, withTable } from '../../scripts/config-table.ts'
import { jsonSchemaText } from '../../scripts/json-schema.ts'
import { variables } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'
import { fileSchema } from '../../src/config/schema.ts'
import { entries, leaves } from '../../src/config/shape.ts'
import { diskWith } from './disk.ts'

const ROOT = join(import.meta.dirname, '../..')
const SCRIPT = join(ROOT, 'scripts/write-schema.ts')
const EXAMPLE = readFileSync(join(ROOT, 'config.example.json'), 'utf8')
const SMALLEST = {
  $schema: './config.schema.json',
  attachments: [
    { containers: ['pms-backend', 'pms-worker-v2'], network: 'bccg4gs4o4kgsowocw08wkw4', resolve: ['supabase-db'] },
  ],
}

const REST = {
  ...SMALLEST,
  heartbeat: { pingUrl: { file: 'ping-url' } },
  notify: [
    { format: 'slack', url: 'https://hooks.slack.com/services/T/B/x', on: ['loop'], name: 'ops' },
    { format: 'ntfy', url: { env: 'NTFY_URL' }, token: { file: '/etc/netheal/ntfy-token' } },
    { format: 'email', to: ['ops@example.com'] },
    { format: 'command', command: ['/usr/local/bin/tell'] },
  ],
  metrics: { textfile: '/var/lib/node_exporter/netheal.prom' },
  http: { listen: '8790', hosts: ['netheal.example.com'] },
  diagnose: {
    readiness: ['http://localhost:3000/health/ready', { url: 'http://localhost/', timeout: '1s' }],
    probes: [{ preset: 'pms-database', container: 'supabase-db-*' }],
  },
}

describe('config.schema.json', () => {
  // Read back by zod from the text alone: nothing of our own schema is left in it.
  const schema = fromJSONSchema(JSON.parse(jsonSchemaText()))

  test('is current', () => {
    expect(readFileSync(join(ROOT, 'config.schema.json'), 'utf8')).toBe(jsonSchemaText())
  })

  test.each([
    ['the smallest config', SMALLEST],
    ['the example', JSON.parse(EXAMPLE) as object],
    ['all of the rest', REST],
  ])('accepts %s', (_, config) => {
    expect(z.safeParse(schema, config).success).toBe(true)
  })

  test.each([
    ['no attachments', {}],
    ['a plain token', { ...SMALLEST, notify: [{ url: 'https://a.b/', token: 'x' }] }],
    ['an unknown format', { ...SMALLEST, notify: [{ format: 'teams' }] }],
    ['an unknown key', { ...SMALLEST, frobnicate: 1 }],
    ['an unknown key in a section', { ...SMALLEST, loop: { whitin: '15m' } }],
    ['a bare number', { ...SMALLEST, loop: { within: 15 } }],
    ['two ways to choose', { attachments: [{ containers: { compose: 'a/b', coolify: 'c' }, network: 'n' }] }],
  ])('refuses %s', (_, config) => {
    expect(z.safeParse(schema, config).success).toBe(false)
  })

  test('has no word of ours that means nothing there', () => {
    expect(jsonSchemaText()).not.toMatch(/"(expected|example|advise|absent|shorthand|secret)":/)
  })

  test('describes every key, and gives every default', () => {
    for (const { keys, words } of entries(fileSchema))
      expect([keys.join('.'), words.description ?? '']).toEqual([keys.join('.'), expect.stringMatching(/\.$/)])
    expect(JSON.parse(jsonSchemaText())).toMatchObject({
      properties: { loop: { properties: { within: { default: '15m' } } } },
    })
  })
})

test('config.example.json is good', async () => {
  const { config } = await loadConfig({ flags: {}, env: {}, disk: diskWith(EXAMPLE) })
  expect(config.attachments[0]?.resolve).toEqual(['supabase-db'])
})

test('every single value outside of lists has a variable', () => {
  const none = ['$schema', 'attachments', 'notify', 'diagnose.probes']
  const all = leaves(fileSchema).map(({ keys }) => keys.join('.'))
  const named = [...variables().values()].map(({ keys }) => keys.join('.'))
  expect(named).toEqual(all.filter(key => !none.includes(key)))
  expect([...variables().keys()]).toContain('NETHEAL_DOCKER_TLS_CA')
  expect([...variables().keys()]).toContain('NETHEAL_LOG_MAX_SIZE')
})

describe('the table', () => {
  test('has a row for each key', () => {
    const rows = tableText().split('\n')
    expect(rows).toContain('| `loop.within` | `"15m"` | How far back losses are counted. |')
    expect(rows).toContain(
      '| `attachments[].network` | **required** | Which network: a name, an id, `{"of": CONTAINER}` for the one that another container is on, or `{"ofEach": CONTAINERS}` for every one that any of them is on. |',
    )
    expect(rows).toHaveLength(entries(fileSchema).length + 2)
  })

  test('a page without markers has none', () => {
    expect(withTable('# netheal\n')).toBeNull()
  })
})

describe('write-schema', () => {
  let directory = ''

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'netheal-schema-'))
  })

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true })
  })

  function run(...args: readonly string[]): number | null {
    return spawnSync(process.execPath, [SCRIPT, '--root', directory, ...args]).status
  }

  test('writes the schema and the table, and --check tells when one is stale', () => {
    mkdirSync(join(directory, 'docs'))
    const keys = join(directory, 'docs', 'config.md')
    writeFileSync(keys, 'before\n<!-- config table -->\nold\n<!-- /config table -->\nafter\n')
    expect(run()).toBe(0)
    expect(run('--check')).toBe(0)
    expect(readFileSync(keys, 'utf8')).toBe(
      `before\n<!-- config table -->\n${tableText()}\n<!-- /config table -->\nafter\n`,
    )
    expect(readFileSync(join(directory, 'config.schema.json'), 'utf8')).toBe(jsonSchemaText())
    writeFileSync(keys, 'before\n<!-- config table -->\nold\n<!-- /config table -->\nafter\n')
    expect(run('--check')).toBe(1)
  })
})
