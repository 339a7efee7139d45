// What a pass writes ahead of its act: a process that is killed has it when it loads, and nothing old comes back by it.
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Intent, intentOf } from '../../src/core/intent.ts'
import { type Detach, EMPTY_STATE, KEPT_DETACHES, type State } from '../../src/core/state.ts'
import type { StateStore } from '../../src/heal/ports.ts'
import { readState } from '../../src/record/state.ts'
import { asNobody, freshFolder } from './folder.ts'
import { openHealerStore } from './healer-store.ts'
import { FULL } from './states.ts'

const [KEY = ''] = Object.keys(FULL.attachments)
const [BEFORE] = FULL.detaches
if (BEFORE === undefined) throw new Error('the memory of these tests has a detach')
const NEWS: Detach = { ...BEFORE, at: BEFORE.at + 5 }

/** The memory of a pass that is about to act: a loss is taken in. */
function aware(of: State, ...news: readonly Detach[]): State {
  const remembered = of.attachments[KEY] ?? FULL.attachments[KEY]
  if (remembered === undefined) throw new Error('no such attachment')
  const attachments = { ...of.attachments, [KEY]: { ...remembered, state: 'detached' as const } }
  return { ...of, attachments, detaches: [...of.detaches, ...news] }
}

/** What it writes ahead, and what it knows then. */
async function writeAhead(state: StateStore, of: State, ...news: readonly Detach[]): Promise<State> {
  const now = aware(of, ...news)
  await state.writeIntent(intentOf(now, [KEY], news), now)
  return now
}

const after = (state: State): State => ({ ...state, passes: state.passes + 1 })
const pathIn = (directory: string): string => join(directory, 'state.ahead')

async function loaded(directory: string): Promise<State> {
  const { state, note } = await openHealerStore({ directory }).load()
  expect(note).toBeNull()
  expect(await readState({ directory })).toMatchObject({ state, note: null })
  return state
}

test('a process that is killed in the middle of a heal knows of it when it starts again', async () => {
  await using folder = freshFolder()
  const state = openHealerStore({ directory: folder.path })
  await state.save(FULL, false)
  const now = await writeAhead(state, FULL, NEWS)
  expect(await loaded(folder.path)).toEqual(now)
  expect(statSync(pathIn(folder.path)).mode & 0o777).toBe(0o640)
})

test('a state that is saved leaves an empty write-ahead log, so that the first heal does not have to make one', async () => {
  await using folder = freshFolder()
  await openHealerStore({ directory: folder.path }).save(FULL, false)
  expect(readFileSync(pathIn(folder.path), 'utf8')).toBe('')
  expect(statSync(pathIn(folder.path)).mode & 0o777).toBe(0o640)
})

test('the write-ahead log is kept on the first day, with no state yet', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'new', 'state')
  const now = await writeAhead(openHealerStore({ directory }), EMPTY_STATE, NEWS)
  expect(await loaded(directory)).toEqual(now)
})

test('the write-ahead log holds several intents, where nothing whole could be saved between them', async () => {
  await using folder = freshFolder()
  const state = openHealerStore({ directory: folder.path })
  await state.save(FULL, false)
  const first = await writeAhead(state, FULL, NEWS)
  const more = { ...NEWS, at: NEWS.at + 5 }
  await writeAhead(state, after(first), more)
  expect((await loaded(folder.path)).detaches).toEqual([...FULL.detaches, NEWS, more])
})

describe('a whole state that came after', () => {
  test('a whole state that came after the write-ahead log takes its place', async () => {
    await using folder = freshFolder()
    const state = openHealerStore({ directory: folder.path })
    await writeAhead(state, FULL, NEWS)
    await state.save(FULL, false)
    expect(readFileSync(pathIn(folder.path), 'utf8')).toBe('')
    expect(await loaded(folder.path)).toEqual(FULL)
  })

  test('a whole state that came after the write-ahead log knows better, also where the process was killed before it could clear what was ahead', async () => {
    await using folder = freshFolder()
    const state = openHealerStore({ directory: folder.path })
    await writeAhead(state, FULL, NEWS)
    const left = readFileSync(pathIn(folder.path))
    const healed = after({ ...FULL, detaches: [...FULL.detaches, NEWS] })
    await state.save(healed, true)
    writeFileSync(pathIn(folder.path), left)
    expect(await loaded(folder.path)).toEqual(healed)
  })
})

test('the write-ahead log applied twice is as once, and no more detaches are kept than ever', async () => {
  await using folder = freshFolder()
  const many = Array.from({ length: KEPT_DETACHES }, (_, n) => ({ ...BEFORE, at: n }))
  const full = { ...FULL, detaches: many }
  const state = openHealerStore({ directory: folder.path })
  await state.save(full, false)
  const now = aware(full, { ...NEWS, at: 1_000 })
  const intent = intentOf(now, [KEY], [{ ...NEWS, at: 1_000 }])
  await state.writeIntent(intent, now)
  await state.writeIntent(intent, now)
  const { detaches } = await loaded(folder.path)
  expect(detaches).toHaveLength(KEPT_DETACHES)
  expect(detaches.map(d => d.at)).toEqual([...many.slice(1).map(d => d.at), 1_000])
})

test('the write-ahead log torn at whatever byte is whole or not there, and the next one can be read', async () => {
  await using folder = freshFolder()
  const state = openHealerStore({ directory: folder.path })
  await state.save(FULL, false)
  const now = await writeAhead(state, FULL, NEWS)
  const whole = readFileSync(pathIn(folder.path))
  for (let length = 0; length <= whole.length; length += 3) {
    writeFileSync(pathIn(folder.path), whole.subarray(0, length))
    // But for its line feed.
    expect(await loaded(folder.path)).toEqual(length < whole.length - 1 ? FULL : now)
    await state.writeIntent(intentOf(now, [KEY], [NEWS]), now)
    expect(await loaded(folder.path)).toEqual(now)
  }
})

test('any bytes at all as a write-ahead log: load never throws, and what is sound in them is a state', async () => {
  await using folder = freshFolder()
  const state = openHealerStore({ directory: folder.path })
  await state.save(FULL, false)
  const line = JSON.stringify({ passes: 9, attachments: {}, detaches: [] } satisfies Intent)
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map(text => Buffer.from(`${text}\n${line}\n`)),
    fc
      .dictionary(fc.constantFrom('passes', 'attachments', 'detaches', '__proto__'), fc.jsonValue())
      .map(o => Buffer.from(JSON.stringify({ ...JSON.parse(line), ...o }))),
  )
  await fc.assert(
    fc.asyncProperty(bytes, async content => {
      writeFileSync(pathIn(folder.path), content)
      await loaded(folder.path)
    }),
    { numRuns: 200 },
  )
})

describe('where it cannot be written', () => {
  test.each<[string, (path: string) => void]>([
    ['a directory', path => mkdirSync(path)],
    ['a FIFO', path => void execFileSync('mkfifo', [path])],
    ['a link', path => symlinkSync('elsewhere', path)],
  ])(
    'where the write-ahead log cannot be written, because of %s of that name, the whole state is saved instead, and nothing else is touched',
    async (_, make) => {
      await using folder = freshFolder()
      make(pathIn(folder.path))
      const elsewhere = join(folder.path, 'elsewhere')
      writeFileSync(elsewhere, "somebody else's")
      const now = await writeAhead(openHealerStore({ directory: folder.path }), FULL, NEWS)
      expect(await loaded(folder.path)).toEqual(now)
      expect(readFileSync(elsewhere, 'utf8')).toBe("somebody else's")
    },
  )

  test('where the write-ahead log cannot be written, nor the whole, it says so as a save does', async () => {
    await using folder = freshFolder()
    chmodSync(folder.path, 0o555)
    const state = openHealerStore({ directory: folder.path })
    await asNobody(async () => {
      await expect(state.writeIntent(intentOf(FULL, [KEY], []), FULL)).rejects.toMatchObject({
        code: 'record',
        message: expect.stringContaining('EACCES'),
      })
    })
    chmodSync(folder.path, 0o755)
  })

  test('a write-ahead log that was removed meanwhile is made anew', async () => {
    await using folder = freshFolder()
    const state = openHealerStore({ directory: join(folder.path, 'state') })
    const now = await writeAhead(state, FULL, NEWS)
    rmSync(join(folder.path, 'state'), { recursive: true })
    await state.writeIntent(intentOf(now, [KEY], [NEWS]), now)
    expect(existsSync(pathIn(join(folder.path, 'state')))).toBe(true)
  })
})

test('those who only look change no write-ahead log', async () => {
  await using folder = freshFolder()
  appendFileSync(pathIn(folder.path), 'not ours\n')
  await readState({ directory: folder.path })
  expect(readFileSync(pathIn(folder.path), 'utf8')).toBe('not ours\n')
})
