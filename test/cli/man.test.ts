// netheal(1): what the definitions say is on the page as it is printed by real readers of manual pages, and nothing is lost on the way.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bold, display, italic, item, prose, section } from '../../scripts/roff.ts'
import { definitions, shippedTexts } from '../../scripts/shipped-texts.ts'
import { grammarOf } from '../../src/cli/completion/grammar.ts'
import { variables } from '../../src/config/environment.ts'
import { prepareCommand } from '../support/debian-package.ts'
import { Desk } from './desk.ts'

const { manual } = shippedTexts('1.2.3', Date.UTC(2025, 11, 29))
const { commands, flags } = grammarOf(definitions('1.2.3', () => undefined))
const mandoc = await prepareCommand('mandoc', 'mandoc')
const man = await prepareCommand('man', 'man-db', 'groff-base')

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netheal-man-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function fileWith(page: string): string {
  const file = join(folder, 'page.1')
  writeFileSync(file, page)
  return file
}

/** A way to print a page: its text without what makes it bold. */
const READERS = {
  mandoc: (page: string) => execFileSync('mandoc', ['-Tutf8', '-Owidth=240', fileWith(page)], { encoding: 'utf8' }),
  man: (page: string) =>
    execFileSync('man', ['-E', 'UTF-8', '-P', 'cat', '-l', fileWith(page)], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, MANWIDTH: '240', LC_ALL: 'C.UTF-8' },
    }),
}

const readers = [
  ['mandoc', mandoc, READERS.mandoc],
  ['man', man, READERS.man],
] as const

function printed(read: (page: string) => string, page: string): string {
  // Bold is a letter over itself, italics a letter over "_".
  return read(page).replace(/.\u0008/gu, '')
}

describe.each(readers)('read by %s, the page', (_, found, read) => {
  describe.skipIf('absence' in found)('shows', () => {
    let text = ''
    beforeAll(() => {
      text = printed(read, manual)
    })

    test('the manual page shows its name, version and date', () => {
      expect(text).toMatch(/netheal - keeps Docker containers on the networks they must be on\n/)
      expect(text).toMatch(/netheal 1\.2\.3 +(2025-12-29|December 29, 2025)/)
    })

    test('the manual page shows every command with its flags and arguments', () => {
      expect(commands.length).toBeGreaterThan(10)
      for (const command of commands) {
        expect(text).toContain(`\n   netheal ${command.name}\n`)
        for (const { names, value } of command.flags)
          expect(text).toMatch(new RegExp(`^ +${names.join(', ')}${value === null ? '' : ` ${value.name}`}\\b`, 'm'))
      }
      for (const { names } of flags) expect(text).toContain(names.join(', '))
    })

    test('the manual page shows every example of the help, letter by letter', async () => {
      await using desk = await Desk.open({ furnished: false })
      for (const name of ['', ...commands.map(command => command.name)].filter(one => one !== 'help')) {
        const { out } = await desk.plain(...(name === '' ? [] : [name]), '--help')
        const [, block = ''] = /\nExamples?:\n((?: {2}.*\n)+)/.exec(out) ?? []
        const lines = block.split('\n').filter(line => line !== '')
        expect([name, lines.length > 0]).toEqual([name, true])
        for (const part of lines.flatMap(line => line.trim().split(/ {2,}(?=# )/))) expect(text).toContain(part)
      }
    })

    test('the manual page shows every variable, and every exit code', () => {
      for (const name of variables().keys()) expect(text).toContain(name)
      for (const name of ['DOCKER_HOST', 'NETHEAL_CONFIG', 'NO_COLOR']) expect(text).toContain(name)
      const [, codes = ''] = /\nEXIT STATUS\n([\s\S]*?)\nEXAMPLES/.exec(text) ?? []
      expect([...codes.matchAll(/^ +(\d) +\S/gm)].map(([, code]) => code)).toEqual(['0', '1', '2', '3', '4', '5'])
    })

    test('the manual page has the sections that a reader looks for, in their order', () => {
      const titles = [...text.matchAll(/^([A-Z][A-Z ]+)$/gm)].map(([, title]) => title)
      expect(titles).toEqual([
        ...['NAME', 'SYNOPSIS', 'DESCRIPTION', 'COMMANDS', 'STATES', 'OPTIONS', 'FILES', 'ENVIRONMENT'],
        ...['EXIT STATUS', 'EXAMPLES', 'SEE ALSO'],
      ])
    })

    test('the manual page shows any text as it is', () => {
      const odd = [
        ...[
          '.TH x',
          "'quoted'",
          '..',
          '.',
          '\\fBnot bold\\fR',
          'a\\nb',
          '\\',
          '\\"no remark',
          '--a -b',
          '"',
          '%s $x #',
        ],
        ...['~/.bashrc ^ `code`', '.\\" no remark either', '\'\\" t', '\\*[x] \\n[y] \\s+2', 'ü → „x“', 'a  b    # c'],
      ]
      const page = [
        '.TH X 1 2025-12-29 x x',
        section('A'),
        'First.',
        display(odd),
        section("It's 'a' \"b\" \\ c"),
        ...odd.filter(text => !text.includes('`')).map(text => item(bold(text), `${italic(text)}\n${prose(text)}`)),
      ].join('\n')
      const lines = printed(read, `${page}\n`)
        .split('\n')
        .map(line => line.trimEnd())
      for (const text of odd) expect(lines).toContain(`           ${text}`)
      expect(lines).toContain(`It's 'a' "b" \\ c`)
      const filled = lines.join(' ').replace(/\s+/g, ' ')
      for (const text of odd.filter(one => !one.includes('`'))) {
        const once = text.replace(/\s+/g, ' ')
        expect(filled).toContain(`${once} ${once}`)
      }
    })
  })
})

describe('the page', () => {
  test.skipIf('absence' in mandoc)('the manual page is without a warning of mandoc', () => {
    const { status, stdout } = spawnSync('mandoc', ['-Tlint', '-Wstyle', fileWith(manual)], { encoding: 'utf8' })
    expect([stdout, status]).toEqual(['', 0])
  })

  test.skipIf('absence' in man)('the manual page is without a warning of groff', () => {
    const args = ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', fileWith(manual)]
    const env = { PATH: process.env.PATH, MANROFFSEQ: '', MANWIDTH: '80', LC_ALL: 'C.UTF-8' }
    const { status, stderr } = spawnSync('man', args, { encoding: 'utf8', env })
    expect([stderr, status]).toEqual(['', 0])
  })

  test('the manual page leaves no letter that some groff would print as another one: a dash, quotes, a tilde', () => {
    const bare = manual.replace(/^\.TH .*$/m, '').replace(/\\(\(..|\[u[0-9A-F]+\]|.)/g, '')
    expect(bare.match(/.*[-'`^~].*/g) ?? []).toEqual([])
  })

  test('the manual page is the same for the same version and date', () => {
    expect(shippedTexts('1.2.3', Date.UTC(2025, 11, 29)).manual).toBe(manual)
    expect(manual).toMatch(/^[\n -~]*\n$/)
  })
})
