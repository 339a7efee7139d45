/** The calls that show what was: history and report. */
import { expect } from 'vitest'
import { type Call, jsonOf } from './call.ts'
import { APP, type Host, NETWORK, onHost, WORKER } from './host.ts'

/** Somebody took one of them off after a heal, and a second one-shot put it back. */
async function lose(host: Host): Promise<void> {
  await host.heal()
  await host.simulator.disconnect(NETWORK, APP)
  await host.heal()
}

const HISTORY: readonly Call[] = [
  {
    title: 'history tells of a loss and of its heal',
    argv: onHost('history'),
    code: 0,
    before: lose,
    holds({ out }) {
      expect(out).toMatch(/^netheal history, /)
      expect(out).toMatch(
        /^ +\d\d:\d\d:\d\d +explicit +attached again in [\d.]+ m?s, off for [\d.]+ m?s(?: to [\d.]+ m?s)?$/m,
      )
      for (const name of [APP, WORKER]) expect(out).toContain(`${name} on ${NETWORK}`)
    },
  },
  {
    title: 'history --json, of one container and a span',
    argv: onHost('history', '--json', '--container', 'pms-b*', '--since', '24h', '--until', '2099-01-01'),
    code: 0,
    before: lose,
    holds(ran) {
      const { losses } = jsonOf(ran)
      expect(losses).toMatchObject([
        { container: APP, cause: null, outcome: 'healed' },
        { container: APP, network: NETWORK, cause: 'explicit', outcome: 'healed', milliseconds: expect.any(Number) },
      ])
      expect(losses).toHaveLength(2)
    },
  },
  {
    title: 'history --log reads the log of the old script',
    argv: ['history', '--log', '@/old.log', '--since', '2025-12-01', '--until', '2025-12-31', '--json'],
    code: 0,
    before(host) {
      const lines = [
        `[2025-12-29 14:32:01 UTC] FIXING: ${APP} not attached to ${NETWORK}`,
        `[2025-12-29 14:32:02 UTC] SUCCESS: Connected ${APP} to ${NETWORK}`,
      ]
      host.write('old.log', `${lines.join('\n')}\n`)
    },
    holds(ran) {
      expect(jsonOf(ran).losses).toMatchObject([{ container: APP, network: NETWORK, at: '2025-12-29T14:32:01.000Z' }])
    },
  },
  {
    title: 'history says which part of the log it could not read: 3',
    argv: onHost('history', '--json'),
    code: 3,
    async before(host) {
      await host.heal()
      host.write('log/actions.0.log.gz', 'not gzip at all')
    },
    holds(ran) {
      expect(JSON.stringify(jsonOf(ran).unreadable)).toContain('actions.0.log.gz')
    },
  },
]

const REPORT: readonly Call[] = [
  {
    title: 'report --html writes the page into a file',
    argv: onHost('report', '--html', '@/page.html'),
    code: 0,
    before: lose,
    holds({ out }, host) {
      expect(out).toContain(host.at('page.html'))
      isPage(host.read('page.html'))
    },
  },
  {
    title: 'report --html - prints the page, with the losses of a span',
    argv: onHost('report', '--html', '-', '--since', '7d'),
    code: 0,
    before: lose,
    holds: ({ out }) => isPage(out),
  },
  {
    title: 'report --json has status, history and heartbeats',
    argv: onHost('report', '--json'),
    code: 0,
    before: lose,
    holds(ran) {
      expect(jsonOf(ran)).toMatchObject({
        version: 1,
        status: { healer: { alive: true } },
        history: { losses: expect.arrayContaining([expect.objectContaining({ cause: 'explicit' })]) },
        heartbeats: [{ at: expect.any(String) }],
      })
    },
  },
]

/** To its end, with a heading and the container that was lost. */
export function isPage(html: string): void {
  expect(html).toMatch(/^<!doctype html>/i)
  expect(html).toMatch(/<h1[^>]*>[^<]*\w/)
  expect(html).toContain(APP)
  expect(html).toMatch(/<\/html>\s*$/)
}

export const LOOKING_BACK: readonly Call[] = [...HISTORY, ...REPORT]
