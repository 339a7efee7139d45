// Run by compile.cjs as `node --build-snapshot`: loads what `once` and `check` are made of, uses it on the engine that is
// played to it, so that V8 has compiled it, and lets Node keep the memory as it is then. From there they start: nothing has to
// be loaded, compiled, or set up any more, which is a third of what a start took.
'use strict'
const { readFileSync } = require('node:fs')
const { startupSnapshot } = require('node:v8')
const { Script } = require('node:vm')

const path = `${__dirname}/one-shot.js`
const program = { exports: {} }
const load = new Script(readFileSync(path, 'latin1'), { filename: path }).runInThisContext()
load(program.exports, require, program, path, __dirname)
const { main, runProgram } = program.exports

async function use(...argv) {
  let said = ''
  const { signal } = new AbortController()
  const code = await runProgram(
    argv,
    {
      env: { PATH: process.env.PATH, NETHEAL_CONFIG: process.env.NETHEAL_CONFIG },
      pid: process.pid,
      out: text => (said += text),
      err: text => (said += text),
      stdout: { isTerminal: false, color: false },
      stderr: { isTerminal: false, color: false },
      signals: { stop: signal, abort: signal, onReload() {} },
    },
    { version: '', commit: '', runtime: '' },
  )
  if (code !== 0) throw new Error(`netheal ${argv.join(' ')} ended with ${code} on a healthy host: ${said}`)
}

async function keep() {
  await use('once')
  await use('check')
  startupSnapshot.setDeserializeMainFunction(() => void main())
}

keep().catch(error => {
  process.stderr.write(`${error.stack}\n`)
  process.exit(1)
})
