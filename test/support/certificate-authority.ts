/**
 * A certificate authority for one test, made with openssl in a folder of the test's own: it vouches for an engine and
 * its clients, and goes with the folder. `prepareOpenssl` says whether there is an openssl.
 */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Prepared, prepareCommand } from './debian-package.ts'

const run = promisify(execFile)

/** Paths of PEM files. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface Issue {
  readonly usage: 'server' | 'client'
  /** For a server: `IP:127.0.0.1`. */
  readonly names?: string
  /** True for one that was good for a day, years ago. */
  readonly expired?: boolean
}

/** The program's path, or why there is none. */
export function prepareOpenssl(): Promise<Prepared> {
  return prepareCommand('openssl', 'openssl')
}

export class CertificateAuthority {
  /** The certificate that clients and servers are told to trust. */
  readonly cert: string
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    this.cert = join(folder, 'ca.pem')
  }

  /** A key and a certificate for it, valid for a day. */
  async issue(name: string, { usage, names, expired = false }: Issue): Promise<Certificate> {
    const at = (ending: string): string => join(this.#folder, `${name}${ending}`)
    const extensions = [`extendedKeyUsage=${usage}Auth`, ...(names === undefined ? [] : [`subjectAltName=${names}`])]
    await writeFile(at('.ext'), `${extensions.join('\n')}\n`)
    await this.#openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', at('-key.pem'), '-out', at('.csr'))
    const dates = expired ? ['-startdate', '20200101000000Z', '-enddate', '20200102000000Z'] : ['-days', '1']
    const files = ['-in', at('.csr'), '-out', at('-cert.pem'), '-extfile', at('.ext')]
    await this.#openssl('ca', '-batch', '-notext', ...dates, ...files)
    return { cert: at('-cert.pem'), key: at('-key.pem') }
  }

  /** Once, before anything is issued. */
  async create(): Promise<void> {
    const key = join(this.#folder, 'ca-key.pem')
    await mkdir(this.#folder, { recursive: true })
    await writeFile(join(this.#folder, 'index.txt'), '')
    await writeFile(join(this.#folder, 'openssl.cnf'), configuration(this.#folder))
    const asked = ['-x509', '-subj', '/CN=netheal test authority', '-days', '1', '-extensions', 'authority']
    await this.#openssl('req', ...newKey, ...asked, '-keyout', key, '-out', this.cert)
  }

  async #openssl(command: string, ...args: readonly string[]): Promise<void> {
    await run('openssl', [command, '-config', join(this.#folder, 'openssl.cnf'), ...args])
  }
}

/** Makes an authority in a folder that may not be there yet. */
export async function createAuthority(folder: string): Promise<CertificateAuthority> {
  const authority = new CertificateAuthority(folder)
  await authority.create()
  return authority
}

const newKey = ['-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** As `openssl ca` wants it: with a list of what was issued, which nobody reads. */
function configuration(folder: string): string {
  return `[ca]
default_ca = here
[here]
database = ${folder}/index.txt
new_certs_dir = ${folder}
certificate = ${folder}/ca.pem
private_key = ${folder}/ca-key.pem
rand_serial = yes
unique_subject = no
default_md = sha256
policy = anything
[anything]
commonName = supplied
[req]
distinguished_name = anything
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
`
}
