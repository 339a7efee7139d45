// `netheal config`: the config in force, and where each value comes from; all mistakes at once, and exit code 2.

import type { LoadedConfig, Origin } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { withoutSecrets } from '../config/masked.ts'
import { problemsOf } from '../config/problem.ts'
import { fileSchema } from '../config/schema.ts'
import { schemaAt } from '../config/shape.ts'
import { pathText } from '../config/shown.ts'
import { type Words, wordsOf } from '../config/words.ts'
import { writtenConfig } from '../config/written.ts'
import { NethealError } from '../core/errors.ts'
import { greatest } from '../core/extremes.ts'
import type { CommonFlags } from './flags.ts'
import { JSON_VERSION, jsonText } from './json.ts'
import type { ExitCode, ProcessIo } from './process-io.ts'
import { painter, safe } from './style.ts'

/** Lists that are printed entry by entry. */
const LISTS: ReadonlySet<string> = new Set(['attachments', 'notify', 'diagnose.readiness', 'diagnose.probes'])

/** Throws NethealError `config`; with --json its problems are printed as data first. */
export async function config(host: ProcessIo, flags: CommonFlags): Promise<ExitCode> {
  try {
    const loaded = await loadConfig({ flags, env: host.env })
    host.out(
      flags.json
        ? jsonText({
            version: JSON_VERSION,
            file: loaded.file,
            config: writtenConfig(withoutSecrets(loaded.config)),
            origins: loaded.origins,
          })
        : render(loaded, host),
    )
    return 0
  } catch (error) {
    if (!flags.json || !(error instanceof NethealError) || error.code !== 'config') throw error
    host.out(jsonText({ version: JSON_VERSION, error: error.message, problems: problemsOf(error) }))
    return 2
  }
}

function render({ config: value, file, origins }: LoadedConfig, host: ProcessIo): string {
  const paint = painter(host.stdout)
  const rows = leavesOf(writtenConfig(withoutSecrets(value)), []).map(([keys, leaf]) => {
    const path = pathText(keys)
    return { path, text: valueText(leaf, keys), origin: originText(originOf(path, origins)) }
  })
  const wide = greatest(
    rows.map(r => Math.min(40, r.path.length)),
    0,
  )
  const lines = rows.map(r => `${r.path.padEnd(wide)}  ${safe(r.text)}  ${paint('quiet', r.origin)}`)
  return `${paint('strong', safe(file))}\n${lines.join('\n')}\n`
}

type Keys = readonly (string | number)[]

/** Arrays of plain values are one leaf, and so is a secret. */
function leavesOf(value: unknown, keys: Keys): readonly (readonly [Keys, unknown])[] {
  const inner = (key: string | number, one: unknown) => leavesOf(one, [...keys, key])
  if (Array.isArray(value) && LISTS.has(pathText(keys)) && value.length > 0)
    return value.flatMap((one, i) => inner(i, one))
  if (typeof value !== 'object' || value === null || Array.isArray(value) || wordsAt(keys).secret === true)
    return [[keys, value]]
  return Object.entries(value).flatMap(([key, one]) => inner(key, one))
}

/** What is not set is printed in the words of the schema: `(no TLS)`. */
function valueText(value: unknown, keys: Keys): string {
  return value === undefined ? `(${wordsAt(keys).absent ?? 'none'})` : JSON.stringify(value)
}

function wordsAt(keys: Keys): Words {
  const schema = schemaAt(fileSchema, keys)
  return schema === null ? {} : wordsOf(schema)
}

/** A leaf of a value that was set as a whole has the origin of the whole. */
function originOf(path: string, origins: LoadedConfig['origins']): Origin | undefined {
  for (let at = path; at !== ''; at = at.replace(/(^|\.)[^.[]*$|\[\d+\]$/, '')) {
    const origin = origins[at]
    if (origin !== undefined) return origin
  }
  return undefined
}

function originText(origin: Origin | undefined): string {
  if (origin === undefined || origin.kind === 'default') return 'default'
  return origin.kind === 'file' ? 'file' : `${origin.kind} ${origin.name}`
}
