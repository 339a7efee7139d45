// Which files a package holds, where, and with which modes: the .deb for its fixed places, the tarball for install.sh.
// Not in it: the source map (names and lines of the bundle can be read as they are) and the rest of Node (npm, headers).
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/**
 * @typedef {object} Parts
 * @property {string} root of the checkout
 * @property {Buffer} runtime
 * @property {readonly { name: string, data: string }[]} program files for the folder that Node is in
 * @property {string} notices
 * @property {string} sbom
 * @property {string} version of the package
 * @property {number} epoch seconds
 * @property {string} maintainer `NAME <ADDRESS>`
 * @property {import('./shipped-texts.ts').Shipped} shipped
 */

/** What an operator reads, or hands to HAProxy, Prometheus and Grafana: below docs/, where README's links lead. */
const DOCS = [
  'allow-list/README.md',
  'allow-list/haproxy.cfg',
  'benchmarks.md',
  'commands.md',
  'config.md',
  'coolify.md',
  'dependencies.md',
  'design.md',
  'diagnose.md',
  'engine-facts.md',
  'engines.md',
  'faults.md',
  'install.md',
  'migration.md',
  'monitoring/README.md',
  'monitoring/grafana-dashboard.json',
  'monitoring/netheal.rules.test.yml',
  'monitoring/netheal.rules.yml',
  'notifications.md',
  'pictures/heal.svg',
  'podman.md',
]

const file = (path, data) => ({ path, mode: 0o644, data })
const executable = (path, data) => ({ path, mode: 0o755, data })
const reader = root => path => readFileSync(join(root, path))

/**
 * Everything that dpkg-deb packs, its own DEBIAN folder too.
 * @param {Parts & { architecture: string }} parts
 */
export function debContents(parts) {
  const { root, runtime, program, notices, sbom, version, epoch, architecture, shipped, maintainer } = parts
  const read = reader(root)
  const fill = (path, values) =>
    read(path)
      .toString('utf8')
      .replace(/@([A-Z_]+)@/g, (_, name) => values[name])
  const doc = 'usr/share/doc/netheal'
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000')
  const values = { VERSION: debVersion(version), DATE: date, MAINTAINER: maintainer }
  const files = [
    executable('usr/bin/netheal', read('packaging/netheal')),
    executable('usr/lib/netheal/node', runtime),
    ...program.map(({ name, data }) => file(`usr/lib/netheal/${name}`, data)),
    file('usr/lib/systemd/system/netheal.service', read('systemd/netheal.service')),
    file('usr/lib/systemd/system/netheal-once.service', read('systemd/netheal-once.service')),
    file('usr/lib/systemd/system/netheal-once.timer', read('systemd/netheal-once.timer')),
    file('usr/lib/sysusers.d/netheal.conf', read('systemd/netheal.sysusers')),
    file('usr/lib/tmpfiles.d/netheal.conf', read('systemd/netheal.tmpfiles')),
    file(`${doc}/README.md`, read('README.md')),
    file(`${doc}/CHANGELOG.md`, read('CHANGELOG.md')),
    file(`${doc}/SECURITY.md`, read('SECURITY.md')),
    ...DOCS.map(path => file(`${doc}/docs/${path}`, read(`docs/${path}`))),
    file(`${doc}/changelog.gz`, gzipSync(fill('packaging/deb/changelog', values), { level: 9 })),
    file(`${doc}/copyright`, read('packaging/deb/copyright')),
    file(`${doc}/third-party-notices.txt`, notices),
    file(`${doc}/sbom.cdx.json`, sbom),
    file(`${doc}/examples/config.example.json`, read('config.example.json')),
    file(`${doc}/examples/config.schema.json`, read('config.schema.json')),
    file(`${doc}/examples/netheal.cron`, read('systemd/netheal.cron')),
    file('usr/share/man/man1/netheal.1.gz', gzipSync(shipped.manual, { level: 9 })),
    file('usr/share/bash-completion/completions/netheal', shipped.bash),
    file('usr/share/zsh/vendor-completions/_netheal', shipped.zsh),
    file('usr/share/lintian/overrides/netheal', read('packaging/deb/lintian-overrides')),
  ]
  const kibibytes = files.reduce((sum, { data }) => sum + Math.ceil(Buffer.byteLength(data) / 1024), 0)
  const control = { ...values, ARCHITECTURE: architecture, INSTALLED_SIZE: kibibytes }
  return [
    ...files,
    file('DEBIAN/control', fill('packaging/deb/control', control)),
    file('DEBIAN/md5sums', files.map(({ path, data }) => `${md5(data)}  ${path}\n`).join('')),
    ...['postinst', 'prerm', 'postrm'].map(name => executable(`DEBIAN/${name}`, read(`packaging/deb/${name}`))),
  ]
}

/** @param {Parts} parts */
export function tarballContents({ root, runtime, program, notices, sbom, shipped }) {
  const read = reader(root)
  return [
    executable('install.sh', read('install.sh')),
    executable('netheal', read('packaging/netheal')),
    executable('node', runtime),
    ...program.map(({ name, data }) => file(name, data)),
    ...['README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE', 'config.example.json', 'config.schema.json'].map(name =>
      file(name, read(name)),
    ),
    file('third-party-notices.txt', notices),
    file('sbom.cdx.json', sbom),
    ...DOCS.map(path => file(`docs/${path}`, read(`docs/${path}`))),
    ...['netheal.service', 'netheal-once.service', 'netheal-once.timer', 'netheal.sysusers', 'netheal.tmpfiles'].map(
      name => file(`systemd/${name}`, read(`systemd/${name}`)),
    ),
    file('systemd/netheal.cron', read('systemd/netheal.cron')),
    file('man/netheal.1', shipped.manual),
    file('completion/netheal.bash', shipped.bash),
    file('completion/_netheal', shipped.zsh),
  ]
}

/** Debian's way to say that a release candidate comes before the release. */
export function debVersion(version) {
  return version.replace('-', '~')
}

function md5(data) {
  return createHash('md5').update(data).digest('hex')
}
