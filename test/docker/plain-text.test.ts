import { describe, expect, test } from 'vitest'
import { plainText } from '../../src/docker/plain-text.ts'

describe('terminal sequences are no part of a log line', () => {
  test.for([
    ['Started server process [\u001b[36m1\u001b[0m]', 'Started server process [1]'],
    ['\u001b[32mINFO\u001b[0m:     \u001b[1;38;5;208mready\u001b[m', 'INFO:     ready'],
    ['\u001b]8;;https://x.example\u0007a link\u001b]8;;\u0007', 'a link'],
    ['\u001b[2K\u001b[1Gprogress', 'progress'],
    ['{"message":"Started server process [\\u001b[36m1\\u001b[0m]"}', '{"message":"Started server process [1]"}'],
    ["b'\\x1b[31mpool creation FAILED\\x1b[0m'", "b'pool creation FAILED'"],
    ['C:\\e\\x1\\033 stays, [36m as well', 'C:\\e\\x1\\033 stays, [36m as well'],
    ['nothing of the kind', 'nothing of the kind'],
  ])('%j', ([line, plain]) => {
    expect(plainText(line ?? '')).toBe(plain)
  })
})
