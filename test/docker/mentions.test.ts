// Which words a container's environment and command name: whole host names, and never anything else of an environment.
import { expect, test } from 'vitest'
import { mentionsIn } from '../../src/docker/mentions.ts'

const WORDS = ['supabase-db', 'supabase-db-bccg', 'supabase.kong']

test('hosts are found in the ways that people write them', () => {
  const environment = (...Env: readonly string[]) => mentionsIn({ Env }, WORDS).environment
  expect(environment('DATABASE_URL=postgresql://u:p@supabase-db:5432/postgres')).toEqual(['supabase-db'])
  expect(environment('DB_HOST=supabase-db')).toEqual(['supabase-db'])
  expect(environment('HOSTS=a,SUPABASE-DB;b')).toEqual(['supabase-db'])
  expect(environment('URL=http://supabase-db-bccg/x')).toEqual(['supabase-db-bccg'])
  expect(environment('A=ends with supabase-db.')).toEqual(['supabase-db'])
})

test('a host is not found as a part of another name', () => {
  const text = 'x-supabase-db supabase-db-2 supabase-db.example.com my.supabase-db supabase-dbs supabaseXkong'
  expect(mentionsIn({ Env: [text] }, WORDS)).toEqual({ environment: [], command: [] })
})

test('hosts are found in the command and the entrypoint, as a list or a string', () => {
  expect(mentionsIn({ Cmd: ['sh', '-c', 'wait-for supabase-db:5432'] }, WORDS).command).toEqual(['supabase-db'])
  expect(mentionsIn({ Entrypoint: 'wait supabase-db' }, WORDS).command).toEqual(['supabase-db'])
})

test('nothing but the words that were asked for comes out, whatever comes in', () => {
  const secret = 'PASSWORD=hunter2 at supabase-db'
  expect(JSON.stringify(mentionsIn({ Env: [secret] }, WORDS))).not.toContain('hunter2')
  for (const odd of [null, undefined, 5, 'x', [], { Env: null, Cmd: 7 }, { Env: [null, 5] }])
    expect(mentionsIn(odd, WORDS)).toEqual({ environment: [], command: [] })
})
