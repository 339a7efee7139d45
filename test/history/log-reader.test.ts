// Reading the action log back from real files: in order, whole, and honest about what could not be read.
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  createWriteStream,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Entry } from '../../src/core/entry.ts'
import { stampOf } from '../../src/core/stamp.ts'
import { LONGEST_LINE, MOST_ENTRIES, type ReadLog, readActionLog } from '../../src/history/log-reader.ts'
import { openActionLog } from '../../src/record/action-log.ts'
import { AT, FIXING, warning } from '../record/entries.ts'
import { asNobody, freshFolder, isRoot } from '../record/folder.ts'

const ALL = { since: null, until: null }

async function write(directory: string, format: 'text' | 'json', maxSize: number, entries: readonly Entry[]) {
  const log = openActionLog({ directory, format, maxSize, keep: 1000 })
  // One at a time, so that each may begin the next file.
  for (const entry of entries) await log.write([entry])
  await log.close()
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const warnings = (from: number, to: number): Entry[] => upTo(to - from).map(i => warning(from + i))
const line = (n: number): string => `[${stampOf(AT)}] WARNING: line ${n}.\n`

/** The numbers of the warnings, in the order in which they were read. */
function numbersOf({ entries }: ReadLog): number[] {
  return entries.map(e => (e.kind === 'warning' ? Number(/^line (\d+)\.$/.exec(e.message)?.[1]) : Number.NaN))
}

describe('all files, oldest first', () => {
  test.for(['text', 'json'] as const)('all log files, oldest first: %s', async format => {
    await using folder = freshFolder()
    await write(folder.path, format, 300, warnings(0, 100))
    // More than nine, so that their names do not sort as their numbers do.
    expect(readdirSync(folder.path).length).toBeGreaterThan(12)
    const log = await readActionLog(folder.path, ALL)
    expect(numbersOf(log)).toEqual(upTo(100))
    expect(log).toMatchObject({ found: true, dropped: 0, unreadable: { lines: 0, files: [] } })
  })

  test('all log files, oldest first: also when the format was changed, within a file and between files', async () => {
    await using folder = freshFolder()
    for (const n of upTo(10)) {
      await write(folder.path, n % 2 === 0 ? 'text' : 'json', 700, warnings(n * 5, n * 5 + 5))
    }
    const files = readdirSync(folder.path).filter(name => name.startsWith('actions.'))
    const mixed = files.filter(name => /^\{.*^\[/ms.test(readFileSync(join(folder.path, name), 'utf8')))
    expect(mixed.length).toBeGreaterThan(0)
    expect(numbersOf(await readActionLog(folder.path, ALL))).toEqual(upTo(50))
  })

  test('all log files, oldest first: also those that logrotate moved away, dated, numbered or compressed', async () => {
    await using folder = freshFolder()
    const at = (name: string): string => join(folder.path, name)
    writeFileSync(at('actions.1.log-20251227.gz'), gzipSync(line(0)))
    writeFileSync(at('actions.1.log-20251228'), line(1))
    writeFileSync(at('actions.1.log'), line(2))
    writeFileSync(at('actions.2.log.2.gz'), gzipSync(line(3)))
    writeFileSync(at('actions.2.log.1'), line(4))
    writeFileSync(at('actions.2.log'), line(5))
    writeFileSync(at('current.log.old'), line(6))
    writeFileSync(at('current.log'), line(7))
    writeFileSync(at('heartbeat.log'), `[${stampOf(AT)}] OK: Daily heartbeat - all healthy\n`)
    expect(numbersOf(await readActionLog(folder.path, ALL))).toEqual(upTo(8))
  })

  test('all log files, oldest first: each once, whatever names it has', async () => {
    await using folder = freshFolder()
    writeFileSync(join(folder.path, 'actions.1.log'), line(0))
    linkSync(join(folder.path, 'actions.1.log'), join(folder.path, 'actions.1.log.1'))
    symlinkSync('actions.1.log', join(folder.path, 'current.log'))
    expect(numbersOf(await readActionLog(folder.path, ALL))).toEqual([0])
  })

  test('all log files, oldest first: one file by its name', async () => {
    await using folder = freshFolder()
    const file = join(folder.path, 'pms_ensure_supabase_net.log')
    writeFileSync(file, line(0) + line(1))
    writeFileSync(join(folder.path, 'actions.1.log'), line(2))
    expect(numbersOf(await readActionLog(file, ALL))).toEqual([0, 1])
  })
})

describe('what cannot be read', () => {
  test('torn lines, garbage and lines without end of a log are counted, and cost no other', async () => {
    await using folder = freshFolder()
    const file = join(folder.path, 'actions.1.log')
    writeFileSync(file, line(0))
    appendFileSync(file, Buffer.from([0, 1, 2, 255, 254, 10, 10, 10]))
    appendFileSync(file, `${'x'.repeat(LONGEST_LINE * 5)}\n`)
    appendFileSync(file, `[${stampOf(AT)}] WARN\n`)
    appendFileSync(file, line(1).replace('\n', '\r\n'))
    appendFileSync(file, line(2).slice(0, -1))
    const log = await readActionLog(folder.path, ALL)
    expect(numbersOf(log)).toEqual([0, 1])
    expect(log.unreadable).toEqual({ lines: 4, files: [] })
  })

  test('a last line of a log without its end is torn, though it looks whole', async () => {
    await using folder = freshFolder()
    await write(folder.path, 'text', 1e6, [FIXING, FIXING])
    const file = join(folder.path, 'actions.1.log')
    // Within the name of the network.
    truncateSync(file, readFileSync(file).length - '4 (cause: replaced)\n'.length)
    const log = await readActionLog(folder.path, ALL)
    expect(log.entries).toHaveLength(1)
    expect(log.unreadable.lines).toBe(1)
  })

  test('log files that cannot be read are named, with the reason, and the others are read', async () => {
    await using folder = freshFolder()
    const at = (name: string): string => join(folder.path, name)
    writeFileSync(at('actions.1.log'), line(0))
    mkdirSync(at('actions.2.log'))
    execFileSync('mkfifo', [at('actions.3.log')])
    const whole = gzipSync(upTo(2000).map(line).join(''))
    writeFileSync(at('actions.4.log.gz'), whole.subarray(0, whole.length / 2))
    writeFileSync(at('actions.5.log.gz'), 'not gzip at all')
    symlinkSync('actions.99.log', at('actions.6.log'))
    writeFileSync(at('actions.7.log'), line(9999))
    const log = await readActionLog(folder.path, ALL)
    expect(numbersOf(log).at(0)).toBe(0)
    expect(numbersOf(log).at(-1)).toBe(9999)
    // What there is of half an archive.
    expect(log.entries.length).toBeGreaterThan(100)
    expect(log.unreadable.files).toEqual([
      { name: 'actions.2.log', why: 'it is not a file', vanished: false },
      { name: 'actions.3.log', why: 'it is not a file', vanished: false },
      { name: 'actions.4.log.gz', why: 'it is not gzip, or incomplete', vanished: false },
      { name: 'actions.5.log.gz', why: 'it is not gzip, or incomplete', vanished: false },
      { name: 'actions.6.log', why: 'it has been removed', vanished: true },
    ])
  })

  test('a log that was never written is no fault', async () => {
    await using folder = freshFolder()
    const none = { entries: [], dropped: 0, found: false, unreadable: { lines: 0, files: [] } }
    expect(await readActionLog(join(folder.path, 'log'), ALL)).toEqual(none)
    expect(await readActionLog(folder.path, ALL)).toEqual(none)
  })

  test.runIf(isRoot)('a log directory, or a file, that is not for us is named', async () => {
    await using folder = freshFolder()
    chmodSync(folder.path, 0o755)
    const log = join(folder.path, 'log')
    mkdirSync(log)
    writeFileSync(join(log, 'actions.1.log'), line(0), { mode: 0o600 })
    const found = await asNobody(() => readActionLog(log, ALL))
    expect(found.entries).toEqual([])
    expect(found.unreadable.files).toMatchObject([{ name: 'actions.1.log', why: expect.stringContaining('EACCES') }])
    chmodSync(log, 0o700)
    await expect(asNobody(() => readActionLog(log, ALL))).rejects.toMatchObject({
      code: 'record',
      message: `cannot read the action log ${log}: permission denied (EACCES)`,
      hint: expect.stringContaining('sudo'),
    })
  })
})

describe('asked for a part', () => {
  const hour = 3_600_000
  const at = (n: number): string => `[${stampOf(AT + n * hour)}] WARNING: line ${n}.\n`

  test('a log that is asked for a part: both ends are in it', async () => {
    await using folder = freshFolder()
    writeFileSync(join(folder.path, 'actions.1.log'), upTo(10).map(at).join(''))
    const log = await readActionLog(folder.path, { since: AT + 3 * hour, until: AT + 6 * hour })
    expect(numbersOf(log)).toEqual([3, 4, 5, 6])
  })

  test('a log that is asked for a part: files that were last written long before are not opened', async () => {
    await using folder = freshFolder()
    const old = join(folder.path, 'actions.1.log')
    // Garbage would be counted, were it read.
    writeFileSync(old, 'garbage\n')
    writeFileSync(join(folder.path, 'actions.2.log'), at(100))
    const longAgo = new Date(AT)
    utimesSync(old, longAgo, longAgo)
    expect((await readActionLog(folder.path, { since: AT + 99 * hour, until: null })).unreadable.lines).toBe(0)
    expect((await readActionLog(folder.path, ALL)).unreadable.lines).toBe(1)
  })
})

test('a log longer than memory keeps the newest, and says how many it left out', async () => {
  await using folder = freshFolder()
  const file = join(folder.path, 'actions.1.log')
  const many = MOST_ENTRIES * 2 + 70_000
  for (let from = 0; from < many; from += 10_000) {
    appendFileSync(
      file,
      upTo(10_000)
        .map(i => line(from + i))
        .join(''),
    )
  }
  const log = await readActionLog(folder.path, ALL)
  expect(log.dropped).toBe(many - MOST_ENTRIES)
  expect(log.entries).toHaveLength(MOST_ENTRIES)
  expect(numbersOf(log).at(0)).toBe(many - MOST_ENTRIES)
  expect(numbersOf(log).at(-1)).toBe(many - 1)
})

test('a log of lines as long as they may be is kept in bounded memory, the newest of it', async () => {
  await using folder = freshFolder()
  const long = 'x'.repeat(8_000)
  const many = 16_000
  for (let from = 0; from < many; from += 1_000) {
    const lines = upTo(1_000).map(i => line(from + i).replace('.\n', `. ${long}\n`))
    appendFileSync(join(folder.path, 'actions.1.log'), lines.join(''))
  }
  const log = await readActionLog(folder.path, ALL)
  expect(log.entries.length + log.dropped).toBe(many)
  const [kept, newest] = [log.entries.map(e => (e.kind === 'warning' ? e.message : '')), log.entries.at(-1)]
  expect(kept.join('').length).toBeLessThan(50_000_000)
  expect(newest).toMatchObject({ message: expect.stringContaining(`line ${many - 1}.`) })
})

test('while a log rolls, nothing that stays is missed or read twice', { timeout: 120_000 }, async () => {
  await using folder = freshFolder()
  const directory = folder.path
  const log = openActionLog({ directory, format: 'text', maxSize: 2_000, keep: 3 })
  await log.write(warnings(0, 10))
  let written = 10
  let stop = false
  const writer = (async () => {
    while (!stop) await log.write([warning(written++)])
  })()
  for (const _ of upTo(30)) {
    const before = written
    const read = await readActionLog(directory, ALL)
    const numbers = numbersOf(read)
    // Files that rolled away meanwhile may be missing, and then are named; where none did, everything up to the call is there.
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    if (read.unreadable.files.length === 0) expect(numbers.at(-1)).toBeGreaterThanOrEqual(before - 2)
    else expect(read.unreadable.files.every(file => file.vanished)).toBe(true)
  }
  stop = true
  await writer
  await log.close()
  const end = numbersOf(await readActionLog(directory, ALL))
  expect(end.at(-1)).toBe(written - 1)
  expect(end).toEqual(upTo(end.length).map(i => (end[0] ?? 0) + i))
})

test('a log that was copied and truncated (logrotate copytruncate) is in its place', async () => {
  await using folder = freshFolder()
  const file = join(folder.path, 'actions.1.log')
  writeFileSync(file, line(0) + line(1))
  copyFileSync(file, `${file}.1`)
  truncateSync(file, 0)
  appendFileSync(file, line(2))
  rmSync(join(folder.path, 'current.log'), { force: true })
  expect(numbersOf(await readActionLog(folder.path, ALL))).toEqual([0, 1, 2])
})

test('a packed file that unpacks to more than any log is read to a bound, and named', {
  timeout: 120_000,
}, async () => {
  await using folder = freshFolder()
  const bomb = createGzip({ level: 9 })
  const file = createWriteStream(join(folder.path, 'actions.1.log.gz'))
  const piece = Buffer.from(`${'x'.repeat(1_023)}\n`.repeat(1_024))
  await pipeline(
    async function* () {
      for (let n = 0; n < 300; n++) yield piece
    },
    bomb,
    file,
  )
  const log = await readActionLog(folder.path, ALL)
  expect(log.unreadable.files).toEqual([
    { name: 'actions.1.log.gz', why: 'it unpacks to more than 256 MiB: the rest was not read', vanished: false },
  ])
})
