// Starts netheal: program.js beside this file, with the code that V8 made of it when it was installed (compile.cjs). That
// saves 40 ms of a start's 100. Without such code, or with one of another Node, V8 compiles as it does always.
'use strict'
const { readFileSync } = require('node:fs')
const { Script } = require('node:vm')

const path = `${__dirname}/program.js`
// Named after the program's SHA-256: V8 itself looks no closer than at the length of a text.
const compiled = `${__dirname}/program.@PROGRAM@.compiled`

const script = new Script(readFileSync(path, 'latin1'), { filename: path, cachedData: contentsOf(compiled) })
module.exports = { compiled, script }
// This file is what the program knows as itself: a thread of its own (the page) starts here, too.
script.runInThisContext()(exports, require, module, __filename, __dirname)

function contentsOf(file) {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}
