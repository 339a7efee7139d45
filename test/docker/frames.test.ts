// The frames of an exec's output.
import { expect, test } from 'vitest'
import { unframed } from '../../src/docker/frames.ts'

function frame(kind: number, text: string): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt8(kind, 0)
  head.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([head, Buffer.from(text)])
}

test('stdout and stderr are put together in their order', () => {
  expect(unframed(Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n'), frame(1, ''), frame(1, 'größe')]))).toBe(
    'one\ntwo\ngröße',
  )
})

test('bytes that are no frame are text', () => {
  expect(unframed(Buffer.from('10.0.1.2   supabase-db\n'))).toBe('10.0.1.2   supabase-db\n')
  expect(unframed(Buffer.from('short'))).toBe('short')
  expect(unframed(Buffer.alloc(0))).toBe('')
})

test('a frame that was cut gives what there is of it', () => {
  const whole = frame(1, 'a long line')
  expect(unframed(whole.subarray(0, 12))).toBe('a lo')
  expect(unframed(Buffer.concat([frame(1, 'one'), whole.subarray(0, 5)]))).toBe('one')
})

test('a length that lies takes no memory', () => {
  const lie = Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x61])
  expect(unframed(lie)).toBe('a')
})
