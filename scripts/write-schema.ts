// Writes config.schema.json, and the table of docs/config.md where that has the markers for it.
// With --check it writes nothing and exits 1 when one of them is stale. `--root DIR` is for its test.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { withTable } from './config-table.ts'
import { jsonSchemaText } from './json-schema.ts'

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    root: { type: 'string', default: join(import.meta.dirname, '..') },
  },
})

const keys = join(values.root, 'docs', 'config.md')
const page = existsSync(keys) ? withTable(readFileSync(keys, 'utf8')) : null
const wanted = [
  { path: join(values.root, 'config.schema.json'), text: jsonSchemaText() },
  ...(page === null ? [] : [{ path: keys, text: page }]),
]

for (const { path, text } of wanted) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
  if (values.check) {
    console.error(`${path} is stale: run node scripts/write-schema.ts`)
    process.exitCode = 1
  } else {
    writeFileSync(path, text)
    console.log(`wrote ${path}`)
  }
}
