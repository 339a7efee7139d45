/**
 * Holds an SBOM against CycloneDX's own schema, as their library ships it. Not with that library's validator: it wants
 * twelve more packages, for the form of e-mail addresses in other scripts.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'

const schemas = join(
  dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')),
  'res/schema',
)
const NAMES = ['bom-1.6', 'spdx', 'jsf-0.82'].map(name => `${name}.SNAPSHOT.schema.json`)

/** What is wrong with it, a line each: where, and what. */
export function problemsOfSbom(sbom: unknown): string[] {
  const [bom, ...others] = NAMES.map(name => ({ name, schema: JSON.parse(readFileSync(join(schemas, name), 'utf8')) }))
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  for (const format of ['iri-reference', 'idn-email']) ajv.addFormat(format, true)
  for (const { name, schema } of others) ajv.addSchema(schema, `http://cyclonedx.org/schema/${name}`)
  const validate = ajv.compile(bom?.schema)
  validate(sbom)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`)
}

/** What is read of it. */
export interface Sbom {
  readonly metadata: { readonly timestamp: string; readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[]
}

interface Component {
  readonly 'bom-ref': string
  readonly type: string
  readonly group?: string
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly licenses: readonly { readonly license: { readonly id: string } }[]
  readonly hashes: readonly { readonly alg: string; readonly content: string }[]
  readonly components?: readonly Component[]
}
