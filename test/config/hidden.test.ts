// Secrets are planted wherever one can be written, rightly and wrongly: no message shows them.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Environment } from '../../src/config/environment.ts'
import { overwritten, withoutUrls } from '../../src/config/hidden.ts'
import { loadConfig } from '../../src/config/load.ts'
import { withoutSecrets } from '../../src/config/masked.ts'
import { problemsOf } from '../../src/config/problem.ts'
import { fileSchema } from '../../src/config/schema.ts'
import { entries } from '../../src/config/shape.ts'
import { NethealError } from '../../src/core/errors.ts'
import { diskWith } from './disk.ts'

const PLANTED = 'xPLANTEDx'
const HOOK = `https://hooks.slack.com/services/T0/${PLANTED}`
const RULE = { containers: 'a', network: 'n' }

/** All that is told about a config: as text and as data. Empty when it is good. */
async function toldOf(content: string | object, env: Environment = {}): Promise<string> {
  try {
    await loadConfig({ flags: {}, env, disk: diskWith(content) })
    return ''
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    return [error.message, error.hint, JSON.stringify(problemsOf(error))].join('\n')
  }
}

describe('a URL', () => {
  test.each([
    [HOOK, 'https://hooks.slack.com/...'],
    ['see http://a.b:80/ and HTTPS://c.d?x=y.', 'see http://a.b:80/ and HTTPS://c.d/...'],
    ['https://user:pass@host/x', 'https://***@host/...'],
    ['https://user:pa/ss@host', 'https://***/...'],
    ['https://[::1]:5/x"', 'https://[::1]:5/..."'],
    ['"https:\\/\\/a.b\\/c"', '"https:\\/\\/a.b/..."'],
    ['tcp://a/b', 'tcp://a/b'],
  ])('no secret is told about a syntax error: %s', (text, shown) => {
    expect(withoutUrls(text)).toBe(shown)
  })
})

describe('what is told about a wrong value', () => {
  const target = (more: object): object => ({ notify: [{ url: 'https://a.b/c', ...more }] })

  test.each<[string, object]>([
    ['a URL without a scheme', target({ url: `hooks.slack.com/${PLANTED}` })],
    ['a URL of another scheme', target({ url: `${PLANTED}://x` })],
    ['a URL with a password', target({ url: `https://a:${PLANTED}@b` })],
    ['a URL with a space', target({ url: `${HOOK} ` })],
    ['a URL with spaces', target({ url: `https://a.b/c ${PLANTED}` })],
    ['a URL with a control character', target({ url: `${HOOK}\u0000` })],
    ['a list of URLs', target({ url: [PLANTED] })],
    ['a plain token', target({ token: PLANTED })],
    ['a token in the wrong key', target({ token: { name: PLANTED } })],
    ['a token as the name of a variable', target({ token: { env: `a${PLANTED}` } })],
    ['a token as a path', target({ token: { file: `a/${PLANTED}` } })],
    ['a URL as a header', target({ headers: { authorization: PLANTED } })],
    ['targets that are no list', { notify: { token: PLANTED } }],
    ['targets that are text', { notify: PLANTED }],
    ['a target that is text', { notify: [PLANTED] }],
    ['a target of another format', target({ format: 'slakc', url: PLANTED })],
    ['a ping', { heartbeat: { pingUrl: PLANTED } }],
    ['a ping that is a list', { heartbeat: { pingUrl: [PLANTED] } }],
    ['a ping in the place of its section', { heartbeat: PLANTED }],
    ['a URL in the place of text', { log: { directory: HOOK } }],
    ['a URL in the place of text, with a space', { log: { directory: `${HOOK} ` } }],
    ['a URL in the place of a duration', { loop: { within: HOOK } }],
    ['a URL in the place of a cron expression', { watch: { poll: `${HOOK} * * * *` } }],
    ['a URL in the place of a word', { log: { format: HOOK } }],
    ['a URL in the place of a section', { log: { url: HOOK }, docker: [HOOK] }],
    ['a URL in the place of an engine', { docker: { host: HOOK } }],
    ['a URL in the place of a host name', { http: { hosts: [HOOK] } }],
    ['a URL in the place of a listener', { http: { listen: HOOK } }],
    [
      'a URL as a name, twice',
      {
        notify: [
          { url: HOOK, name: HOOK },
          { url: HOOK, name: HOOK },
        ],
      },
    ],
    ['a URL as a key', { [HOOK]: 1, notify: [{ url: HOOK, [HOOK]: HOOK }] }],
    ['a password of an engine', { docker: { host: `ssh://a:${PLANTED}@b` } }],
  ])('no secret is told about a syntax error: %s', async (_, more) => {
    const told = await toldOf({ attachments: [RULE], ...more })
    expect(told).not.toBe('')
    expect(told).not.toContain(PLANTED)
  })

  test('no secret is told about a wrong value: a file that is a list', async () => {
    const told = await toldOf(JSON.stringify([{ notify: [{ token: PLANTED }] }]))
    expect(told).toContain('got an array (not shown)')
    expect(told).not.toContain(PLANTED)
  })

  test.each([`${HOOK}\n`, PLANTED, `ftp://${PLANTED}`])(
    'no secret is told about a wrong value: the variable of the ping: %j',
    async value => {
      const told = await toldOf({ attachments: [RULE] }, { NETHEAL_HEARTBEAT_PING_URL: value })
      expect(told).toContain('NETHEAL_HEARTBEAT_PING_URL (environment)')
      expect(told).not.toContain(PLANTED)
    },
  )

  test('no secret is told about a wrong value: a URL anywhere', async () => {
    const keys = fc.constantFrom(
      ...new Set(entries(fileSchema).flatMap(entry => entry.keys.map(key => key.replace('[]', '')))),
      ...['env', 'file', HOOK],
    )
    const text = fc.constantFrom(HOOK, `${HOOK} `, `a ${HOOK}`, `${HOOK}:1`, 'slack', 'email', '/x', HOOK.toUpperCase())
    const { near } = fc.letrec(tie => ({
      near: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc.array(tie('near'), { maxLength: 3 }),
        fc.dictionary(keys, tie('near'), { maxKeys: 5 }),
      ),
    }))
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keys, near, { maxKeys: 6 }), async config => {
        expect((await toldOf(config)).toUpperCase()).not.toContain(PLANTED.toUpperCase())
      }),
      { numRuns: 500 },
    )
  })
})

describe('what is told about a syntax error', () => {
  test.each([
    ['beside a URL', `{"url": "${HOOK}",, "a": 1}`],
    ['after a URL', `{"url": "${HOOK}" "a": 1}`],
    ['a URL with escapes', `{"url": "https:\\/\\/a.b\\/${PLANTED}",,}`],
    ['a URL without quotes', `{"url": ${HOOK}}`],
    ['a URL in single quotes', `{"url": '${HOOK}'}`],
    ['a URL that is not closed', `{"url": "${HOOK}\n}`],
    ['a token', `{"token": "${PLANTED}",,}`],
    ['a token without quotes', `{"token": ${PLANTED}}`],
    ['a token with an equals sign', `{"token" = ${PLANTED}}`],
    ['a token under a misspelt key', `{"apiTokn": "${PLANTED}",,}`],
    ['a token in single quotes', `{'token': '${PLANTED}'}`],
    ['a token with a backslash', `{"token": "${PLANTED}\\d"}`],
    ['a header', `{"command": ["/x", "Authorization: Bearer ${PLANTED}",,]}`],
    ['a password', `{"url": "https://a:${PLANTED}@b/c",,}`],
    ['a ping', `{"heartbeat": {"pingUrl": "${PLANTED}",,}}`],
  ])('no secret is told about a syntax error: %s', async (_, text) => {
    const told = await toldOf(text)
    expect(told).toContain('line 1, column')
    expect(told).not.toContain(PLANTED)
  })

  test('what is told about a syntax error is the same as without secrets, at the same place', async () => {
    const [, line, excerpt, caret] = (await toldOf(`{\n  "url": "${HOOK}"\n  "name": "b"\n}`)).split('\n')
    expect(line).toBe(`  line 2, column ${10 + HOOK.length + 2}: a comma is missing after this entry. Add one here.`)
    expect(excerpt).toMatch(/"url": "https:\/\/hooks\.slack\.com\/?x+"/)
    expect(caret?.length).toBe((excerpt?.length ?? 0) + 1)
  })

  test('hiding secrets moves no index, whatever the text', () => {
    const text = fc.stringMatching(/^((https?:\/\/|"?token"?: ?|"url":"|[ab"'\\/:,{} \n])){0,30}$/)
    fc.assert(
      fc.property(text, value => {
        const harmless = overwritten(value)
        expect([harmless.length, harmless.split('\n').length]).toEqual([value.length, value.split('\n').length])
      }),
    )
  })

  test('hiding secrets in a mebibyte takes no longer than reading it', async () => {
    for (const unit of ['token', 'url', 'token-', '"url":"', 'https://', "'", 'x ', '\n'])
      expect(await toldOf(`{"a": ${unit.repeat(1_000_000 / unit.length)}`)).not.toBe('')
  })
})

describe('the config in force', () => {
  const file = {
    attachments: [RULE],
    heartbeat: { pingUrl: HOOK },
    notify: [
      { format: 'slack', url: HOOK, token: { env: 'TOKEN' } },
      { format: 'command', command: ['/usr/bin/curl', HOOK, '-H', `Authorization: Bearer ${PLANTED}`] },
      { url: { file: '/etc/netheal/hook' } },
      { format: 'command', command: ['/usr/bin/tell', '--token', PLANTED, 'ops'] },
    ],
    diagnose: {
      readiness: ['http://localhost:3000/health/ready'],
      probes: [{ name: 'a', container: 'a', command: ['psql', `postgres://u:${PLANTED}@h/db`] }],
    },
  }

  test('the config in force without its secrets says where they are', async () => {
    const { config } = await loadConfig({ flags: {}, env: {}, disk: diskWith(file) })
    expect(JSON.stringify(config)).toContain(PLANTED)
    const shown = withoutSecrets(config)
    expect(JSON.stringify(shown)).not.toContain(PLANTED)
    expect(shown.heartbeat.pingUrl).toEqual({ kind: 'plain', value: 'https://hooks.slack.com/...' })
    expect(shown.notify[0]).toMatchObject({ token: { kind: 'env', name: 'TOKEN' } })
    expect(shown.notify[1]).toMatchObject({
      command: ['/usr/bin/curl', 'https://hooks.slack.com/...', '-H', expect.any(String)],
    })
    expect(shown.notify[2]).toMatchObject({ url: { kind: 'file', path: '/etc/netheal/hook' } })
    expect(shown.notify[3]).toMatchObject({ command: ['/usr/bin/tell', '--token', '***', 'ops'] })
    expect(shown.diagnose.readiness[0]?.url).toBe('http://localhost:3000/health/ready')
    expect({ ...shown, notify: [], heartbeat: 0, diagnose: 0 }).toEqual({
      ...config,
      notify: [],
      heartbeat: 0,
      diagnose: 0,
    })
  })
})
