/** What `npm run package` makes: the same bytes each time, exactly the files that are meant, for hosts that are meant. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import { prepareCommand } from '../support/debian-package.ts'
import { findCommand } from '../support/engine-packages.ts'
import { problemsOfSbom, type Sbom } from './cyclonedx.ts'
import { buildPackages, output, type Packages } from './packages.ts'

const checkout = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '')
const canBuild = process.platform === 'linux' && (await findCommand('dpkg-deb')) !== null
const lintian = await prepareCommand('lintian', 'lintian')

describe.skipIf(!canBuild)('the packages', () => {
  let made: Packages
  beforeAll(async () => {
    made = await buildPackages()
    await output('dpkg-deb', '-R', made.deb, join(made.folder, 'deb'))
  })
  afterAll(() => made[Symbol.asyncDispose]())
  const unpacked = (path: string): string => join(made.folder, 'deb', path)

  test('the packages are the same bytes again, whatever time zone, language and umask', async () => {
    await using again = await buildPackages({ TZ: 'Asia/Tokyo', LC_ALL: 'C.UTF-8', LANG: 'de_DE.UTF-8' }, '077')
    expect(again.sums).toBe(made.sums)
  })

  test('the packages are listed in SHA256SUMS', async () => {
    const listed = made.sums
      .trimEnd()
      .split('\n')
      .map(line => line.split('  ')[1])
    expect(listed).toEqual([made.deb, made.tarball].map(path => path.slice(made.folder.length + 1)))
    await promisify(execFile)('sha256sum', ['--check', 'SHA256SUMS'], { cwd: made.folder })
  })

  test('the packages: the .deb holds these files, all of root', async () => {
    const listing = await output('dpkg-deb', '-c', made.deb)
    const files = listing
      .trimEnd()
      .split('\n')
      .map(line => line.split(/\s+/))
    expect(files.filter(([mode]) => !mode?.startsWith('d')).map(f => `${f[0]} ${f[1]} ${f[5]?.slice(1)}`)).toEqual([
      '-rwxr-xr-x root/root /usr/bin/netheal',
      '-rw-r--r-- root/root /usr/lib/netheal/compile.cjs',
      '-rw-r--r-- root/root /usr/lib/netheal/netheal.cjs',
      '-rwxr-xr-x root/root /usr/lib/netheal/node',
      '-rw-r--r-- root/root /usr/lib/netheal/program.js',
      '-rw-r--r-- root/root /usr/lib/systemd/system/netheal-once.service',
      '-rw-r--r-- root/root /usr/lib/systemd/system/netheal-once.timer',
      '-rw-r--r-- root/root /usr/lib/systemd/system/netheal.service',
      '-rw-r--r-- root/root /usr/lib/sysusers.d/netheal.conf',
      '-rw-r--r-- root/root /usr/lib/tmpfiles.d/netheal.conf',
      '-rw-r--r-- root/root /usr/share/bash-completion/completions/netheal',
      '-rw-r--r-- root/root /usr/share/doc/netheal/CHANGELOG.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/README.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/SECURITY.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/changelog.gz',
      '-rw-r--r-- root/root /usr/share/doc/netheal/copyright',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/allow-list/README.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/allow-list/haproxy.cfg',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/benchmarks.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/commands.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/config.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/coolify.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/dependencies.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/design.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/diagnose.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/engine-facts.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/engines.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/faults.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/install.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/migration.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/monitoring/README.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/monitoring/grafana-dashboard.json',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/monitoring/netheal.rules.test.yml',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/monitoring/netheal.rules.yml',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/notifications.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/pictures/heal.svg',
      '-rw-r--r-- root/root /usr/share/doc/netheal/docs/podman.md',
      '-rw-r--r-- root/root /usr/share/doc/netheal/examples/config.example.json',
      '-rw-r--r-- root/root /usr/share/doc/netheal/examples/config.schema.json',
      '-rw-r--r-- root/root /usr/share/doc/netheal/examples/netheal.cron',
      '-rw-r--r-- root/root /usr/share/doc/netheal/sbom.cdx.json',
      '-rw-r--r-- root/root /usr/share/doc/netheal/third-party-notices.txt',
      '-rw-r--r-- root/root /usr/share/lintian/overrides/netheal',
      '-rw-r--r-- root/root /usr/share/man/man1/netheal.1.gz',
      '-rw-r--r-- root/root /usr/share/zsh/vendor-completions/_netheal',
    ])
    const folders = files.filter(([mode]) => mode?.startsWith('d'))
    expect(folders.filter(([mode, owner]) => mode !== 'drwxr-xr-x' || owner !== 'root/root')).toEqual([])
  })

  test('the packages: the tarball holds these files in one folder, all of root', async () => {
    const listing = await output('tar', '-tvzf', made.tarball, '--numeric-owner')
    const files = listing
      .trimEnd()
      .split('\n')
      .map(line => line.split(/\s+/))
    const folder = `netheal-${pkg.version}-linux-${process.arch}/`
    expect(files.map(f => `${f[0]} ${f[1]} ${f[5]}`)).toEqual([
      `drwxr-xr-x 0/0 ${folder}`,
      `-rw-r--r-- 0/0 ${folder}CHANGELOG.md`,
      `-rw-r--r-- 0/0 ${folder}LICENSE`,
      `-rw-r--r-- 0/0 ${folder}README.md`,
      `-rw-r--r-- 0/0 ${folder}SECURITY.md`,
      `-rw-r--r-- 0/0 ${folder}compile.cjs`,
      `drwxr-xr-x 0/0 ${folder}completion/`,
      `-rw-r--r-- 0/0 ${folder}completion/_netheal`,
      `-rw-r--r-- 0/0 ${folder}completion/netheal.bash`,
      `-rw-r--r-- 0/0 ${folder}config.example.json`,
      `-rw-r--r-- 0/0 ${folder}config.schema.json`,
      `drwxr-xr-x 0/0 ${folder}docs/`,
      `drwxr-xr-x 0/0 ${folder}docs/allow-list/`,
      `-rw-r--r-- 0/0 ${folder}docs/allow-list/README.md`,
      `-rw-r--r-- 0/0 ${folder}docs/allow-list/haproxy.cfg`,
      `-rw-r--r-- 0/0 ${folder}docs/benchmarks.md`,
      `-rw-r--r-- 0/0 ${folder}docs/commands.md`,
      `-rw-r--r-- 0/0 ${folder}docs/config.md`,
      `-rw-r--r-- 0/0 ${folder}docs/coolify.md`,
      `-rw-r--r-- 0/0 ${folder}docs/dependencies.md`,
      `-rw-r--r-- 0/0 ${folder}docs/design.md`,
      `-rw-r--r-- 0/0 ${folder}docs/diagnose.md`,
      `-rw-r--r-- 0/0 ${folder}docs/engine-facts.md`,
      `-rw-r--r-- 0/0 ${folder}docs/engines.md`,
      `-rw-r--r-- 0/0 ${folder}docs/faults.md`,
      `-rw-r--r-- 0/0 ${folder}docs/install.md`,
      `-rw-r--r-- 0/0 ${folder}docs/migration.md`,
      `drwxr-xr-x 0/0 ${folder}docs/monitoring/`,
      `-rw-r--r-- 0/0 ${folder}docs/monitoring/README.md`,
      `-rw-r--r-- 0/0 ${folder}docs/monitoring/grafana-dashboard.json`,
      `-rw-r--r-- 0/0 ${folder}docs/monitoring/netheal.rules.test.yml`,
      `-rw-r--r-- 0/0 ${folder}docs/monitoring/netheal.rules.yml`,
      `-rw-r--r-- 0/0 ${folder}docs/notifications.md`,
      `drwxr-xr-x 0/0 ${folder}docs/pictures/`,
      `-rw-r--r-- 0/0 ${folder}docs/pictures/heal.svg`,
      `-rw-r--r-- 0/0 ${folder}docs/podman.md`,
      `-rwxr-xr-x 0/0 ${folder}install.sh`,
      `drwxr-xr-x 0/0 ${folder}man/`,
      `-rw-r--r-- 0/0 ${folder}man/netheal.1`,
      `-rwxr-xr-x 0/0 ${folder}netheal`,
      `-rw-r--r-- 0/0 ${folder}netheal.cjs`,
      `-rwxr-xr-x 0/0 ${folder}node`,
      `-rw-r--r-- 0/0 ${folder}program.js`,
      `-rw-r--r-- 0/0 ${folder}sbom.cdx.json`,
      `drwxr-xr-x 0/0 ${folder}systemd/`,
      `-rw-r--r-- 0/0 ${folder}systemd/netheal-once.service`,
      `-rw-r--r-- 0/0 ${folder}systemd/netheal-once.timer`,
      `-rw-r--r-- 0/0 ${folder}systemd/netheal.cron`,
      `-rw-r--r-- 0/0 ${folder}systemd/netheal.service`,
      `-rw-r--r-- 0/0 ${folder}systemd/netheal.sysusers`,
      `-rw-r--r-- 0/0 ${folder}systemd/netheal.tmpfiles`,
      `-rw-r--r-- 0/0 ${folder}third-party-notices.txt`,
    ])
  })

  test('the packages: say nothing about the machine that built them', async () => {
    const entries = await readdir(join(made.folder, 'deb'), { recursive: true, withFileTypes: true })
    const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
    for (const file of files) {
      const packed = await readFile(file)
      // A host of two letters stands in the bytes of any archive.
      const bytes = file.endsWith('.gz') ? gunzipSync(packed) : packed
      expect(bytes.includes(`${checkout}/`), `${file} holds ${checkout}`).toBe(false)
      expect(bytes.includes('netheal-package-'), `${file} holds the name of a temporary folder`).toBe(false)
      // As a word: a host may be called as shortly as a part of one, or as a module of Node's.
      const name = new RegExp(`(?<!\\w)${hostname().replace(/[^\w-]/g, '.')}(?!\\w)`)
      if (!file.endsWith('/node'))
        expect(name.test(bytes.toString('latin1').replace(/'node:\w+'/g, '')), `${file} holds the host's name`).toBe(
          false,
        )
    }
  })

  test('the packages: the runtime needs no newer libraries than the package says', async () => {
    const control = await readFile(unpacked('DEBIAN/control'), 'utf8')
    // The names of the versions it was linked against stand in front of its code.
    const names = (await readFile(unpacked('usr/lib/netheal/node'))).subarray(0, 4 * 1024 * 1024).toString('latin1')
    const newest = (pattern: RegExp) => Math.max(...Array.from(names.matchAll(pattern), match => Number(match[1])))
    expect(control).toContain(`libc6 (>= 2.${newest(/GLIBC_2\.(\d+)/g)})`)
    // 3.4.21 came with GCC 5: https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html
    expect(newest(/GLIBCXX_3\.4\.(\d+)/g)).toBeLessThanOrEqual(21)
    expect(control).toContain('libstdc++6 (>= 5.2)')
  })

  test('the packages: the notices name every package that came along, with a licence', async () => {
    const notices = await readFile(unpacked('usr/share/doc/netheal/third-party-notices.txt'), 'utf8')
    for (const name of ['dockerode', 'pino', 'commander', 'zod', 'Node.js']) expect(notices).toMatch(`\n${name} `)
    expect(notices).not.toContain('undefined')
  })

  // It unpacks the whole package, and looks at each of its 100 MB.
  describe('the SBOM', () => {
    const place = 'usr/share/doc/netheal/sbom.cdx.json'
    const read = async (): Promise<Sbom> => JSON.parse(await readFile(unpacked(place), 'utf8'))

    test('the SBOM is valid CycloneDX, and would be told from what is not', async () => {
      const sbom = await read()
      expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' })
      expect(problemsOfSbom(sbom)).toEqual([])
      const [first, ...rest] = sbom.components
      const wrong = { ...sbom, components: [{ ...first, type: 'libary' }, ...rest] }
      expect(problemsOfSbom(wrong).join('\n')).toMatch(/^\/components\/0\/type: /m)
    })

    test('the SBOM names what the notices name, with version, licence and the checksum of package-lock.json', async () => {
      const { components } = await read()
      const named = components.map(({ type, group, name, version, licenses }) =>
        type === 'platform'
          ? `Node.js ${version}`
          : `${group === undefined ? '' : `${group}/`}${name} ${version} (${licenses.map(it => it.license.id).join()})`,
      )
      const notices = await readFile(unpacked('usr/share/doc/netheal/third-party-notices.txt'), 'utf8')
      const titles = [...notices.matchAll(/^={80}\n(.*)\n={80}$/gm)].map(([, title]) => title)
      expect(named.sort()).toEqual(titles.sort())

      const lock: { packages: Record<string, { version?: string; integrity?: string }> } = JSON.parse(
        await readFile(join(checkout, 'package-lock.json'), 'utf8'),
      )
      const locked = Object.entries(lock.packages).map(([path, { version, integrity = '' }]) => {
        const name = path.replace(/^.*node_modules\//, '').replace('@', '%40')
        return `pkg:npm/${name}@${version} ${Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex')}`
      })
      for (const { purl, hashes } of components) {
        expect(hashes.map(({ alg }) => alg)).toEqual(['SHA-512'])
        expect(locked).toContain(`${purl} ${hashes[0]?.content}`)
      }
    })

    test('the SBOM leads from netheal to each of them', async () => {
      const { metadata, components, dependencies } = await read()
      const reached = new Set([metadata.component['bom-ref']])
      for (const from of reached)
        for (const to of dependencies.find(({ ref }) => ref === from)?.dependsOn ?? []) reached.add(to)
      expect(components.map(it => it['bom-ref']).filter(ref => !reached.has(ref))).toEqual([])
    })

    test('the SBOM is about the very files beside it, in both packages', async () => {
      const files = (await read()).metadata.component.components ?? []
      const sha256 = async (path: string) =>
        createHash('sha256')
          .update(await readFile(unpacked(path)))
          .digest('hex')
      expect(files.map(({ name, hashes }) => `${name} ${hashes[0]?.alg} ${hashes[0]?.content}`)).toEqual([
        `compile.cjs SHA-256 ${await sha256('usr/lib/netheal/compile.cjs')}`,
        `netheal.cjs SHA-256 ${await sha256('usr/lib/netheal/netheal.cjs')}`,
        `node SHA-256 ${await sha256('usr/lib/netheal/node')}`,
        `program.js SHA-256 ${await sha256('usr/lib/netheal/program.js')}`,
      ])
      const inTarball = `netheal-${pkg.version}-linux-${process.arch}/sbom.cdx.json`
      expect(await output('tar', '-xOzf', made.tarball, inTarball)).toBe(await readFile(unpacked(place), 'utf8'))
    })

    test('the SBOM has no time but that of the commit, and no number made up for it', async () => {
      const sbom = await read()
      expect(sbom).not.toHaveProperty('serialNumber')
      const epoch = process.env.SOURCE_DATE_EPOCH ?? (await output('git', '-C', checkout, 'log', '-1', '--format=%ct'))
      expect(Date.parse(sbom.metadata.timestamp)).toBe(Number(epoch) * 1000)
    })
  })

  test.skipIf('absence' in lintian)('the packages: lintian finds no error', { timeout: 300_000 }, async () => {
    await output('program' in lintian ? lintian.program : 'lintian', '--fail-on', 'error', made.deb)
  })
})
