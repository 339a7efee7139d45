/**
 * The page in a real Chromium: it can be read by everybody, at every width, light and dark; it asks for nothing else; and
 * hostile names do nothing. Served as the daemon serves it, header and all. NETHEAL_TEST_SHOTS=FOLDER keeps pictures of it.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/cli/clock.ts'
import type { Reply } from '../../src/http/answer.ts'
import { openSite, type Site } from '../../src/http/server.ts'
import type { PageModel } from '../../src/page/model.ts'
import { renderPage } from '../../src/page/page.ts'
import { PAGE_POLICY } from '../../src/page/policy.ts'
import { JournalInMemory } from '../heal/records.ts'
import { type Chromium, openChromium, prepareChromium } from '../support/chromium.ts'
import { until } from '../support/until.ts'
import { crowd, empty, quiet, renamed, troubled, week } from './models.ts'

const absence = await prepareChromium()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const LONG = 120_000

const HOSTILE =
  '"><img src=x onerror="window.pwned=1;alert(1)"><script>window.pwned=1;alert(1)</script>\u202e\'`</style></title></svg>'

const MODELS: Readonly<Record<string, PageModel>> = {
  week: week(),
  troubled: troubled(),
  quiet: quiet(),
  empty: empty(),
  crowd: crowd(10_000),
  hostile: renamed(troubled(), text => `${HOSTILE}${text}`),
  long: renamed(troubled(), text => `${text}${'x'.repeat(300)}`),
}

interface Opened extends AsyncDisposable {
  readonly page: Page
  /** Whatever was asked for, fell on the console, or popped up. */
  readonly requests: readonly string[]
  readonly complaints: readonly string[]
}

describe.skipIf(absence !== null)('the page in Chromium', () => {
  let chromium: Chromium
  let site: Site
  let port = 0

  beforeAll(async () => {
    const routes = Object.entries(MODELS).map(([name, model]): [string, () => Promise<Reply>] => {
      const body = Buffer.from(renderPage(model))
      return [`/${name}`, async () => ({ status: 200, type: 'text/html; charset=utf-8', body, policy: PAGE_POLICY })]
    })
    const quietly = { hosts: [], clock: systemClock(), journal: new JournalInMemory(), onProblem: () => undefined }
    site = openSite({ listen: { host: '127.0.0.1', port: 0 }, routes: new Map(routes), ...quietly })
    port = (await until(() => site.address, { what: 'the port to be open' })).port
    chromium = await openChromium()
  }, LONG)

  afterAll(async () => {
    await chromium?.[Symbol.asyncDispose]()
    await site?.[Symbol.asyncDispose]()
  }, LONG)

  async function open(name: string, width = 1280, colorScheme: 'light' | 'dark' = 'light'): Promise<Opened> {
    const page = await chromium.context.newPage()
    const requests: string[] = []
    const complaints: string[] = []
    page.on('request', request => requests.push(request.url()))
    page.on('console', message => complaints.push(message.text()))
    page.on('pageerror', error => complaints.push(String(error)))
    page.on('dialog', dialog => {
      complaints.push(`a dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    await page.goto(`http://127.0.0.1:${port}/${name}`)
    return { page, requests, complaints, [Symbol.asyncDispose]: () => page.close() }
  }

  /** What axe finds wrong, a line each; `open`: with everything unfolded. */
  async function violations(page: Page): Promise<readonly string[]> {
    await page.evaluate(axe)
    return await page.evaluate<string[]>(`(async () => {
      const { violations } = await axe.run(document, { resultTypes: ['violations'] })
      return violations.map(v => v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map(n => n.html + ' ' + n.failureSummary).join(' | '))
    })()`)
  }

  const unfold = (page: Page): Promise<unknown> =>
    page.evaluate('for (const d of document.querySelectorAll("details")) d.open = true')

  for (const name of Object.keys(MODELS)) {
    for (const [width, scheme] of [
      [1280, 'light'],
      [1280, 'dark'],
      [360, 'light'],
      [360, 'dark'],
    ] as const) {
      test(`the page in Chromium: ${name} at ${width} px, ${scheme}: anybody can read it`, {
        timeout: LONG,
      }, async () => {
        await using it = await open(name, width, scheme)
        const { page } = it
        const folder = process.env.NETHEAL_TEST_SHOTS
        if (folder !== undefined && folder !== '')
          await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`), fullPage: true })
        // Axe looks at each of tens of thousands of elements: the rows of five hundred are like those of fifty.
        if (name !== 'crowd') await unfold(page)
        expect(await violations(page)).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        expect(it.requests).toEqual([`http://127.0.0.1:${port}/${name}`])
        expect(it.complaints).toEqual([])
      })
    }
  }

  test.each(['troubled', 'hostile', 'long', 'crowd'])(
    'the page in Chromium: %s at 320 px does not scroll sideways, folded or not',
    { timeout: LONG },
    async name => {
      await using it = await open(name, 320)
      const width = () => it.page.evaluate('document.documentElement.scrollWidth')
      expect(await width()).toBe(320)
      await unfold(it.page)
      expect(await width()).toBe(320)
    },
  )

  test('the page in Chromium: hostile names are text: the document has the same elements as with plain ones, and nothing ran', {
    timeout: LONG,
  }, async () => {
    const elements =
      '[...document.querySelectorAll("*")].map(e => e.tagName + " " + e.getAttributeNames().join(" ")).join("\\n")'
    await using plain = await open('troubled')
    await using hostile = await open('hostile')
    expect(await hostile.page.evaluate(elements)).toBe(await plain.page.evaluate(elements))
    expect(await hostile.page.evaluate('window.pwned')).toBeUndefined()
    expect(await hostile.page.evaluate('document.scripts.length + document.images.length')).toBe(0)
    expect(hostile.complaints).toEqual([])
    expect(
      await hostile.page.evaluate('document.querySelector(".who bdi").textContent.includes("\\\\u202e\\u0027")'),
    ).toBe(true)
  })

  test('the page in Chromium: the keyboard reaches each table, opens it, and scrolls it', {
    timeout: LONG,
  }, async () => {
    await using it = await open('week')
    const { page } = it
    const count = await page.evaluate<number>('document.querySelectorAll("summary").length')
    const reached: string[] = []
    for (let i = 0; i < 60; i += 1) {
      await page.keyboard.press('Tab')
      const where = await page.evaluate<string>(`(() => {
        const e = document.activeElement
        if (e === document.body) return ''
        return e.tagName + ' ' + (e.tagName === 'SUMMARY' ? e.textContent : e.getAttribute('aria-label') ?? e.textContent)
      })()`)
      if (where === '') break
      reached.push(where)
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none')
      if (where.startsWith('SUMMARY')) await page.keyboard.press('Enter')
    }
    expect(reached[0]).toBe('A To the verdict')
    expect(reached.filter(w => w.startsWith('SUMMARY'))).toHaveLength(count)
    expect(await page.evaluate('document.querySelectorAll("details[open]").length')).toBe(count)
    // Each that was opened has its table next, which the arrow keys scroll.
    expect(reached.filter(w => w.startsWith('DIV'))).toEqual(
      expect.arrayContaining(['DIV All losses', 'DIV Losses of loop 1', 'DIV Heartbeats, each day']),
    )
    expect(await page.evaluate('document.querySelector(".scroll").scrollHeight > 0')).toBe(true)
  })

  test('the page in Chromium: what is read aloud has a structure: one main, headings in order, a language, a title', {
    timeout: LONG,
  }, async () => {
    await using it = await open('troubled')
    const structure = await it.page.evaluate<{ levels: number[]; lang: string; mains: number }>(`({
      levels: [...document.querySelectorAll('h1,h2,h3')].map(h => Number(h.tagName[1])),
      lang: document.documentElement.lang, mains: document.querySelectorAll('main').length,
    })`)
    expect(structure).toMatchObject({ lang: 'en', mains: 1 })
    expect(structure.levels[0]).toBe(1)
    for (const [i, level] of structure.levels.slice(1).entries())
      expect(level).toBeLessThanOrEqual((structure.levels[i] ?? 0) + 1)
    expect(await it.page.title()).toMatch(/^netheal on coolify-1: \d+ to look at$/)
  })

  test('the page in Chromium: ten thousand losses are drawn with a bounded number of elements', {
    timeout: LONG,
  }, async () => {
    const drawn = async (name: string) => {
      await using it = await open(name)
      const { page } = it
      return await page.evaluate<{ ms: number; elements: number }>(`new Promise(done =>
        requestAnimationFrame(() => requestAnimationFrame(() => done({
          ms: Math.round(performance.now()),
          elements: document.querySelectorAll('*').length,
        }))))`)
    }
    await drawn('quiet')
    const few = await drawn('quiet')
    const many = await drawn('crowd')
    process.stderr.write(
      `netheal tests: 10,000 losses drawn in ${many.ms} ms (none: ${few.ms} ms), ${many.elements} elements\n`,
    )
    expect(many.elements).toBeLessThan(20_000)
  })
})
