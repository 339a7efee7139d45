// Every way to get `notify` wrong that we thought of, and the exact words that it gets. No word tells a secret.
import { describe, expect, test } from 'vitest'
import { check } from '../../src/config/check.ts'
import { problemText } from '../../src/config/problem.ts'

const HOOK = 'https://hooks.slack.com/services/T0SECRET/B0SECRET/xSECRETx'

const CASES: readonly [string, object, readonly string[]][] = [
  [
    'notify an object',
    { notify: { url: HOOK } },
    [
      'notify: expected a list of targets; got an object (not shown). For example: [{"format":"slack","url":{"file":"/etc/netheal/slack-url"}}].',
    ],
  ],
  [
    'notify a URL',
    { notify: HOOK },
    [
      'notify: expected a list of targets; got "https://hooks.slack.com/...". For example: [{"format":"slack","url":{"file":"/etc/netheal/slack-url"}}].',
    ],
  ],
  [
    'notify a list of URLs',
    { notify: [HOOK] },
    [
      'notify[0]: expected a target: {"format": ..., "url": ...}; got "https://hooks.slack.com/...". For example: {"format":"slack","url":{"file":"/etc/netheal/slack-url"}}.',
    ],
  ],
  [
    'no url',
    { notify: [{}] },
    [
      'notify[0].url: missing; expected an http:// or https:// URL, {"env": "NAME"} or {"file": "/path"}. For example: {"file":"/etc/netheal/slack-url"}.',
    ],
  ],
  [
    'url misspelt',
    { notify: [{ ulr: HOOK }] },
    [
      'notify[0].ulr: unknown key. Did you mean "url"?',
      'notify[0].url: missing; expected an http:// or https:// URL, {"env": "NAME"} or {"file": "/path"}. For example: {"file":"/etc/netheal/slack-url"}.',
    ],
  ],
  [
    'unknown format',
    { notify: [{ format: 'mail', to: 'a@b.c' }] },
    [
      'notify[0].format: expected "json", "slack", "discord", "ntfy", "email" or "command"; got "mail". Did you mean "email"?',
    ],
  ],
  [
    'a format that is none',
    { notify: [{ format: 'teams', url: HOOK }] },
    [
      'notify[0].format: expected "json", "slack", "discord", "ntfy", "email" or "command"; got "teams". For example: "json".',
    ],
  ],
  [
    'no scheme',
    { notify: [{ url: 'hooks.slack.com/services/SECRET' }] },
    [
      'notify[0].url: expected an http:// or https:// URL; got a string (not shown). It must begin with "https://" or "http://".',
    ],
  ],
  [
    'foreign scheme',
    { notify: [{ url: 'slack://SECRET' }] },
    [
      'notify[0].url: expected an http:// or https:// URL; got a string (not shown). "slack:" is not a web address. It must begin with "https://" or "http://".',
    ],
  ],
  [
    'unknown scheme',
    { notify: [{ url: 'SECRET://x' }] },
    [
      'notify[0].url: expected an http:// or https:// URL; got a string (not shown). It must begin with "https://" or "http://".',
    ],
  ],
  [
    'user in url',
    { notify: [{ url: 'https://user:SECRET@example.com/x' }] },
    [
      'notify[0].url: expected an http:// or https:// URL; got "https://***@example.com/...". It must not contain a user or a password.',
    ],
  ],
  [
    'user in url slash',
    { notify: [{ url: 'https://user:SEC/RET@example.com/x' }] },
    ['notify[0].url: expected an http:// or https:// URL; got "https://***/...". It is not a valid URL.'],
  ],
  [
    'space in url',
    { notify: [{ url: 'https://hooks.slack.com/services/T0SECRET/B0SECRET/xSECRETx ' }] },
    [
      'notify[0].url: expected an http:// or https:// URL; got "https://hooks.slack.com/...". It contains a space or a line break: remove that.',
    ],
  ],
  [
    'not a url',
    { notify: [{ url: 'https://' }] },
    ['notify[0].url: expected an http:// or https:// URL; got a string (not shown). It is not a valid URL.'],
  ],
  [
    'url number',
    { notify: [{ url: 5 }] },
    [
      'notify[0].url: expected an http:// or https:// URL, {"env": "NAME"} or {"file": "/path"}; got 5 (a number). For example: {"file":"/etc/netheal/slack-url"}.',
    ],
  ],
  [
    'url list',
    { notify: [{ url: [HOOK] }] },
    [
      'notify[0].url: expected an http:// or https:// URL, {"env": "NAME"} or {"file": "/path"}; got an array (not shown). For example: {"file":"/etc/netheal/slack-url"}.',
    ],
  ],
  [
    'url env $',
    { notify: [{ url: { env: '$SLACK_URL' } }] },
    [
      'notify[0].url.env: expected the name of an environment variable, in upper case; got a string (not shown). Write the name only, without "$".',
    ],
  ],
  [
    'url env lower',
    { notify: [{ url: { env: 'tk_SECRET' } }] },
    [
      'notify[0].url.env: expected the name of an environment variable, in upper case; got a string (not shown). For example: "SLACK_URL".',
    ],
  ],
  [
    'url env and file',
    { notify: [{ url: { env: 'A', file: '/b' } }] },
    [
      'notify[0].url: expected {"env": "NAME"} or {"file": "/path"}; got an object (not shown). Write exactly one of "env" and "file".',
    ],
  ],
  [
    'url empty place',
    { notify: [{ url: {} }] },
    [
      'notify[0].url: expected {"env": "NAME"} or {"file": "/path"}; got {} (an object). Write exactly one of "env" and "file".',
    ],
  ],
  [
    'url place misspelt',
    { notify: [{ url: { flie: '/etc/x' } }] },
    ['notify[0].url.flie: unknown key. Did you mean "file"?'],
  ],
  [
    'url file relative',
    { notify: [{ url: { file: 'etc/SECRET' } }] },
    [
      'notify[0].url.file: expected an absolute path, or the name of a systemd credential; got a string (not shown). A path must begin with "/".',
    ],
  ],
  [
    'url file home',
    { notify: [{ url: { file: '~/x' } }] },
    [
      'notify[0].url.file: expected an absolute path, or the name of a systemd credential; got a string (not shown). "~" is not expanded here. Write an absolute path.',
    ],
  ],
  [
    'token plain',
    { notify: [{ url: HOOK, token: 'tk_SECRET' }] },
    [
      'notify[0].token: expected {"env": "NAME"} or {"file": "/path"}; got a string (not shown). A token is never written in the config: put it into a file that netheal can read, and write {"file": "/etc/netheal/ntfy-token"}.',
    ],
  ],
  [
    'token number',
    { notify: [{ url: HOOK, token: 5 }] },
    [
      'notify[0].token: expected {"env": "NAME"} or {"file": "/path"}; got 5 (a number). For example: {"file":"/etc/netheal/ntfy-token"}.',
    ],
  ],
  [
    'token URL',
    { notify: [{ url: HOOK, token: { env: HOOK } }] },
    [
      'notify[0].token.env: expected the name of an environment variable, in upper case; got "https://hooks.slack.com/...". For example: "SLACK_URL".',
    ],
  ],
  [
    'on a word',
    { notify: [{ url: HOOK, on: 'loop' }] },
    [
      'notify[0].on: expected a list of at least one of "loop", "failed", "unresolved", "unreachable", "crashed" and "recovered"; got "loop". Write ["loop"].',
    ],
  ],
  [
    'on misspelt',
    { notify: [{ url: HOOK, on: ['lopp'] }] },
    [
      'notify[0].on[0]: expected "loop", "failed", "unresolved", "unreachable", "crashed" or "recovered"; got "lopp". Did you mean "loop"?',
    ],
  ],
  [
    'on empty',
    { notify: [{ url: HOOK, on: [] }] },
    [
      'notify[0].on: expected a list of at least one of "loop", "failed", "unresolved", "unreachable", "crashed" and "recovered"; got [] (an array). For example: ["loop","failed"].',
    ],
  ],
  [
    'name',
    { notify: [{ url: HOOK, name: 'Ops Chat' }] },
    ['notify[0].name: expected a name of lower-case letters, digits and dashes; got "Ops Chat". Write "ops-chat".'],
  ],
  [
    'name bad',
    { notify: [{ url: HOOK, name: '-' }] },
    ['notify[0].name: expected a name of lower-case letters, digits and dashes; got "-". For example: "ops-chat".'],
  ],
  [
    'twice',
    { notify: [{ url: HOOK, name: 'json-2' }, { url: HOOK }] },
    ['notify[1].name: "json-2" is also the name of entry 1 of the list. Rename one of them.'],
  ],
  [
    'email w/o to',
    { notify: [{ format: 'email' }] },
    ['notify[0].to: missing; expected an e-mail address, or a list of these. For example: "ops@example.com".'],
  ],
  [
    'email with url',
    { notify: [{ format: 'email', to: 'a@b.c', url: HOOK }] },
    ['notify[0].url: it is only for format "json", "slack", "discord" or "ntfy". Remove it, or change "format".'],
  ],
  [
    'url with to',
    { notify: [{ url: HOOK, to: 'a@b.c', command: ['/x'] }] },
    [
      'notify[0].to: it is only for format "email". Remove it, or change "format".',
      'notify[0].command: it is only for format "command". Remove it, or change "format".',
    ],
  ],
  [
    'email bad',
    { notify: [{ format: 'email', to: 'Ops <ops@example.com>' }] },
    [
      'notify[0].to: expected an e-mail address, or a user of this host; got "Ops <ops@example.com>". Write the address only: "ops@example.com".',
    ],
  ],
  [
    'email option',
    { notify: [{ format: 'email', to: ['-X/tmp/x'] }] },
    [
      'notify[0].to[0]: expected an e-mail address, or a user of this host; got "-X/tmp/x". For example: "ops@example.com".',
    ],
  ],
  [
    'email many',
    { notify: [{ format: 'email', to: 'a@b.c, d@e.f' }] },
    [
      'notify[0].to: expected an e-mail address, or a user of this host; got "a@b.c, d@e.f". Write several as a list: ["a@example.com", "b@example.com"].',
    ],
  ],
  [
    'email no at',
    { notify: [{ format: 'email', to: 'ops.example.com' }] },
    [
      'notify[0].to: expected an e-mail address, or a user of this host; got "ops.example.com". For example: "ops@example.com".',
    ],
  ],
  [
    'email empty',
    { notify: [{ format: 'email', to: [] }] },
    ['notify[0].to: expected a list of at least one address; got [] (an array). For example: ["ops@example.com"].'],
  ],
  [
    'sendmail relative',
    { notify: [{ format: 'email', to: 'root', sendmail: 'sendmail' }] },
    [
      'notify[0].sendmail: expected an absolute path; got "sendmail". It must begin with "/". For example: "/usr/sbin/sendmail".',
    ],
  ],
  [
    'command text',
    { notify: [{ format: 'command', command: '/usr/bin/tell ops' }] },
    [
      'notify[0].command: expected a list: the program and its arguments; got "/usr/bin/tell ops". There is no shell: write the program and each argument as an entry of a list, for example ["/usr/local/bin/tell", "ops"].',
    ],
  ],
  [
    'command relative',
    { notify: [{ format: 'command', command: ['tell'] }] },
    [
      'notify[0].command: expected a list: the program and its arguments; got ["tell"] (an array). The program must be an absolute path, for example "/usr/local/bin/tell".',
    ],
  ],
  [
    'command empty',
    { notify: [{ format: 'command', command: [] }] },
    [
      'notify[0].command: expected a list: the program and its arguments; got [] (an array). For example: ["/usr/local/bin/tell","ops"].',
    ],
  ],
  [
    'command number',
    { notify: [{ format: 'command', command: ['/x', 5] }] },
    ['notify[0].command[1]: expected an argument of the command, as a string; got 5 (a number). Write "5".'],
  ],
  [
    'command missing',
    { notify: [{ format: 'command' }] },
    [
      'notify[0].command: missing; expected a list: the program and its arguments. For example: ["/usr/local/bin/tell","ops"].',
    ],
  ],
]

describe('a bad target', () => {
  test.each(CASES)('a bad notify target is told: %s', (_, more, lines) => {
    const checked = check({ attachments: [{ containers: 'a', network: 'n' }], ...more }, () => ({
      kind: 'file',
      name: '/etc/netheal/config.json',
    }))
    expect(checked.kind === 'bad' ? checked.problems.map(problemText) : []).toEqual(lines)
  })
})
