// What each format sends, to the letter; and what of a hostile text is left in it.
import { describe, expect, test } from 'vitest'
import { discordMessage } from '../../src/notify/discord.ts'
import { emailText } from '../../src/notify/email.ts'
import { headerText } from '../../src/notify/encoded-word.ts'
import { jsonMessage } from '../../src/notify/envelope.ts'
import { ntfyMessage } from '../../src/notify/ntfy.ts'
import { slackMessage } from '../../src/notify/slack.ts'
import { NOTICE, notice, SENDER } from './notices.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const LONG = Array.from({ length: 16 }, (_, i) => `${i} ${'&<>*_`'.repeat(66)}`)

test('json is versioned, with times as ISO 8601', () => {
  const { headers, body } = jsonMessage(NOTICE, SENDER)
  expect(headers).toEqual(JSON_TYPE)
  expect(JSON.parse(body)).toEqual({
    version: 1,
    id: 'mjrabc-1xyz',
    kind: 'loop',
    phase: 'opened',
    incident: 'loop',
    at: '2025-12-29T14:32:01.250Z',
    since: '2025-12-29T14:28:01.250Z',
    host: 'host-1',
    container: 'pms-backend',
    network: 'bccg4gs4o4kgsowocw08wkw4',
    subject: 'host-1: pms-backend lost bccg4gs4o4kgsowocw08wkw4 3 times in 4 min, every ~120 s, since 14:28 UTC',
    title: 'pms-backend lost bccg4gs4o4kgsowocw08wkw4 3 times in 4 min, every ~120 s',
    lines: ['cause: explicit', 'source: outside-detach'],
    remedy: 'look in cron',
    severity: 'warning',
    page: null,
    test: false,
  })
})

describe('slack', () => {
  test('slack: a text for the push message, and two sections', () => {
    const { headers, body } = slackMessage(NOTICE, SENDER)
    const title = `🔁 host-1: ${NOTICE.title}, since 14:28 UTC`
    const lines =
      'cause: explicit\nsource: outside-detach\nwhat to do: look in cron\nmore: netheal diagnose pms-backend\nnetheal on host-1, since 2025-12-29 14:28:01 UTC'
    expect(headers).toEqual(JSON_TYPE)
    expect(JSON.parse(body)).toEqual({
      text: `${title}\n${lines}`,
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: `*${title}*`, verbatim: true } },
        { type: 'section', text: { type: 'mrkdwn', text: lines, verbatim: true } },
      ],
    })
  })

  test('slack: &, < and > are escaped: nobody is mentioned, nothing is linked', () => {
    const { body } = slackMessage(notice({ title: '<!channel> & <http://evil|x>', lines: ['<@U1>'] }), SENDER)
    const { text, blocks } = JSON.parse(body)
    expect(text).toMatch(/^🔁 host-1: &lt;!channel&gt; &amp; &lt;http:\/\/evil\|x&gt;, since 14:28 UTC\n&lt;@U1&gt;\n/)
    expect(blocks[1].text.text).toMatch(/^&lt;@U1&gt;\n/)
    expect(body.replaceAll('&lt;', '').replaceAll('&gt;', '')).not.toMatch(/[<>]/)
  })

  test('slack: a section is never longer than Slack takes, and no entity is cut', () => {
    const text: string = JSON.parse(slackMessage(notice({ lines: LONG }), SENDER).body).blocks[1].text.text
    expect(text.length).toBeLessThanOrEqual(3_000)
    expect(text).toMatch(/\n\.\.\.$/)
    expect(text.match(/&(?!(?:amp|lt|gt);)/)).toBeNull()
  })
})

describe('discord', () => {
  test('discord: a content that mentions nobody', () => {
    const { headers, body } = discordMessage(NOTICE, SENDER)
    expect(headers).toEqual(JSON_TYPE)
    expect(JSON.parse(body)).toEqual({
      content: [
        '🔁 **host-1: pms-backend lost bccg4gs4o4kgsowocw08wkw4 3 times in 4 min, every \\~120 s, since 14:28 UTC**',
        'cause: explicit',
        'source: outside-detach',
        'what to do: look in cron',
        'more: netheal diagnose pms-backend',
        'netheal on host-1, since 2025-12-29 14:28:01 UTC',
      ].join('\n'),
      allowed_mentions: { parse: [] },
      flags: 4,
    })
  })

  test('discord: markdown stays what it is', () => {
    const { content } = JSON.parse(discordMessage(notice({ lines: ['@everyone [a](http://b) <@1> `c`'] }), SENDER).body)
    expect(content).toContain('\n\\@everyone \\[a\\]\\(http://b\\) \\<\\@1\\> \\`c\\`\n')
  })

  test('discord: at most 2,000 characters', () => {
    const { content } = JSON.parse(discordMessage(notice({ lines: LONG }), SENDER).body)
    expect(content.length).toBeLessThanOrEqual(2_000)
    expect(content).toMatch(/\n\.\.\.$/)
  })
})

describe('ntfy', () => {
  test('ntfy: the message as the body, the rest as headers', () => {
    expect(ntfyMessage(NOTICE, SENDER)).toEqual({
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        title: `host-1: ${NOTICE.title}, since 14:28 UTC`,
        priority: '4',
        tags: 'repeat',
      },
      body: 'cause: explicit\nsource: outside-detach\nwhat to do: look in cron\nmore: netheal diagnose pms-backend\nnetheal on host-1, since 2025-12-29 14:28:01 UTC',
    })
  })

  test.each([
    ['recovered', 'info', '3', 'white_check_mark'],
    ['failed', 'critical', '5', 'x'],
    ['failed', 'info', '3', 'x'],
    ['unresolved', 'critical', '5', 'question'],
    ['unreachable', 'critical', '5', 'construction'],
    ['crashed', 'warning', '4', 'boom'],
  ] as const)('ntfy: %s, %s: priority %s, tag %s', (kind, severity, priority, tags) => {
    expect(ntfyMessage(notice({ kind, severity }), SENDER).headers).toMatchObject({ priority, tags })
  })

  test('ntfy: a title that is not ASCII is encoded, and can make no header', () => {
    const { title = '' } = ntfyMessage(notice({ title: 'zürück\r\nX-Evil: 1' }), SENDER).headers
    expect(title).toBe(`=?UTF-8?B?${Buffer.from('host-1: zürück X-Evil: 1, since 14:28 UTC').toString('base64')}?=`)
  })

  test('ntfy: a body that is no attachment yet', () => {
    const { body } = ntfyMessage(notice({ lines: LONG.map(l => l.replaceAll('&', 'ü')) }), SENDER)
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4_096)
  })
})

describe('email', () => {
  const target = { to: ['ops@example.com', 'root'], from: null }

  test('email: headers of ours, a body of plain text', () => {
    expect(emailText(NOTICE, SENDER, target)).toBe(
      [
        'To: ops@example.com,',
        ' root',
        'Subject: [netheal] host-1: pms-backend lost bccg4gs4o4kgsowocw08wkw4 3 times in 4 min, every ~120 s, since 14:28 UTC',
        'Date: Mon, 29 Dec 2025 14:32:01 +0000',
        'Message-ID: <mjrabc-thread.netheal@host-1>',
        'Auto-Submitted: auto-generated',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 7bit',
        '',
        'host-1: pms-backend lost bccg4gs4o4kgsowocw08wkw4 3 times in 4 min, every ~120 s, since 14:28 UTC',
        '',
        'cause: explicit',
        'source: outside-detach',
        'what to do: look in cron',
        'more: netheal diagnose pms-backend',
        'netheal on host-1, since 2025-12-29 14:28:01 UTC',
        'sent at 2025-12-29 14:32:01 UTC',
        '',
      ].join('\n'),
    )
  })

  test('email: what follows within an incident is an answer to its first message', () => {
    const closed = emailText(notice({ phase: 'closed', kind: 'recovered' }), SENDER, target)
    expect(closed).toContain('\nMessage-ID: <mjrabc-1xyz.netheal@host-1>\n')
    expect(closed).toContain(
      '\nIn-Reply-To: <mjrabc-thread.netheal@host-1>\nReferences: <mjrabc-thread.netheal@host-1>\n',
    )
  })

  test('the body of a message links to the page where the config says under which address it is seen', () => {
    const { content } = JSON.parse(discordMessage(NOTICE, { ...SENDER, page: 'https://netheal.example.com/' }).body)
    expect(content).toContain('\npage: https://netheal.example.com/\n')
  })

  test('email: From only where the config has one', () => {
    expect(emailText(NOTICE, SENDER, { ...target, from: 'netheal@example.com' })).toMatch(
      /^From: netheal@example.com\n/,
    )
  })

  test('email: nothing but the config makes a header or a recipient', () => {
    const evil = 'x\r\nBcc: evil@example.com\n\nBody'
    const text = emailText(notice({ title: evil, lines: [evil.replaceAll(/[\r\n]+/g, ' ')] }), SENDER, {
      to: ['ops@example.com\nBcc: evil@example.com'],
      from: 'a\r\nBcc: evil@example.com',
    })
    const [head = ''] = text.split('\n\n')
    expect(
      head
        .split('\n')
        .filter(l => !l.startsWith(' '))
        .map(l => l.split(':')[0]),
    ).toEqual([
      'From',
      'To',
      'Subject',
      'Date',
      'Message-ID',
      'Auto-Submitted',
      'MIME-Version',
      'Content-Type',
      'Content-Transfer-Encoding',
    ])
  })

  test('email: what is not ASCII is encoded, in the subject and in the body', () => {
    const text = emailText(notice({ title: `für ${'ü'.repeat(80)}`, lines: ['größe'] }), SENDER, target)
    const [head = '', ...rest] = text.split('\n\n')
    expect(text).toMatch(/^[\n -~]*$/)
    expect(head).toContain('Content-Transfer-Encoding: base64')
    expect(Buffer.from(rest.join(''), 'base64').toString()).toContain('größe')
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(78 + 'Subject: '.length)
    const subject = /Subject: ((?:.|\n )*)\nDate/.exec(head)?.[1] ?? ''
    const decoded = subject
      .split('\n ')
      .map(word => Buffer.from(/^=\?UTF-8\?B\?(.*)\?=$/.exec(word)?.[1] ?? '', 'base64').toString())
    expect(decoded.join('')).toBe(`[netheal] host-1: für ${'ü'.repeat(80)}, since 14:28 UTC`)
  })
})

test('an encoded word is never longer than 75 characters, and none is made of what looks like one', () => {
  for (const word of headerText('😀'.repeat(60)).split(' ')) {
    expect(word.length).toBeLessThanOrEqual(75)
    expect(Buffer.from(word.slice(10, -2), 'base64').toString()).toMatch(/^(😀)+$/u)
  }
  expect(headerText('=?UTF-8?B?eA==?=')).not.toContain('eA==')
  expect(headerText('plain text')).toBe('plain text')
})
