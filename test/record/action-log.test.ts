// The action log on real files: its formats, what is on disk when, rolling, and what strangers do to its files.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openActionLog } from '../../src/record/action-log.ts'
import { startChild } from './children.ts'
import { AT, FIXING, warning } from './entries.ts'
import { freshFolder } from './folder.ts'

const settings = { format: 'text', maxSize: 1_000_000, keep: 5 } as const

/** All lines of all files, oldest first. */
function linesIn(directory: string): string[] {
  return readdirSync(directory)
    .filter(name => /^actions\.\d+\.log$/.test(name))
    .sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]))
    .flatMap(name => readFileSync(join(directory, name), 'utf8').split('\n').slice(0, -1))
}

const numbersIn = (directory: string): number[] =>
  linesIn(directory).map(line => Number(/line (\d+)\./.exec(line)?.[1] ?? Number.NaN))

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

test('a host where nothing happens has no log at all', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'log')
  const log = openActionLog({ ...settings, directory })
  await log.write([])
  await log.close()
  expect(existsSync(directory)).toBe(false)
})

test('a log that is opened ahead of its first line is there, empty, and takes that line', async () => {
  await using folder = freshFolder()
  const { path: directory } = folder
  const log = openActionLog({ ...settings, directory })
  await log.open()
  expect(readFileSync(join(directory, 'current.log'), 'utf8')).toBe('')
  await log.write([FIXING])
  await log.close()
  expect(linesIn(directory)).toHaveLength(1)
})

test('a log is begun without a line, once, and by its stable name', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'log')
  const log = openActionLog({ ...settings, directory })
  await log.begin()
  expect(readdirSync(directory).sort()).toEqual(['actions.1.log', 'current.log'])
  expect(readFileSync(join(directory, 'current.log'), 'utf8')).toBe('')
  await log.write([FIXING])
  await log.begin()
  expect(linesIn(directory)).toHaveLength(1)
  await log.close()
})

test.for([
  ['what a rotation moved away', (d: string) => renameSync(join(d, 'actions.1.log'), join(d, 'actions.1.log.old'))],
  ['a name that leads nowhere', (d: string) => rmSync(join(d, 'actions.1.log'))],
] as const)('a log is begun again after %s', async ([, take]) => {
  await using folder = freshFolder()
  const { path: directory } = folder
  const log = openActionLog({ ...settings, directory })
  await log.begin()
  take(directory)
  await log.begin()
  expect(readFileSync(join(directory, 'current.log'), 'utf8')).toBe('')
  await log.close()
})

test('a log that cannot be begun is told of as one that cannot be written', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'file')
  writeFileSync(directory, '')
  await expect(openActionLog({ ...settings, directory }).begin()).rejects.toMatchObject({ code: 'record' })
})

test('a log that cannot be opened ahead is told of as one that cannot be written', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'file')
  writeFileSync(directory, '')
  const log = openActionLog({ ...settings, directory })
  await expect(log.open()).rejects.toMatchObject({ code: 'record' })
  await log.close()
})

test('text is the form that operators grep for', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'deep', 'log')
  const log = openActionLog({ ...settings, directory })
  await log.write([FIXING])
  expect(readFileSync(join(directory, 'current.log'), 'utf8')).toBe(
    '[2025-12-29 14:32:01 UTC] FIXING: pms-backend not attached to bccg4gs4o4kgsowocw08wkw4 (cause: replaced)\n',
  )
  expect(statSync(join(directory, 'current.log')).mode & 0o777).toBe(0o640)
  await log.close()
})

test('json is one object a line with the same facts', async () => {
  await using folder = freshFolder()
  const log = openActionLog({ ...settings, format: 'json', directory: folder.path })
  await log.write([FIXING, warning(1)])
  await log.close()
  const { at: _, ...facts } = FIXING
  const [first, second] = linesIn(folder.path).map(line => JSON.parse(line))
  expect(first).toEqual({
    level: 'info',
    time: '2025-12-29T14:32:01.000Z',
    word: 'FIXING',
    ...facts,
    message: 'pms-backend not attached to bccg4gs4o4kgsowocw08wkw4 (cause: replaced)',
  })
  expect(second).toMatchObject({ level: 'warn', word: 'WARNING', code: 'test', message: 'line 1.' })
})

test.each(['text', 'json'] as const)('untrusted text forges no %s line', async format => {
  await using folder = freshFolder()
  const log = openActionLog({ ...settings, format, directory: folder.path })
  const nasty = 'x\n[2025-12-29 14:32:01 UTC] SUCCESS: forged\u001b[2J\u009b1A\u2028\u202e"}'
  await log.write([{ ...FIXING, container: nasty }])
  await log.close()
  const text = readFileSync(join(folder.path, 'current.log'), 'utf8')
  expect(text.split('\n')).toHaveLength(2)
  expect(text.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  if (format === 'json') expect(JSON.parse(text).container).toBe(nasty)
})

test('it rolls by size, keeps so many older files, and the link leads to the newest', async () => {
  await using folder = freshFolder()
  const log = openActionLog({ ...settings, directory: folder.path, maxSize: 200, keep: 2 })
  for (const n of upTo(40)) await log.write([warning(n)])
  const names = readdirSync(folder.path).sort()
  const files = names.filter(name => name.startsWith('actions.'))
  expect(files).toHaveLength(3)
  expect(names).toEqual([...files, 'current.log'])
  const newest = files.sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1])).at(-1)
  expect(readlinkSync(join(folder.path, 'current.log'))).toBe(newest)
  expect(Math.max(...files.map(name => statSync(join(folder.path, name)).size))).toBeLessThan(300)
  const numbers = numbersIn(folder.path)
  expect(numbers).toEqual(upTo(40).slice(-numbers.length))
  await log.close()
})

test('many lines at once do not make one large file', async () => {
  await using folder = freshFolder()
  const log = openActionLog({ ...settings, directory: folder.path, maxSize: 500, keep: 1000 })
  await log.write(upTo(1500).map(n => warning(n)))
  expect(numbersIn(folder.path)).toEqual(upTo(1500))
  expect(readdirSync(folder.path).length).toBeGreaterThan(50)
  await log.close()
})

test('writes at the same time come out in order, and each is on disk when it resolves', async () => {
  await using folder = freshFolder()
  const log = openActionLog({ ...settings, directory: folder.path, maxSize: 300, keep: 1000 })
  await Promise.all(
    upTo(50).map(async n => {
      await log.write([warning(n)])
      expect(numbersIn(folder.path)).toContain(n)
    }),
  )
  expect(numbersIn(folder.path)).toEqual(upTo(50))
  await log.close()
})

test('another process goes on in the same file', async () => {
  await using folder = freshFolder()
  for (const n of upTo(5)) {
    const log = openActionLog({ ...settings, directory: folder.path })
    await log.write([warning(n)])
    await log.close()
  }
  expect(readdirSync(folder.path).sort()).toEqual(['actions.1.log', 'current.log'])
  expect(numbersIn(folder.path)).toEqual(upTo(5))
})

test('a log that was closed opens again', async () => {
  await using folder = freshFolder()
  const log = openActionLog({ ...settings, directory: folder.path })
  for (const n of upTo(3)) {
    await log.write([warning(n)])
    await log.close()
  }
  expect(numbersIn(folder.path)).toEqual(upTo(3))
})

test.each(['text', 'json'])('%s lines survive SIGKILL, whole', async format => {
  await using folder = freshFolder()
  await using child = startChild('write-log.ts', folder.path, format)
  let said = 0
  while (said < 100) said = Number(await child.line())
  await child.kill()
  const numbers = numbersIn(folder.path)
  expect(numbers.length).toBeGreaterThan(said)
  expect(numbers).toEqual(upTo(numbers.length))
})

test('a torn last line of a process that died is ended', async () => {
  await using folder = freshFolder()
  writeFileSync(join(folder.path, 'actions.3.log'), 'whole\nto')
  const log = openActionLog({ ...settings, directory: folder.path })
  await log.write([warning(0)])
  expect(linesIn(folder.path)).toEqual(['whole', 'to', '[2025-12-29 14:32:01 UTC] WARNING: line 0.'])
  expect(readlinkSync(join(folder.path, 'current.log'))).toBe('actions.3.log')
  await log.close()
})

const strangers: Readonly<Record<string, { readonly act: (directory: string) => void; readonly left: number[] }>> = {
  'remove the file': { act: d => rmSync(join(d, 'actions.1.log')), left: [1] },
  'remove the directory': { act: d => rmSync(d, { recursive: true }), left: [1] },
  'put another directory in its place': {
    act: d => {
      renameSync(d, `${d}.old`)
      mkdirSync(d)
    },
    left: [1],
  },
  'rename the file (logrotate)': { act: d => renameSync(join(d, 'actions.1.log'), join(d, 'old.1')), left: [1] },
  'rename the file and make it anew': {
    act: d => {
      renameSync(join(d, 'actions.1.log'), join(d, 'old.1'))
      writeFileSync(join(d, 'actions.1.log'), '')
    },
    left: [1],
  },
  'put a copy in its place': {
    act: d => {
      copyFileSync(join(d, 'actions.1.log'), join(d, 'copy'))
      renameSync(join(d, 'copy'), join(d, 'actions.1.log'))
    },
    left: [0, 1],
  },
  'cut the file (copytruncate)': { act: d => truncateSync(join(d, 'actions.1.log')), left: [1] },
  'write half a line to it': { act: d => appendFileSync(join(d, 'actions.1.log'), 'half'), left: [0, Number.NaN, 1] },
  'remove the link': { act: d => rmSync(join(d, 'current.log')), left: [0, 1] },
  'make a file of the link': {
    act: d => {
      renameSync(join(d, 'current.log'), join(d, 'current.log.1'))
      writeFileSync(join(d, 'current.log'), 'not ours')
    },
    left: [0, 1],
  },
}

test.each(Object.entries(strangers))(
  'when others %s, the next line is in the newest file',
  async (_, { act, left }) => {
    await using folder = freshFolder()
    const directory = join(folder.path, 'log')
    const log = openActionLog({ ...settings, directory })
    await log.write([warning(0)])
    act(directory)
    await log.write([warning(1)])
    expect(numbersIn(directory)).toEqual(left)
    expect(lstatSync(join(directory, 'current.log')).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(directory, 'current.log'), 'utf8')).toMatch(/line 1\.\n$/)
    await log.close()
  },
)

test('a moment that is none costs no line', async () => {
  await using folder = freshFolder()
  const log = openActionLog({ ...settings, directory: folder.path })
  await log.write([
    { ...FIXING, at: Number.NaN },
    { ...FIXING, at: AT },
  ])
  expect(linesIn(folder.path)).toHaveLength(2)
  await log.close()
})
