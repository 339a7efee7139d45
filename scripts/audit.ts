// Asks the registry for known vulnerabilities in what package-lock.json holds: `npm run audit`. It sends their names and
// versions there, so no test and no check does it. Exit codes: audit-answer.ts.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { verdict } from './audit-answer.ts'

const root = join(import.meta.dirname, '..')
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
// The npm that runs this script, where one does.
const { npm_execpath: npm, npm_node_execpath: node } = process.env
// Offline, npm would say that it found nothing.
const args = ['audit', '--json', '--loglevel=silent', '--offline=false']
const [command, ...rest] = npm !== undefined && node !== undefined ? [node, npm, ...args] : ['npm', ...args]
const { stdout, error } = spawnSync(command, rest, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
const { code, lines } = verdict(error === undefined ? stdout : error.message, packages)
for (const line of lines) console.log(line)
process.exitCode = code
