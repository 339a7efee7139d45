// Writes config.schema.json, and the config table of README.md where that has the markers for it.
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

const readme = join(values.root, 'README.md')
const page = existsSync(readme) ? withTable(readFileSync(readme, 'utf8')) : null
const wanted = [
  { path: join(values.root, 'config.schema.json'), text: jsonSchemaText() },
  ...(page === null ? [] : [{ path: readme, text: page }]),
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
