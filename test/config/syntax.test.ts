// JSON that is not quite JSON: where it breaks, what is said about it, and what is not touched by it (the terminal, the stack).
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { problemsOf } from '../../src/config/problem.ts'
import { diskWith, failureOf } from './disk.ts'

const CASES: readonly [string, string, readonly string[]][] = [
  [
    'a trailing comma in an object',
    '{\n  "a": 1,\n}',
    [
      '  line 2, column 9: there is a comma too many before "}". Take it out.',
      '    2 |   "a": 1,',
      '      |         ^',
    ],
  ],
  [
    'a trailing comma in a list',
    '{"a": [1, 2,]}',
    [
      '  line 1, column 12: there is a comma too many before "]". Take it out.',
      '    1 | {"a": [1, 2,]}',
      '      |            ^',
    ],
  ],
  [
    'two commas',
    '{"a": [1,, 2]}',
    [
      '  line 1, column 9: there is a comma too many before ",". Take it out.',
      '    1 | {"a": [1,, 2]}',
      '      |         ^',
    ],
  ],
  [
    'a comma first',
    '{,}',
    [
      '  line 1, column 2: a key in double quotes belongs here, not ",". Write for example "attachments".',
      '    1 | {,}',
      '      |  ^',
    ],
  ],
  [
    'a line comment',
    '{\n  // why\n  "a": 1\n}',
    ['  line 2, column 3: JSON has no comments. Take it out.', '    2 |   // why', '      |   ^'],
  ],
  [
    'a comment after a value',
    '{"a": 1 // why\n}',
    ['  line 1, column 9: JSON has no comments. Take it out.', '    1 | {"a": 1 // why', '      |         ^'],
  ],
  [
    'a block comment',
    '{"a": /* why */ 1}',
    ['  line 1, column 7: JSON has no comments. Take it out.', '    1 | {"a": /* why */ 1}', '      |       ^'],
  ],
  [
    'a hash comment',
    '# config\n{}',
    ['  line 1, column 1: JSON has no comments. Take it out.', '    1 | # config', '      | ^'],
  ],
  [
    'single quotes',
    `{'a': 1}`,
    [`  line 1, column 2: JSON has double quotes only, not '. Write "a".`, `    1 | {'a': 1}`, '      |  ^'],
  ],
  [
    'a value in single quotes',
    `{"a": 'b c'}`,
    [`  line 1, column 7: JSON has double quotes only, not '. Write "b c".`, `    1 | {"a": 'b c'}`, '      |       ^'],
  ],
  [
    'typographic quotes',
    '{“a”: 1}',
    [`  line 1, column 2: JSON has double quotes only, not “. Write '"' instead.`, '    1 | {“a”: 1}', '      |  ^'],
  ],
  [
    'a missing comma',
    '{\n  "a": 1\n  "b": 2\n}',
    ['  line 2, column 9: a comma is missing after this entry. Put one here.', '    2 |   "a": 1', '      |         ^'],
  ],
  [
    'a missing comma in a list',
    '{"a": ["b" "c"]}',
    [
      '  line 1, column 11: a comma is missing after this entry. Put one here.',
      '    1 | {"a": ["b" "c"]}',
      '      |           ^',
    ],
  ],
  [
    'semicolons',
    '{"a": 1; "b": 2}',
    [
      '  line 1, column 8: entries are separated by commas. Write "," instead of ";".',
      '    1 | {"a": 1; "b": 2}',
      '      |        ^',
    ],
  ],
  [
    'an unquoted key',
    '{attachments: []}',
    [
      '  line 1, column 2: a key must be in double quotes. Write "attachments".',
      '    1 | {attachments: []}',
      '      |  ^',
    ],
  ],
  [
    'an unquoted value',
    '{"network": bccg4gs4o4kgsowocw08wkw4}',
    [
      '  line 1, column 13: text must be in double quotes. Write "bccg4gs4o4kgsowocw08wkw4".',
      '    1 | {"network": bccg4gs4o4kgsowocw08wkw4}',
      '      |             ^',
    ],
  ],
  [
    'Python',
    '{"events": True}',
    [
      '  line 1, column 12: "True" is written in small letters. Write true.',
      '    1 | {"events": True}',
      '      |            ^',
    ],
  ],
  [
    'a duration without quotes',
    '{"within": 15m}',
    [
      '  line 1, column 12: "15m" is not a number of JSON. Write "15m", in quotes.',
      '    1 | {"within": 15m}',
      '      |            ^',
    ],
  ],
  [
    'a leading zero',
    '{"keep": 05}',
    ['  line 1, column 10: "05" is not a number of JSON. Write 5.', '    1 | {"keep": 05}', '      |          ^'],
  ],
  [
    'a bare fraction',
    '{"keep": .5}',
    ['  line 1, column 10: ".5" is not a number of JSON. Write 0.5.', '    1 | {"keep": .5}', '      |          ^'],
  ],
  [
    'undefined',
    '{"a": undefined}',
    [
      '  line 1, column 7: "undefined" is no value of JSON. Leave the key out.',
      '    1 | {"a": undefined}',
      '      |       ^',
    ],
  ],
  [
    'a missing colon',
    '{"a" 1}',
    ['  line 1, column 6: a ":" is missing after the key "a". Put one here.', '    1 | {"a" 1}', '      |      ^'],
  ],
  [
    'an equals sign',
    '{"a" = 1}',
    [
      '  line 1, column 6: a ":" is missing after the key "a". Write ":" instead of "=".',
      '    1 | {"a" = 1}',
      '      |      ^',
    ],
  ],
  [
    'a missing value',
    '{"a": }',
    [
      '  line 1, column 7: a value belongs here, not "}". Write one, or take out what stands before it.',
      '    1 | {"a": }',
      '      |       ^',
    ],
  ],
  [
    'a stray colon',
    '{"a": "b": 1}',
    [
      '  line 1, column 10: a ":" belongs after a key only. Is a "{" missing before it?',
      '    1 | {"a": "b": 1}',
      '      |          ^',
    ],
  ],
  [
    'an open string',
    '{\n\t"a": "b\n}',
    [
      `  line 2, column 7: the string that begins here has no closing quote on its line. Put a '"' at its end.`,
      '    2 |  "a": "b',
      '      |       ^',
    ],
  ],
  [
    'a tab in a string',
    '{"a": "b\tc"}',
    [
      '  line 1, column 9: there is a control character in a string. Write "\\t", or a space.',
      '    1 | {"a": "b c"}',
      '      |         ^',
    ],
  ],
  [
    'a backslash',
    '{"a": "C:\\d"}',
    [
      '  line 1, column 10: there is no such escape in JSON. For a backslash write two of them.',
      '    1 | {"a": "C:\\d"}',
      '      |          ^',
    ],
  ],
  [
    'an end too early',
    '{\n  "a": {\n    "b": 1\n',
    [
      '  line 4, column 1: the file ends too early: the "{" of line 2 is still open. Put a "}" where it ends.',
      '    4 |',
      '      | ^',
    ],
  ],
  [
    'an end before a value',
    '{"a":',
    ['  line 1, column 6: the file ends too early. Is it complete?', '    1 | {"a":', '      |      ^'],
  ],
  [
    'the wrong bracket',
    '{"a": [1}',
    ['  line 1, column 9: "}" does not close the "[" of line 1. Write "]".', '    1 | {"a": [1}', '      |         ^'],
  ],
  [
    'a bracket too many',
    '{"a": 1}}',
    [
      '  line 1, column 9: the config ended before this, and "}" follows. There is one closing bracket too many.',
      '    1 | {"a": 1}}',
      '      |         ^',
    ],
  ],
  [
    'two configs',
    '{"a": 1}\n{"b": 2}',
    [
      '  line 2, column 1: the config ended before this, and "{" follows. Take out what is too much.',
      '    2 | {"b": 2}',
      '      | ^',
    ],
  ],
  [
    'a no-break space',
    '{\u00a0"a": 1}',
    [
      '  line 1, column 2: there is an invisible character here, U+00A0. Take it out, or write a space.',
      '    1 | {\u00a0"a": 1}',
      '      |  ^',
    ],
  ],
  [
    'a no-break space after a word',
    '{"a": true\u00a0}',
    [
      '  line 1, column 11: there is an invisible character here, U+00A0. Take it out, or write a space.',
      '    1 | {"a": true\u00a0}',
      '      |           ^',
    ],
  ],
  [
    'an escape sequence',
    '{"a": \u001b[31m1}',
    [
      '  line 1, column 7: a value belongs here, not "\\u001b". Write one, or take out what stands before it.',
      '    1 | {"a":  [31m1}',
      '      |       ^',
    ],
  ],
  [
    'a very long line',
    `{"a": "${'x'.repeat(200)}" "b": 1}`,
    [
      '  line 1, column 209: a comma is missing after this entry. Put one here.',
      `    1 | ${'x'.repeat(91)}" "b": 1}`,
      `      | ${' '.repeat(92)}^`,
    ],
  ],
  [
    'brackets without end',
    '['.repeat(100_000),
    [
      '  line 1, column 65: this is nested more than 64 deep. No config needs that.',
      '    1 | [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[',
      '      |                                                   ^',
    ],
  ],
]

describe('a syntax error', () => {
  test.each(CASES)('%s', async (_, text, lines) => {
    const error = await failureOf(loadConfig({ flags: {}, env: {}, disk: diskWith(text) }))
    expect(error.message.split('\n')).toEqual(['/etc/netheal/config.json has 1 problem:', ...lines])
    expect(error.code).toBe('config')
    expect(problemsOf(error)).toMatchObject([{ kind: 'syntax' }])
  })
})
