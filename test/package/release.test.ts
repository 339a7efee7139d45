/** `npm run release -- --dry-run`: what it lays out belongs together, and its npm package runs without being built. */
import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import { type Facts, sectionOf, stillToDo, wrongIn } from '../../scripts/release-facts.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)
const canBuild = spawnSync('dpkg-deb', ['--version']).status === 0

const FACTS: Facts = {
  pkg: { version: '1.2.0', author: 'Olga <olga@example.com>' },
  lock: { version: '1.2.0', packages: { '': { version: '1.2.0' } } },
  changelog: '# Changelog\n\n## Unreleased\n\n## 1.2.0 - 2026-12-01\n\n- New.\n\n## 1.1.0\n\n- Old.\n',
  documents: [{ path: 'docs/install.md', text: '`netheal-1.2.0-linux-x64.tar.gz`' }],
  isClean: true,
  tags: ['v1.2.0'],
}

describe('what must agree', () => {
  test('all of it does', () => {
    expect([wrongIn(FACTS), stillToDo(FACTS)]).toEqual([[], []])
    expect(sectionOf(FACTS.changelog, '1.2.0')).toEqual({ text: '- New.', isReleased: true })
  })

  test.each<[string, Partial<Facts>, RegExp]>([
    ['the version', { pkg: { version: '1.2' } }, /1\.2 is no version/],
    ['the lock file', { lock: { ...FACTS.lock, version: '1.1.0' } }, /package-lock\.json has version 1\.1\.0/],
    [
      'a document',
      { documents: [{ path: 'README.md', text: 'netheal_1.1.0_amd64.deb' }] },
      /README\.md names netheal_1\.1\.0/,
    ],
    ['the changelog', { changelog: '# Changelog\n\n## 1.1.0\n\n- Old.\n' }, /CHANGELOG\.md says nothing of 1\.2\.0/],
  ])('wrong: %s', (_, change, expected) => {
    expect(wrongIn({ ...FACTS, ...change }).join('\n')).toMatch(expected)
  })

  test.each<[string, Partial<Facts>, RegExp]>([
    ['nobody is named', { pkg: { version: '1.2.0' } }, /set "author"/],
    ['a placeholder is', { pkg: { version: '1.2.0', author: 'netheal authors' } }, /set "author"/],
    ['the changes are unreleased', { changelog: '## Unreleased\n\n- New.\n' }, /rename "Unreleased"/],
    ['something is changed', { isClean: false }, /commit what is changed/],
    ['there is no tag', { tags: ['v1.1.0'] }, /git tag -s v1\.2\.0/],
  ])('still to do: %s', (_, change, expected) => {
    expect(stillToDo({ ...FACTS, ...change })).toEqual([expect.stringMatching(expected)])
  })
})

describe.skipIf(!canBuild)('npm run release -- --dry-run', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'netheal-release-'))
    const flags = ['--dry-run', '--fast', '--arch', process.arch, '--out', join(folder, 'out')]
    await run(process.execPath, [join(root, 'scripts/release.mjs'), ...flags])
  }, 300_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('lays out packages, SBOM, npm package, notes, and the checksums of all of them', async () => {
    const names = (await readdir(join(folder, 'out'))).sort()
    const of = `netheal-${pkg.version}`
    expect(names).toEqual(expect.arrayContaining([`${of}.tgz`, 'RELEASE_NOTES.md', 'SHA256SUMS'].sort()))
    expect(names).toEqual(
      expect.arrayContaining([`${of}-linux-${process.arch}.tar.gz`, `${of}-linux-${process.arch}.sbom.cdx.json`]),
    )
    expect(names.some(name => name.endsWith('.deb'))).toBe(true)
    const sums = (await readFile(join(folder, 'out/SHA256SUMS'), 'utf8')).trimEnd().split('\n')
    const made = await Promise.all(
      names
        .filter(name => name !== 'SHA256SUMS')
        .map(
          async name =>
            `${createHash('sha256')
              .update(await readFile(join(folder, 'out', name)))
              .digest('hex')}  ${name}`,
        ),
    )
    expect(sums.sort()).toEqual(made.sort())
  })

  test('its npm package runs by npx as it is: it asks for no other, and builds nothing', {
    timeout: 120_000,
  }, async () => {
    const tarball = join(folder, 'out', `netheal-${pkg.version}.tgz`)
    const { stdout: manifest } = await run('tar', ['-xzOf', tarball, 'package/package.json'])
    expect(JSON.parse(manifest)).toMatchObject({ name: 'netheal', version: pkg.version, engines: pkg.engines })
    expect(Object.keys(JSON.parse(manifest))).not.toContain('dependencies')
    const config = join(folder, 'config.json')
    await writeFile(config, JSON.stringify({ attachments: [{ containers: 'a', network: 'n' }] }))
    const env = { ...process.env, npm_config_cache: join(folder, 'cache'), npm_config_offline: 'true' }
    // As it is typed: a whole path would be taken for a program.
    const check = [
      '--yes',
      `./netheal-${pkg.version}.tgz`,
      'check',
      '--config',
      config,
      '--docker-host',
      `unix://${folder}/none.sock`,
    ]
    // There is no engine: it says so, with the exit code for that.
    await expect(run('npx', check, { env, cwd: join(folder, 'out') })).rejects.toMatchObject({
      code: 4,
      stderr: expect.stringContaining('none.sock'),
    })
  })
})
