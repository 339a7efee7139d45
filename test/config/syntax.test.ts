// JSON that is not quite JSON: where it breaks, what is said about it, and what is not touched by it (the terminal, the stack).
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { problemsOf } from '../../src/config/problem.ts'
import { diskWith, failureOf } from './disk.ts'

const CASES: readonly [string, string, readonly string[]][] = [
  [
    'a trailing comma in an object',
    '{\n  "a": 1,\n}',
    ['  line 2, column 9: there is an extra comma before "}". Remove it.', '    2 |   "a": 1,', '      |         ^'],
  ],
  [
    'a trailing comma in a list',
    '{"a": [1, 2,]}',
    [
      '  line 1, column 12: there is an extra comma before "]". Remove it.',
      '    1 | {"a": [1, 2,]}',
      '      |            ^',
    ],
  ],
  [
    'two commas',
    '{"a": [1,, 2]}',
    [
      '  line 1, column 9: there is an extra comma before ",". Remove it.',
      '    1 | {"a": [1,, 2]}',
      '      |         ^',
    ],
  ],
  [
    'a comma first',
    '{,}',
    [
      '  line 1, column 2: expected a key in double quotes here, not ",". For example: "attachments".',
      '    1 | {,}',
      '      |  ^',
    ],
  ],
  [
    'a line comment',
    '{\n  // why\n  "a": 1\n}',
    ['  line 2, column 3: JSON has no comments. Remove it.', '    2 |   // why', '      |   ^'],
  ],
  [
    'a comment after a value',
    '{"a": 1 // why\n}',
    ['  line 1, column 9: JSON has no comments. Remove it.', '    1 | {"a": 1 // why', '      |         ^'],
  ],
  [
    'a block comment',
    '{"a": /* why */ 1}',
    ['  line 1, column 7: JSON has no comments. Remove it.', '    1 | {"a": /* why */ 1}', '      |       ^'],
  ],
  [
    'a hash comment',
    '# config\n{}',
    ['  line 1, column 1: JSON has no comments. Remove it.', '    1 | # config', '      | ^'],
  ],
  [
    'single quotes',
    `{'a': 1}`,
    [`  line 1, column 2: JSON uses double quotes, not '. Write "a".`, `    1 | {'a': 1}`, '      |  ^'],
  ],
  [
    'a value in single quotes',
    `{"a": 'b c'}`,
    [`  line 1, column 7: JSON uses double quotes, not '. Write "b c".`, `    1 | {"a": 'b c'}`, '      |       ^'],
  ],
  [
    'typographic quotes',
    '{“a”: 1}',
    [`  line 1, column 2: JSON uses double quotes, not “. Write '"' instead.`, '    1 | {“a”: 1}', '      |  ^'],
  ],
  [
    'a missing comma',
    '{\n  "a": 1\n  "b": 2\n}',
    ['  line 2, column 9: a comma is missing after this entry. Add one here.', '    2 |   "a": 1', '      |         ^'],
  ],
  [
    'a missing comma in a list',
    '{"a": ["b" "c"]}',
    [
      '  line 1, column 11: a comma is missing after this entry. Add one here.',
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
      '  line 1, column 12: "True" must be in lower case. Write true.',
      '    1 | {"events": True}',
      '      |            ^',
    ],
  ],
  [
    'a duration without quotes',
    '{"within": 15m}',
    [
      '  line 1, column 12: "15m" is not a valid JSON number. Write "15m", in quotes.',
      '    1 | {"within": 15m}',
      '      |            ^',
    ],
  ],
  [
    'a leading zero',
    '{"keep": 05}',
    ['  line 1, column 10: "05" is not a valid JSON number. Write 5.', '    1 | {"keep": 05}', '      |          ^'],
  ],
  [
    'a bare fraction',
    '{"keep": .5}',
    ['  line 1, column 10: ".5" is not a valid JSON number. Write 0.5.', '    1 | {"keep": .5}', '      |          ^'],
  ],
  [
    'undefined',
    '{"a": undefined}',
    [
      '  line 1, column 7: "undefined" is not a JSON value. Remove the key.',
      '    1 | {"a": undefined}',
      '      |       ^',
    ],
  ],
  [
    'a missing colon',
    '{"a" 1}',
    ['  line 1, column 6: a ":" is missing after the key "a". Add one here.', '    1 | {"a" 1}', '      |      ^'],
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
      '  line 1, column 7: expected a value here, not "}". Write one, or remove what is before it.',
      '    1 | {"a": }',
      '      |       ^',
    ],
  ],
  [
    'a stray colon',
    '{"a": "b": 1}',
    [
      '  line 1, column 10: a ":" can only follow a key. Is a "{" missing before it?',
      '    1 | {"a": "b": 1}',
      '      |          ^',
    ],
  ],
  [
    'an open string',
    '{\n\t"a": "b\n}',
    [
      `  line 2, column 7: the string that begins here has no closing quote on its line. Add a '"' at its end.`,
      '    2 |  "a": "b',
      '      |       ^',
    ],
  ],
  [
    'a tab in a string',
    '{"a": "b\tc"}',
    [
      '  line 1, column 9: this string contains a control character. Write "\\t", or a space.',
      '    1 | {"a": "b c"}',
      '      |         ^',
    ],
  ],
  [
    'a backslash',
    '{"a": "C:\\d"}',
    [
      '  line 1, column 10: this is not a valid JSON escape. For a backslash, write two.',
      '    1 | {"a": "C:\\d"}',
      '      |          ^',
    ],
  ],
  [
    'an end too early',
    '{\n  "a": {\n    "b": 1\n',
    [
      '  line 4, column 1: the file ends too early: the "{" on line 2 is not closed. Add a "}" where it ends.',
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
    ['  line 1, column 9: "}" does not close the "[" on line 1. Write "]".', '    1 | {"a": [1}', '      |         ^'],
  ],
  [
    'a bracket too many',
    '{"a": 1}}',
    [
      '  line 1, column 9: the config ends before this, but "}" follows. There is one closing bracket too many.',
      '    1 | {"a": 1}}',
      '      |         ^',
    ],
  ],
  [
    'two configs',
    '{"a": 1}\n{"b": 2}',
    [
      '  line 2, column 1: the config ends before this, but "{" follows. Remove the rest.',
      '    2 | {"b": 2}',
      '      | ^',
    ],
  ],
  [
    'a no-break space',
    '{\u00a0"a": 1}',
    [
      '  line 1, column 2: there is an invisible character here, U+00A0. Remove it, or write a space.',
      '    1 | {\u00a0"a": 1}',
      '      |  ^',
    ],
  ],
  [
    'a no-break space after a word',
    '{"a": true\u00a0}',
    [
      '  line 1, column 11: there is an invisible character here, U+00A0. Remove it, or write a space.',
      '    1 | {"a": true\u00a0}',
      '      |           ^',
    ],
  ],
  [
    'an escape sequence',
    '{"a": \u001b[31m1}',
    [
      '  line 1, column 7: expected a value here, not "\\u001b". Write one, or remove what is before it.',
      '    1 | {"a":  [31m1}',
      '      |       ^',
    ],
  ],
  [
    'a very long line',
    `{"a": "${'x'.repeat(200)}" "b": 1}`,
    [
      '  line 1, column 209: a comma is missing after this entry. Add one here.',
      `    1 | ${'x'.repeat(91)}" "b": 1}`,
      `      | ${' '.repeat(92)}^`,
    ],
  ],
  [
    'brackets without end',
    '['.repeat(100_000),
    [
      '  line 1, column 65: this is nested more than 64 levels deep. No config needs that.',
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
