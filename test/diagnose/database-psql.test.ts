/** How psql is asked: read-only twice over, without a shell, whatever the config calls its user and its database. */
import { expect, test } from 'vitest'
import { psqlCommand } from '../../src/diagnose/database/psql.ts'

test('one read-only transaction that is rolled back, on a connection that is read-only by itself', () => {
  const command = psqlCommand({ user: 'postgres', database: 'postgres', timeout: 10_000 }, "'{}'::jsonb")
  expect(command.filter(word => word.startsWith('--command='))).toEqual([
    '--command=BEGIN TRANSACTION READ ONLY',
    "--command=SELECT 'netheal-answer ' || ('{}'::jsonb)::text",
    '--command=ROLLBACK',
  ])
  expect(command.find(word => word.startsWith('--dbname='))).toBe(
    "--dbname=user='postgres' dbname='postgres' options='-c default_transaction_read_only=on -c statement_timeout=8000 -c search_path=pg_catalog -c client_min_messages=error -c row_security=off' connect_timeout='8' application_name='netheal' client_encoding='UTF8'",
  )
  expect(command.slice(0, 3)).toEqual(['psql', '--no-psqlrc', '--no-password'])
})

test('quotes in a name stay in the name', () => {
  const command = psqlCommand({ user: `a' host='evil`, database: 'b\\', timeout: 100 }, '1')
  expect(command.find(word => word.startsWith('--dbname='))).toMatch(
    /^--dbname=user='a\\' host=\\'evil' dbname='b\\\\' options='.*' connect_timeout='2' /,
  )
})
