// The page: nothing that comes from others gets out of its text, and the page alone tells the story.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderPage } from '../../src/page/page.ts'
import { PAGE_POLICY } from '../../src/page/policy.ts'
import { APP, attachment, crowd, empty, loss, NETWORK, NOW, quiet, renamed, troubled, WORKER, week } from './models.ts'
import { skeletonOf } from './well-formed.ts'

const UNREACHED = {
  reason: 'unresolved',
  detail: 'supabase-db does not resolve inside it',
  hint: 'docker start supabase-db',
  since: NOW,
} as const

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '`alert(1)`',
  '</style><script>alert(1)</script>',
  '</title><svg onload=alert(1)>',
  '\u202egnp.exe\u2066',
  'line\nfeed\u2028and\u0000null\ud800',
  '&lt;b&gt; &amp;amp; &#0;',
  ']]><!--',
  'x'.repeat(20_000),
]

/** What a reader sees, without tags; entities as they are. */
function wordsOf(html: string): string {
  return html
    .replace(/<style>[^<]*<\/style>/, '')
    .replace(/<\/?(?:bdi|strong|code|time|span)\b[^>]*>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
}

function headline(html: string): string {
  return wordsOf(/<h1>(.*?)<\/h1>/s.exec(html)?.[1] ?? '')
}

describe('what others chose', () => {
  const plain = skeletonOf(renderPage(renamed(troubled(), text => `x${text}`)))

  test.each(HOSTILE)('what others chose: %j changes no tag and no attribute', hostile => {
    for (const change of [(text: string) => hostile + text, (text: string) => text + hostile]) {
      const html = renderPage(renamed(troubled(), change))
      expect(skeletonOf(html)).toEqual(plain)
    }
  })

  test('what others chose: whatever it is, the same tags and attributes come out', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom('<', '>', '"', "'", '`', '&', '/', '=', ' ', 'a', '\n', '\u202e', '\ud800', '$', '{'),
      }),
    )
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(skeletonOf(renderPage(renamed(troubled(), t => before + t + after)))).toEqual(plain)
      }),
      { numRuns: 60 },
    )
  })

  test('what others chose: a long name does not make a long page', () => {
    const long = renderPage(renamed(week(), text => text + 'x'.repeat(100_000))).length
    expect(long).toBeLessThan(renderPage(week()).length * 6)
  })

  test('what others chose: a command to be copied holds a name only where a shell would take it for one', () => {
    const at = (container: string): string =>
      renderPage(quiet({ attachments: [attachment({ container, state: 'detached' })] }))
    expect(at('pms-backend')).toContain('<code>sudo netheal diagnose pms-backend</code>')
    expect(at('$(reboot)')).toContain('<code>sudo netheal diagnose</code>')
    expect(at('-rf')).toContain('<code>sudo netheal diagnose</code>')
  })
})

describe('the document', () => {
  test.each([
    ['a week', week()],
    ['trouble', troubled()],
    ['a quiet month', quiet()],
    ['a host where it never ran', empty()],
    ['ten thousand losses', crowd(10_000)],
  ])('the page of %s is well-formed, has each id once, and what it points to', (_, model) => {
    const html = renderPage(model)
    skeletonOf(html)
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(m => m[1])
    expect(new Set(ids).size).toBe(ids.length)
    const used = [...html.matchAll(/ (?:href="#|aria-labelledby=")([^"]*)"/g)].map(m => m[1])
    expect(used.filter(id => !ids.includes(id))).toEqual([])
  })

  test('the page loads nothing, runs nothing, and has no style but the one that its policy names', () => {
    const html = renderPage(troubled())
    expect(html).not.toMatch(/<script|<link|<img|<iframe|<object|<form|javascript:| style="| on[a-z]+="|@import|url\(/i)
    expect(html).not.toMatch(/(?:src|href|action)="(?!#)/)
    expect(html.match(/https?:\/\//g)).toBeNull()
    expect(PAGE_POLICY).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]{44}'/)
  })

  test('the page is the same for the same model', () => {
    expect(renderPage(week())).toBe(renderPage(week()))
  })

  test('the page is bounded, whatever happened', () => {
    const few = renderPage(crowd(10_000))
    const many = renderPage(crowd(40_000))
    expect(skeletonOf(few).length).toBeLessThan(40_000)
    expect(skeletonOf(many).length).toBeLessThan(skeletonOf(few).length * 1.2)
    expect(wordsOf(few)).toContain('The newest 500 of 10,000; all of them: sudo netheal history --json.')
  })

  test('the page has a table behind each picture', () => {
    const html = renderPage(troubled())
    for (const picture of html.matchAll(/<svg[^>]*role="img"[^>]*>/g)) {
      expect(picture[0]).toMatch(/aria-label="[^"]{20,}"/)
      const after = html.slice(picture.index)
      const section = after.slice(0, after.indexOf('</section>'))
      expect(section).toMatch(/<details><summary>.*<table>/s)
    }
  })
})

describe('a user who never saw it', () => {
  test('a user who never saw the page reads that all is well', () => {
    const html = renderPage(quiet())
    expect(headline(html)).toBe('All is well.')
    expect(html).toContain('<title>netheal on coolify-1: all is well</title>')
    expect(wordsOf(html)).toContain('In the last 30 days nothing was lost. netheal runs; its last pass was 41 s ago')
    expect(wordsOf(html)).toContain('Nothing to do.')
  })

  test('a user who never saw the page reads which loop there is, since when, in which rhythm, and what ends it', () => {
    const html = renderPage(week())
    expect(headline(html)).toBe(
      `${WORKER} keeps losing ${NETWORK}: 14 times since 29 Dec 14:04 UTC, every ~120 s, the last one 2 min ago.`,
    )
    const words = wordsOf(html)
    expect(words).toContain('something on this host runs docker network disconnect')
    expect(words).toContain(`netheal diagnose ${WORKER}`)
    expect(words).toContain('1 to look at')
    expect(words).toContain(`${APP} lost ${NETWORK} every ~3 min over since 2025-12-24 12:03:18`)
    expect(words).toContain('ko4s8kw00c84gg, ko4s8kw01c84gg')
    expect(words).toContain('each Coolify deploy creates a new container without the network')
  })

  test('a user who never saw the page reads the same of a loop as the log says it: its times and causes are the evidence', () => {
    const html = renderPage(week())
    const article = /aria-labelledby="loop-0".*?<\/article>/s.exec(html)?.[0] ?? ''
    expect(article.match(/<td>disconnected<\/td>/g)).toHaveLength(14)
    expect(wordsOf(article)).toContain('14 times in 26 min')
    expect(wordsOf(article)).toContain('2025-12-29 14:04:01')
  })

  test('a user who never saw the page reads that nobody heals, first of all', () => {
    const model = troubled()
    const html = renderPage({ ...model, healer: { ...model.healer, alive: false, mode: null, pid: null } })
    expect(headline(html)).toContain('netheal does not run, so nothing is healed')
    expect(wordsOf(html)).toContain('sudo systemctl enable --now netheal')
  })

  test('a user who never saw the page reads that it hangs, and how to wake it', () => {
    const model = quiet()
    const html = renderPage({ ...model, healer: { ...model.healer, alive: false } })
    expect(headline(html)).toContain('netheal hangs: it runs (pid 812)')
    expect(wordsOf(html)).toContain('sudo systemctl restart netheal')
  })

  test('a user who never saw the page reads that the engine cannot be seen', () => {
    expect(headline(renderPage(troubled()))).toContain('netheal cannot reach the engine, so nothing is healed')
  })

  test('a user who never saw the page reads everything else that is wrong, the worst first', () => {
    const words = wordsOf(renderPage(troubled()))
    const order = [
      'keeps being restarted, it seems from outside: 4 times',
      'a has not been on',
      'netheal has not been able to attach b to',
      'f is attached to',
      'Cannot write /var/log/netheal/actions.1.log',
      'Healing is paused until 29 Dec 15:32 UTC (moving the database)',
      'c joins',
      'There has been no container e',
      'd has not been running since',
    ].map(text => words.indexOf(text))
    expect(order).not.toContain(-1)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  })

  test('a user who never saw the page reads what is attached and not reached, what helps, and how far it is proven', () => {
    const reach = {
      proof: { rung: 'joined', at: NOW - 2 * 60_000 },
      isPending: false,
      unreachable: UNREACHED,
      doubt: null,
    } as const
    const html = renderPage(quiet({ attachments: [attachment({ state: 'unreachable', reach })] }))
    expect(headline(html)).toMatch(
      `${APP} is attached to ${NETWORK}, but supabase-db does not resolve inside it (since 26 Dec`,
    )
    expect(wordsOf(html)).toContain('What helps: docker start supabase-db.')
    expect(wordsOf(html)).toContain('proven: joined, 2 min ago')
    expect(wordsOf(renderPage(quiet()))).toContain('proven: named, 3 min ago')
    const pending = attachment({ reach: { proof: null, isPending: true, unreachable: null, doubt: null } })
    expect(wordsOf(renderPage(quiet({ attachments: [pending] })))).toMatch(
      /proven: listed .*; the next proof is pending/,
    )
  })

  test('a user who never saw the page is not told that all is well where netheal never looked', () => {
    const html = renderPage(empty())
    expect(headline(html)).toBe('netheal has not looked at this host yet, so nothing is known and nothing is healed.')
    expect(wordsOf(html)).not.toContain('nothing was lost')
    expect(wordsOf(html)).toContain('netheal init')
  })

  test('a user who never saw the page is told that a stopped container is nothing netheal can heal, and that all else is well', () => {
    const html = renderPage(quiet({ attachments: [attachment(), attachment({ container: WORKER, state: 'stopped' })] }))
    expect(headline(html)).toBe('All is well, as far as netheal can tell.')
    expect(wordsOf(html)).toContain(`docker start ${WORKER}`)
  })

  test('a user who never saw the page is told of a port as its config key is written', () => {
    const page = renderPage(quiet({ problems: ['http.listen: something else listens on 127.0.0.1:8790 already'] }))
    expect(page).toContain('<h1>http.listen: something else listens')
    expect(renderPage(quiet({ problems: ['cannot write the log'] }))).toContain('<h1>Cannot write the log.')
  })

  test('a user who never saw the page is told what could not be read', () => {
    expect(wordsOf(renderPage(troubled()))).toContain('What this page could not read 3 lines of the action log')
  })

  test('a user who never saw the page is told of a single loss that was healed, and of one that was not', () => {
    const told = (change: Parameters<typeof loss>[0]): string => {
      const story = { losses: [loss(change)], loops: [], restarts: [], warnings: [], span: null }
      return wordsOf(renderPage(quiet({ story })))
    }
    expect(told({})).toContain('there was 1 loss, and it was healed in 14 ms.')
    expect(told({ outcome: 'left', milliseconds: null })).toContain(
      'there was 1 loss: 0 healed; 1 not, as far as netheal knows.',
    )
    expect(told({ cause: null })).toContain('nothing was lost')
  })
})

test('a loop that the log never saw end is over when the last pass does not flag it any more', () => {
  const html = renderPage(crowd(100))
  expect(html).toContain('<span class="badge">goes on</span>')
  const over = renderPage({ ...crowd(100), loops: [] })
  expect(over).not.toContain('goes on')
  expect(headline(over)).toBe('All is well.')
})

test('times of the page are UTC and machine-readable', () => {
  expect(renderPage(quiet())).toContain(`<time datetime="${new Date(NOW).toISOString()}">2025-12-29 14:32:01</time>`)
})

test('the page that is served asks again by itself, and says how to see that it is stale; a file does neither', () => {
  const served = renderPage(quiet({ refresh: 30 }))
  expect(served).toContain('<meta http-equiv="refresh" content="30">')
  expect(served).toContain('if this time is older than that, netheal does not answer any more')
  const file = renderPage(quiet())
  expect(file).not.toContain('http-equiv="refresh"')
  expect(file).not.toContain('asks again')
})

test('the page says of nothing that it is as it should be while the engine cannot be seen', () => {
  const { healer } = quiet()
  const blind = renderPage(quiet({ healer: { ...healer, lastPassOk: false, lastError: 'no engine' } }))
  expect(blind).not.toContain('as it should be')
  expect(blind).toContain('on the network when the engine was last seen')
  expect(renderPage(quiet())).toContain('as it should be')
})
