/**
 * Where the code comes from that is not ours: every package is pinned, has a checksum and a licence that was agreed to,
 * runs nothing when it is installed, and is in the table of docs/dependencies.md with its reason.
 */
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import pkg from '../package.json' with { type: 'json' }
import { type LockEntry, licenceOf, licenceProblems, lockedPackages } from '../scripts/licences.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const lock: { packages: Record<string, LockEntry> } = JSON.parse(read('package-lock.json'))
const locked = Object.entries(lock.packages).filter(([path]) => path !== '')

describe('every package', () => {
  test('every package is pinned to one version, by what we ask for and by what we get', () => {
    const asked = { ...pkg.dependencies, ...pkg.devDependencies, ...pkg.optionalDependencies }
    for (const [name, version] of Object.entries(asked)) {
      expect(`${name} ${version}`).toMatch(/^\S+ \d+\.\d+\.\d+$/)
      expect(`${name} ${lock.packages[`node_modules/${name}`]?.version}`).toBe(`${name} ${version}`)
    }
  })

  test('every package has a checksum, and comes from the registry', () => {
    expect(locked.filter(([, it]) => !/^sha512-[\w+/]{86}==$/.test(it.integrity ?? '')).map(([path]) => path)).toEqual(
      [],
    )
    const elsewhere = locked.filter(([, it]) => it.link === true || !(it.resolved ?? 'https://').startsWith('https://'))
    expect(elsewhere.map(([path]) => path)).toEqual([])
    // What makes npm keep to it.
    expect(read('scripts/setup.mjs')).toContain("['ci',")
  })

  test('every package is under a licence that was agreed to', () => {
    const packages = lockedPackages(root)
    expect(packages.length).toBe(locked.length)
    expect(licenceProblems(packages)).toEqual([])
  })

  test('every package runs nothing when it is installed: npm keeps to our .npmrc', { timeout: 120_000 }, async () => {
    expect(Object.keys(pkg.scripts).filter(name => /^(pre|post)?(install|prepare|publish)/.test(name))).toEqual([])
    const folder = mkdtempSync(join(tmpdir(), 'netheal-scripts-'))
    try {
      const write = (path: string, data: object) => writeFileSync(join(folder, path), JSON.stringify(data))
      mkdirSync(join(folder, 'evil'))
      write('evil/package.json', { name: 'evil', version: '1.0.0', scripts: { postinstall: 'touch ../ran' } })
      write('package.json', { name: 'ours', version: '1.0.0', dependencies: { evil: 'file:evil' } })
      // Without what npm tells the scripts that it runs, like this one.
      const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))
      const args = ['install', '--offline', `--cache=${folder}/cache`]
      const install = () => promisify(execFile)('npm', args, { cwd: folder, env })
      copyFileSync(join(root, '.npmrc'), join(folder, '.npmrc'))
      await install()
      expect(existsSync(join(folder, 'node_modules/evil/package.json'))).toBe(true)
      expect(existsSync(join(folder, 'ran'))).toBe(false)
      // And without it, it would have.
      rmSync(join(folder, '.npmrc'))
      rmSync(join(folder, 'node_modules'), { recursive: true })
      await install()
      expect(existsSync(join(folder, 'ran'))).toBe(true)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

/** The packages that would run something, and why netheal does without it. */
const WOULD_RUN: Readonly<Record<string, string>> = {
  'cpu-features': "builds a module in C++ for ssh2's choice of ciphers: no ssh2 is in the bundle",
  esbuild: 'puts its program in the place of its starter, to start 50 ms sooner: the starter does',
  protobufjs: 'warns of how its version is written in package.json; no protobufjs is in the bundle',
  ssh2: 'builds a module in C++ for faster ciphers: ssh:// goes through OpenSSH, no ssh2 is in the bundle',
}

test('those that would run something are known, each with the reason why it need not', () => {
  const named = locked.filter(([, it]) => it.hasInstallScript).map(([path]) => path.replace(/^node_modules\//, ''))
  expect(named.sort()).toEqual(Object.keys(WOULD_RUN).sort())
})

describe('a licence', () => {
  const one = (licence: string | null, more: { name?: string; dev?: boolean } = {}) =>
    licenceProblems([{ name: 'x', version: '1.0.0', dev: false, ...more, licence }])

  test.each(['MIT', 'ISC', 'Apache-2.0', 'BSD-3-Clause'])('a licence %s may be shipped', licence => {
    expect(one(licence)).toEqual([])
  })

  test.each(['GPL-3.0-only', 'AGPL-3.0', 'UNLICENSED', 'SEE LICENSE IN LICENSE', 'MIT AND GPL-2.0', 'mit'])(
    'a licence %s is refused, also for what only builds',
    licence => {
      for (const dev of [false, true])
        expect(one(licence, { dev })).toEqual([`x 1.0.0 is under ${licence}, which nobody here has agreed to`])
    },
  )

  test('a licence that is none is refused', () => {
    expect(one(null)).toEqual(['x 1.0.0 names no licence'])
  })

  test('a licence for building is agreed to by package, and never shipped', () => {
    expect(one('MPL-2.0', { name: 'axe-core', dev: true })).toEqual([])
    expect(one('MPL-2.0', { name: 'axe-core' })).toHaveLength(1)
    expect(one('MPL-2.0', { dev: true })).toHaveLength(1)
  })

  test('a licence is read in each of the ways to write it', () => {
    expect(licenceOf({ license: 'MIT' })).toBe('MIT')
    expect(licenceOf({ license: { type: 'ISC' } })).toBe('ISC')
    expect(licenceOf({ licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }] })).toBe('MIT OR GPL-2.0')
    expect(licenceOf({ licenses: [] })).toBeNull()
    expect(licenceOf({})).toBeNull()
  })
})

describe('docs/dependencies.md', () => {
  const [, section = ''] = /\n## Dependencies\n(.*?)\n## /s.exec(`${read('docs/dependencies.md')}\n## `) ?? []

  test('docs/dependencies.md has a row with a reason for each package that netheal runs with, and for no other', () => {
    const rows = section.split('\n').filter(line => line.startsWith('| `'))
    const cells = rows.map(row => row.split('|').map(cell => cell.trim()))
    const names = cells.flatMap(([, names = '']) => [...names.matchAll(/`([\w./@-]+)`/g)].map(([, name]) => name))
    expect(names.filter(name => name !== 'zod/mini').sort()).toEqual(
      Object.keys({ ...pkg.dependencies, ...pkg.optionalDependencies }).sort(),
    )
    for (const [, , why, loaded] of cells) expect([why, loaded]).not.toContain('')
  })

  test('docs/dependencies.md names each package that builds and tests', () => {
    const [, prose = ''] = /\n(To build and test:.*?)\n\n/s.exec(`${section}\n\n`) ?? []
    const names = [...prose.matchAll(/`(@?[\w/-]+)`/g)].map(([, name]) => name)
    // "and types": they say nothing that is not in the package that they are of.
    expect(names.sort()).toEqual(
      Object.keys(pkg.devDependencies)
        .filter(name => !name.startsWith('@types/'))
        .sort(),
    )
  })
})

describe('npm run audit', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netheal-audit-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** What is wrong with each package: npm's own registry protocol. */
  async function registry(advisories: Readonly<Record<string, unknown>>, status = 200) {
    let asked = 0
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        const isBulk = request.url?.endsWith('/advisories/bulk') === true
        if (isBulk) asked += 1
        response.writeHead(isBulk ? status : 404, { 'content-type': 'application/json' })
        response.end(JSON.stringify(isBulk ? advisories : {}))
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      asked: () => asked,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        await new Promise(resolve => server.close(resolve))
      },
    }
  }

  function audit(url: string, more: Readonly<Record<string, string>> = {}) {
    // As loud as by itself: `npm test --silent` hands its silence on.
    const loud = { npm_config_loglevel: 'notice' }
    const npm = { ...loud, npm_config_registry: url, npm_config_cache: folder, npm_config_fetch_retries: '0' }
    const env = { ...process.env, ...npm, ...more }
    return new Promise<{ code: unknown; text: string }>(resolve => {
      const [npmCommand = '', ...args] = pkg.scripts.audit.split(' ')
      execFile(npmCommand, args, { cwd: root, env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : error.code, text: stdout + stderr }),
      )
    })
  }

  const url = 'https://advisories.example/1'
  const advisory = (severity: string) => [{ id: 1, url, title: 'a hole', severity, vulnerable_versions: '<999' }]

  test('npm run audit fails for what is high or critical and needed to run', { timeout: 120_000 }, async () => {
    await using bad = await registry({ pino: advisory('high'), vitest: advisory('critical'), zod: advisory('low') })
    const { code, text } = await audit(bad.url)
    expect(text).toMatch(/pino .*\nSeverity: high\na hole/)
    expect(text).not.toContain('vitest')
    expect(code).toBe(1)
    await using low = await registry({ vitest: advisory('critical'), zod: advisory('low') })
    expect((await audit(low.url)).code).toBe(0)
  })

  test('npm run audit says that there is none, also where npm was told to stay offline', {
    timeout: 120_000,
  }, async () => {
    await using good = await registry({})
    const { code, text } = await audit(good.url, { npm_config_offline: 'true' })
    expect(text).toContain('found 0 vulnerabilities')
    expect(good.asked()).toBe(1)
    expect(code).toBe(0)
  })

  test('npm run audit calls nothing well where the registry has no such list', { timeout: 120_000 }, async () => {
    await using none = await registry({}, 404)
    const { code, text } = await audit(none.url)
    expect(text).toContain('audit endpoint returned an error')
    expect(code).toBe(1)
  })
})
