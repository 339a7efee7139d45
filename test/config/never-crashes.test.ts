// Whatever is in the file and in the environment: a config, or a NethealError `config`. Never anything else, never a long wait.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Environment } from '../../src/config/environment.ts'
import { variables } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'
import { fileSchema } from '../../src/config/schema.ts'
import { entries } from '../../src/config/shape.ts'
import { NethealError } from '../../src/core/errors.ts'
import { diskWith } from './disk.ts'

async function outcomeOf(content: string | Uint8Array | object, env: Environment = {}): Promise<string> {
  try {
    await loadConfig({ flags: {}, env, disk: diskWith(content) })
    return 'loaded'
  } catch (error) {
    if (!(error instanceof NethealError) || error.code !== 'config') throw error
    expect(error.message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    for (const line of error.message.split('\n')) expect(line.length).toBeLessThan(420)
    return 'refused'
  }
}

/** Text that likes to be where the schema looks. */
const words = fc.constantFrom(
  'never',
  'a',
  '*/2 * * * *',
  '15m',
  '10m',
  '/x',
  'unix:///x',
  '',
  '\u001b[2J',
  '__proto__',
)
const keys = fc.constantFrom(
  ...new Set(entries(fileSchema).flatMap(entry => entry.keys.map(key => key.replace('[]', '')))),
  'of',
  'label',
  '__proto__',
)
const { near } = fc.letrec(tie => ({
  near: fc.oneof(
    { depthSize: 'small' },
    words,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('near'), { maxLength: 3 }),
    fc.dictionary(keys, tie('near'), { maxKeys: 5 }),
  ),
}))

test('any JSON value as a config is a config or a list of mistakes', async () => {
  await fc.assert(fc.asyncProperty(fc.jsonValue(), async value => void (await outcomeOf(JSON.stringify(value)))))
})

test('values that look like a config are a config or a list of mistakes', async () => {
  const rule = fc.dictionary(keys, near, { maxKeys: 6 })
  const config = fc.tuple(fc.array(rule, { maxLength: 3 }), fc.dictionary(keys, near, { maxKeys: 5 }))
  await fc.assert(
    fc.asyncProperty(config, async ([attachments, rest]) => void (await outcomeOf({ ...rest, attachments }))),
    { numRuns: 300 },
  )
})

test('any text and any bytes as a config are a config or a list of mistakes', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json().map(json => json.slice(1)),
    fc.stringMatching(/^[[\]{}",:'/ \na1-]*$/),
  )
  await fc.assert(
    fc.asyncProperty(text, async content => void (await outcomeOf(content))),
    { numRuns: 300 },
  )
  await fc.assert(fc.asyncProperty(fc.uint8Array(), async content => void (await outcomeOf(content))))
})

test('any environment is a config or a list of mistakes', async () => {
  const names = fc.oneof(
    fc.constantFrom(...variables().keys(), 'DOCKER_HOST', 'DOCKER_TLS_VERIFY', 'LOGS_DIRECTORY'),
    fc.string().map(s => `NETHEAL_${s}`),
  )
  const env = fc.dictionary(names, fc.oneof(words, fc.string({ unit: 'binary' })))
  const config = fc.oneof(near, fc.constant({ attachments: [{ containers: 'a', network: 'n' }] }))
  await fc.assert(
    fc.asyncProperty(config, env, async (value, variables) => void (await outcomeOf(JSON.stringify(value), variables))),
  )
})

test('a mebibyte of mistakes is told at once', async () => {
  const unknown = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, 1]))
  expect(await outcomeOf(unknown)).toBe('refused')
  expect(await outcomeOf(`{${'"a": 1, '.repeat(120_000)}"a": 1}`)).toBe('refused')
  expect(
    await outcomeOf({ attachments: Array.from({ length: 10_000 }, () => ({ containers: 'a', network: 'n' })) }),
  ).toBe('refused')
})
