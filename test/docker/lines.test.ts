// Bytes into lines: chunks end where they like.
import { expect, test } from 'vitest'
import { lineSplitter } from '../../src/docker/lines.ts'

function split(...chunks: readonly (string | Buffer)[]): string[] {
  const lines: string[] = []
  const feed = lineSplitter(line => lines.push(line))
  for (const chunk of chunks) feed(Buffer.from(chunk))
  return lines
}

test('a chunk of a stream may hold several lines, a part of one, or nothing', () => {
  expect(split('one\ntwo\nth', '', 'ree\n', 'rest')).toEqual(['one', 'two', 'three'])
})

test('a chunk of a stream may end inside a character', () => {
  const bytes = Buffer.from('größe 🐳 名\n')
  for (let at = 1; at < bytes.length; at += 1) {
    expect(split(bytes.subarray(0, at), bytes.subarray(at))).toEqual(['größe 🐳 名'])
  }
  expect(split(...[...bytes].map(byte => Buffer.from([byte])))).toEqual(['größe 🐳 名'])
})

test('blank lines of a stream mean nothing', () => {
  expect(split('\n\r\n  \none\r\n')).toEqual(['one\r'])
})

test('bytes that are no text stay a line', () => {
  expect(split(Buffer.from([0xff, 0x00, 0x0a, 0x61, 0x0a]))).toEqual(['\ufffd\u0000', 'a'])
})

test('a line without end is refused before it fills the memory', () => {
  const feed = lineSplitter(() => undefined)
  const chunk = Buffer.alloc(64 * 1024, 'x')
  expect(() => {
    for (let n = 0; n < 32; n += 1) feed(chunk)
  }).toThrow('the event stream contains a line of more than 1 MiB')
})

test('ten megabytes of short lines are split', () => {
  let count = 0
  const feed = lineSplitter(() => {
    count += 1
  })
  const chunk = Buffer.from('{"Type":"container"}\n'.repeat(5_000))
  for (let n = 0; n < 100; n += 1) feed(chunk)
  expect(count).toBe(500_000)
})
