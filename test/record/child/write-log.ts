// Writes lines to the action log until it is killed, and says after each that it is written.
import { openActionLog } from '../../../src/record/action-log.ts'
import { warning } from '../entries.ts'

const [directory = '', format] = process.argv.slice(2)
const log = openActionLog({ directory, format: format === 'json' ? 'json' : 'text', maxSize: 2000, keep: 1000 })
for (let n = 0; ; n += 1) {
  await log.write([warning(n)])
  console.log(n)
}
