// Bytes of a log into lines: frames and bare text, cut anywhere, whatever is in them.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LogLine } from '../../src/diagnose/ports.ts'
import { logLines } from '../../src/docker/log-lines.ts'

const STAMP = '2026-11-24T10:17:40.094712248Z'
const AT = Date.parse('2026-11-24T10:17:40Z')

function frame(text: string | Buffer, stamp: string | null = STAMP, stream = 1): Buffer {
  const data = Buffer.concat([Buffer.from(stamp === null ? '' : `${stamp} `), Buffer.from(text)])
  const head = Buffer.alloc(8)
  head.writeUInt8(stream, 0)
  head.writeUInt32BE(data.length, 4)
  return Buffer.concat([head, data])
}

function read(raw: Buffer, { longest = 100_000, size = raw.length } = {}): { lines: LogLine[]; entries: number } {
  const lines: LogLine[] = []
  const reader = logLines(longest, line => lines.push(line))
  for (let at = 0; at < raw.length; at += Math.max(1, size)) reader.feed(raw.subarray(at, at + Math.max(1, size)))
  reader.end()
  return { lines, entries: reader.entries }
}

const texts = (raw: Buffer, options = {}) => read(raw, options).lines.map(line => line.text)

describe('frames', () => {
  test('frames of a log are lines with their times, to the microsecond', () => {
    const { lines, entries } = read(Buffer.concat([frame('one\n'), frame('two\n', '2026-11-24T10:17:41.5Z', 2)]))
    expect(lines).toEqual([
      { at: expect.closeTo(AT + 94.712248, 3), text: 'one', cut: false },
      { at: AT + 1500, text: 'two', cut: false },
    ])
    expect(entries).toBe(2)
  })

  test('frames of a log: a time with an offset is one, too; what is none leaves the text whole, as late as the line before', () => {
    const raw = [frame('a\n', '2026-11-24T11:17:40+01:00'), frame('no time\n', null), frame('\n', null)]
    expect(read(Buffer.concat(raw)).lines).toEqual([
      { at: AT, text: 'a', cut: false },
      { at: AT, text: 'no time', cut: false },
      { at: AT, text: '', cut: false },
    ])
  })

  test('frames of a log: pieces of one time and stream are one line, between pieces of the other stream', () => {
    const piece = 'x'.repeat(16_384)
    const raw = [frame(piece), frame('err\n', '2026-11-24T10:17:40.1Z', 2), frame(piece), frame('y\n'), frame('z\n')]
    expect(texts(Buffer.concat(raw))).toEqual(['err', `${piece}${piece}y`, 'z'])
  })

  test('frames of a log: 20.10 forgets the line feed of the last piece (local): another time is another line', () => {
    const raw = [frame('x'.repeat(16_384)), frame('end'), frame('next\n', '2026-11-24T10:17:40.094712249Z')]
    expect(texts(Buffer.concat(raw)).map(text => text.slice(-4))).toEqual(['xend', 'next'])
  })

  test('frames of a log: what a process leaves without a line feed does not run into the next run', () => {
    expect(texts(Buffer.concat([frame('half'), frame('next\n', '2026-11-24T10:18:00.5Z')]))).toEqual(['half', 'next'])
  })

  test('frames of a log: carriage returns at the end go; bytes that are no text do no harm', () => {
    const raw = [frame('one\r\n'), frame(Buffer.from([0xff, 0xfe, 0x00, 0x1b, 0x0a]), '2026-11-24T10:17:41Z')]
    expect(texts(Buffer.concat(raw))).toEqual(['one', '\ufffd\ufffd\u0000\u001b'])
  })

  test('frames of a log: a line feed in the middle of a frame ends a line', () => {
    expect(texts(frame('one\ntwo\n'))).toEqual(['one', 'two'])
  })
})

describe('bare text, of a terminal', () => {
  test('bare text of a terminal is lines with their times', () => {
    const { lines, entries } = read(Buffer.from(`${STAMP} one\r\n${STAMP} two words\r\n`))
    expect(lines.map(l => l.text)).toEqual(['one', 'two words'])
    expect(lines[1]?.at).toBeCloseTo(AT + 94.712248, 3)
    expect(entries).toBe(2)
  })

  test('bare text of a terminal has the times of its pieces in a long line: they go, and are counted as entries', () => {
    const piece = 'x'.repeat(16_384)
    const { lines, entries } = read(Buffer.from(`${STAMP} ${piece}${STAMP} ${piece}${STAMP} end\r\n`))
    expect(lines.map(l => l.text)).toEqual([`${piece}${piece}end`])
    expect(entries).toBeGreaterThanOrEqual(3)
  })

  test('bare text of a terminal: without times it is lines all the same', () => {
    expect(texts(Buffer.from('one\ntwo words\nthree'))).toEqual(['one', 'two words', 'three'])
  })

  test('bare text of a terminal: shorter than a header', () => {
    expect(texts(Buffer.from('ab'))).toEqual(['ab'])
    expect(texts(Buffer.alloc(0))).toEqual([])
  })
})

describe('long lines', () => {
  test('long lines of a log are cut, and say so; never through a character', () => {
    const raw = Buffer.concat([frame('0123456789\n'), frame('abc\u{1f600}\u{1f600}\n', '2026-11-24T10:17:41Z')])
    expect(read(raw, { longest: 4 }).lines).toMatchObject([
      { text: '0123', cut: true },
      { text: 'abc', cut: true },
    ])
    expect(read(raw, { longest: 10 }).lines[0]).toMatchObject({ text: '0123456789', cut: false })
  })

  test('long lines of a log: a line of 10 MB costs no more than what is kept', () => {
    const piece = Buffer.from('x'.repeat(16_384))
    const raw = Array.from({ length: 640 }, () => frame(piece))
    const { lines } = read(Buffer.concat([...raw, frame('\n'), frame('next\n', '2026-11-24T10:17:41Z')]), {
      longest: 1000,
      size: 65_536,
    })
    expect(lines).toMatchObject([
      { text: 'x'.repeat(1000), cut: true },
      { text: 'next', cut: false },
    ])
  })
})

test('a line of 400 MB that never ends is not kept', () => {
  const reader = logLines(1000, () => undefined)
  const before = process.memoryUsage().arrayBuffers
  reader.feed(frame('x'))
  const head = Buffer.alloc(8)
  head.writeUInt8(1, 0)
  head.writeUInt32BE(400_000_000, 4)
  reader.feed(Buffer.concat([head, Buffer.from(`${STAMP} `)]))
  for (let n = 0; n < 6000; n += 1) reader.feed(Buffer.alloc(65_536, 0x78))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200_000_000)
})

describe('anything', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }).map(s => s.replaceAll(/[\n\r]/g, '')),
    fc.constantFrom('x'.repeat(200), '', ' ', STAMP, 'ünï \u{1f600}'),
  )
  const stamps = fc.integer({ min: 0, max: 999_999_999 }).map(n => `2026-11-24T10:17:40.${String(n).padStart(9, '0')}Z`)

  test('any log: frames, cut into chunks of any size, are the same lines', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(stamps, fc.constantFrom(1, 2), line), { selector: ([stamp]) => stamp, maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        (made, size) => {
          const raw = Buffer.concat(made.map(([stamp, stream, text]) => frame(`${text}\n`, stamp, stream)))
          const { lines } = read(raw, { size })
          expect(lines.map(l => l.text)).toEqual(made.map(([, , text]) => Buffer.from(text).toString()))
          expect(lines).toEqual(read(raw).lines)
        },
      ),
    )
  })

  test('any log: bare text, cut into chunks of any size, is the same lines', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), fc.integer({ min: 1, max: 50 }), (made, size) => {
        const raw = Buffer.from(made.map(text => `${STAMP} ${text}\r\n`).join(''))
        expect(texts(raw, { size })).toEqual(made.map(text => Buffer.from(text).toString()))
      }),
    )
  })

  test('any log: no bytes make it throw, or keep more than is asked for', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 40 }), (bytes, size) => {
        for (const { text } of read(Buffer.from(bytes), { longest: 16, size }).lines)
          expect(text.length).toBeLessThanOrEqual(16)
      }),
    )
  })
})
