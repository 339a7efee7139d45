// Untrusted text on its way into evidence and into commands.
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { excerpt, excerptLines, shellWord } from '../../src/diagnose/excerpt.ts'

test('an excerpt is one line, and bounded by characters that are whole', () => {
  expect(excerpt('  a\r\n\tb\u2028c  ')).toBe('a b c')
  expect(excerpt('x'.repeat(301))).toBe(`${'x'.repeat(300)}...`)
  expect(excerpt('🙂🙂🙂', 2)).toBe('🙂🙂...')
})

test.for([
  ['postgresql://postgres:pw@supabase-db:5432/x', 'postgresql://postgres:***@supabase-db:5432/x'],
  ['a redis://:p@ss@r/0 and https://tok@h', 'a redis://:***@r/0 and https://***@h'],
  [
    'docker restart x && curl https://hooks.slack.com/services/T/B/SECRET',
    'docker restart x && curl https://hooks.slack.com/***',
  ],
  ['docker login -p SECRET registry.example', 'docker login -p *** registry.example'],
  ['https://h/path@x mail a@b', 'https://h/path@x mail a@b'],
] as const)('an excerpt shows no password: %s', ([text, shown]) => {
  expect(excerpt(text)).toBe(shown)
})

test('a password is not shown by where the bound falls', () => {
  for (let longest = 1; longest < 60; longest++)
    expect(excerpt(`see postgresql://postgres:topsecret@supabase-db/x`, longest)).not.toContain('top')
})

test('an excerpt of a long text takes no time', () => {
  expect(excerpt(`a://${'b'.repeat(5_000_000)}`)).toHaveLength(303)
})

test('an excerpt has the first lines that say something', () => {
  expect(excerptLines('\n\na\n \nb\nc', 2)).toEqual(['a', 'b'])
})

test.for(['plain-name', "it's", '$(id)', 'a b', '', '`x`;y', 'x\ny'])('%j is one word for a shell', word => {
  expect(execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' })).toBe(word)
})
