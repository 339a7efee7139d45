// Everything that can be said about the sources without running them: `npm run check`. Runs all checks, also after one
// that fails, and prints the output of those that do.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

const checks = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'lint and format', command: ['biome', 'check', '--error-on-warnings', '--colors=off', '.'] },
  // The schema is generated from src/config and kept in git: it must be the one that the sources say.
  {
    name: 'config.schema.json is current',
    command: ['node', 'scripts/write-schema.ts', '--check'],
    needs: 'scripts/write-schema.ts',
  },
]

/** Runs to the end; the output is kept, so that parallel checks do not interleave. */
function run({ command: [name, ...args] }) {
  return new Promise(resolve => {
    const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', chunk => (output += chunk))
    child.stderr.on('data', chunk => (output += chunk))
    child.on('error', error => resolve({ ok: false, output: String(error) }))
    child.on('close', code => resolve({ ok: code === 0, output }))
  })
}

const results = await Promise.all(
  checks
    .filter(({ needs }) => needs === undefined || existsSync(needs))
    .map(async check => ({ name: check.name, ...(await run(check)) })),
)
for (const { name, ok, output } of results) {
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name}\n${ok ? '' : `${output.trimEnd()}\n`}`)
}
process.exitCode = results.every(result => result.ok) ? 0 : 1
