// What looks like a secret is masked; what an operator needs to read stays.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { masked, maskedValue, maskedWords } from '../../src/core/masked.ts'

const SECRET = 'hunter2-Xy9'

test.each([
  ['a URL with a password', `DATABASE_URL=postgresql://postgres:${SECRET}@supabase-db:5432/postgres`],
  ['a variable of a shell', `export PGPASSWORD=${SECRET}; psql`],
  ['a quoted variable', `API_KEY="${SECRET} and more"`],
  ['a key of JSON', `{"password": "${SECRET}", "user": "x"}`],
  ['a flag', `mysql --password ${SECRET} -h db`],
  ['a flag with an equals sign', `mysql --password=${SECRET}`],
  ['curl -u', `curl -u admin:${SECRET} https://coolify/api`],
  ['a header', `curl -H 'Authorization: Bearer ${SECRET}' https://x`],
  ['a bare bearer', `sent Bearer ${SECRET}aaaa`],
  ['a header of its own', `X-Api-Key: ${SECRET}`],
  ['a cookie', `Cookie: session=${SECRET}`],
  ['a webhook of Slack', `https://hooks.slack.com/services/T000/B000/${SECRET}`],
  ['a webhook of Discord', `https://discord.com/api/webhooks/1/${SECRET}`],
  ['a ping of healthchecks.io', `https://hc-ping.com/${SECRET}`],
  ['a service role key', `SUPABASE_SERVICE_ROLE_TOKEN: ${SECRET}`],
  ['a webhook in a command line', `docker restart x && curl https://hooks.slack.com/services/T/B/${SECRET}`],
  ['docker login', `docker login -p ${SECRET} registry.example`],
  ['docker login, with a path and another flag', `/usr/bin/docker login -u bob -p '${SECRET} x' r.example; true`],
  ['docker login, written together', `docker login -p${SECRET}`],
  ['mysql, written together', `mysql -u root -p${SECRET} db`],
  ['sshpass', `sshpass -p ${SECRET} ssh host`],
  ['redis-cli', `redis-cli -h r -a ${SECRET} ping`],
  ['a flag in quotes', `'--token' '${SECRET}'`],
  ['a flag with one dash', `tool -token ${SECRET}`],
  ['an SQL password', `ALTER USER x WITH PASSWORD = '${SECRET} y'`],
  ['a variable that ends with PASS', `DB_PASS=${SECRET} run`],
  ['a token before the host', `https://${SECRET}@host/x`],
  ['a password with a slash', `redis://u:p/x${SECRET}@host/x`],
  ['a key of JSON on the next line', `"token":\n  "${SECRET}"`],
])('a secret is masked: %s', (_, line) => {
  expect(line).toContain(SECRET)
  expect(masked(line)).not.toContain(SECRET)
})

test('keys are masked by their own shape', () => {
  const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZSJ9.${SECRET}`
  for (const key of [jwt, `ghp_${'a1'.repeat(18)}`, 'AKIAIOSFODNN7EXAMPLE', `xoxb-123-456-${SECRET}`])
    expect(masked(`got ${key} here`)).toBe('got *** here')
  expect(masked(`-----BEGIN RSA PRIVATE KEY-----\n${SECRET}\n-----END RSA PRIVATE KEY-----\nrest`)).toBe('***\nrest')
})

test('what is no secret is not masked', () => {
  const id = 'f'.repeat(64)
  for (const line of [
    `pms-backend not attached to bccg4gs4o4kgsowocw08wkw4 (cause: replaced) ${id}`,
    '*/2 * * * * root /usr/local/bin/pms_ensure_supabase_net.sh >> /var/log/pms_ensure_supabase_net.log 2>&1',
    'Database connection pool created successfully (PID=1, host=supabase-db, generation=1, pool_id=128315581080752)',
    'https://api.fewo.kolibri-visions.de/health/ready answered 503',
    'FATAL: password authentication failed for user "postgres"',
    'asyncpg.exceptions.InvalidPasswordError: password authentication failed for user "postgres"',
    'the token has expired, and the secret is gone',
    'docker run -u 1000:1000 -p 8080:80 --env-file /etc/secret.env --token-file /etc/token app',
    'docker login --password-stdin -u bob registry.example',
    'mysql -p db; docker run -p 80:80 x',
  ])
    expect(masked(line)).toBe(line)
})

test('a known value is masked wherever it stands, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
      fc.pre(!'***'.includes(secret) && !secret.includes('*'))
      expect(masked(`${before}${secret}${after}`, [secret])).not.toContain(secret)
    }),
  )
})

test('a masked value keeps its shape: strings are masked, and whole where their key says so', () => {
  const value = { token: { file: '/etc/x' }, dbPassword: SECRET, list: [`a ${SECRET}`, 1, null], n: true }
  expect(maskedValue(value, [SECRET])).toEqual({
    token: { file: '/etc/x' },
    dbPassword: '***',
    list: ['a ***', 1, null],
    n: true,
  })
})

test('the words of a command are masked by the word before them', () => {
  const hidden = (...words: readonly string[]) => maskedWords(words)
  expect(hidden('notify', '--token', SECRET, '--channel', 'ops')).toEqual([
    'notify',
    '--token',
    '***',
    '--channel',
    'ops',
  ])
  expect(hidden('docker', 'login', '-p', SECRET)).toEqual(['docker', 'login', '-p', '***'])
  expect(hidden('mysql', `-p${SECRET}`, 'db')).toEqual(['mysql', '-p***', 'db'])
  expect(hidden('curl', '-u', `bob:${SECRET}`)).toEqual(['curl', '-u', '***'])
  expect(hidden('curl', '-H', `Authorization: Bearer ${SECRET}`)).toEqual(['curl', '-H', 'Authorization: ***'])
  expect(hidden('sh', '-c', `PGPASSWORD=${SECRET} psql`)).toEqual(['sh', '-c', 'PGPASSWORD=*** psql'])
  expect(hidden('tool', '--password', '--force', '-p', '80')).toEqual(['tool', '--password', '--force', '-p', '80'])
  expect(maskedValue({ command: ['tool', '--secret', SECRET] })).toEqual({ command: ['tool', '--secret', '***'] })
})

// What goes back over what it has passed takes minutes for these, and the test its time limit.
test.each([
  'token-',
  'x-',
  'eyJ',
  '-eyJaaaaaaaa.',
  '://a:',
  '://',
  'https://a.',
  'password ',
  '--token ',
  'token="',
  'token=\'x"',
  '-----BEGIN ',
  '-----BEGIN A PRIVATE KEY-----',
  'bearer ',
  ' -u ',
  'a:',
  'login -p',
  ' ',
  '\n',
  '"',
])('a text that was made for it takes no longer than another: %j, again and again', piece => {
  const text = piece.repeat(Math.ceil(500_000 / piece.length))
  for (const whole of [text, `password=${text}`, `https://${text}`, `--token ${text}!`])
    expect(typeof masked(whole)).toBe('string')
})
