// config.schema.json, for editors: made from the schema.
import * as z from 'zod/mini'
import { fileSchema } from '../src/config/schema.ts'
import { words } from '../src/config/words.ts'

/** What of our words means nothing in a JSON Schema. */
const OURS = ['expected', 'example', 'advise', 'absent', 'shorthand', 'secret']

/** The JSON Schema (draft 7, which every editor knows) of the config file, as text that ends with a line break. */
export function jsonSchemaText(): string {
  const schema = z.toJSONSchema(fileSchema, {
    target: 'draft-7',
    io: 'input',
    metadata: words,
    override({ jsonSchema }) {
      const json: Record<string, unknown> = jsonSchema
      if (json.example !== undefined && json.examples === undefined) json.examples = [json.example]
      for (const key of OURS) delete json[key]
    },
  })
  return `${JSON.stringify({ title: 'netheal config', ...schema }, null, 2)}\n`
}
