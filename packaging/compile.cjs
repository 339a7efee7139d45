// Run once by an installation, as root: keeps the code that V8 makes of netheal, so that no start has to make it again.
// What is kept is what `netheal once` has used on a healthy host of two containers, which are played to it here.
// It is made here and not with the package, because it fits only this very Node.
'use strict'
const { closeSync, fchmodSync, fsyncSync, mkdtempSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } =
  require('node:fs')
const { createServer } = require('node:http')
const { tmpdir } = require('node:os')
const { basename, join } = require('node:path')

const network = { Id: 'c0de'.repeat(16), Name: 'stack', Driver: 'bridge', Internal: false, Labels: {} }
const container = name => ({
  Id: Buffer.from(name.padEnd(32, '.')).toString('hex'),
  Names: [`/${name}`],
  Image: 'app',
  Created: 1,
  State: 'running',
  Status: 'Up 2 hours',
  Labels: {},
  HostConfig: { NetworkMode: network.Name },
  NetworkSettings: {
    Networks: { [network.Name]: { NetworkID: network.Id, EndpointID: 'e'.repeat(64), Aliases: null } },
  },
})
const answers = [
  [/\/version$/, { Version: '27.0.0', ApiVersion: '1.44', MinAPIVersion: '1.24', Os: 'linux', Arch: 'amd64' }],
  [/\/containers\/json$/, [container('one'), container('two')]],
  [/\/networks$/, [network]],
]

const folder = mkdtempSync(join(tmpdir(), 'netheal-compile-'))
const socket = join(folder, 'engine.sock')
const engine = createServer(({ url }, response) => {
  const [, answer] = answers.find(([path]) => path.test(url.split('?')[0])) ?? []
  response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(answer ?? { message: `netheal asks for ${url} here` }))
})
engine.listen(socket, () => {
  const place = name => ({ directory: join(folder, name) })
  const attachments = [{ containers: ['one', 'two'], network: network.Name }]
  const config = { attachments, docker: { host: `unix://${socket}` } }
  const places = { log: place('log'), state: place('state'), lock: place('lock') }
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, ...places }))
  process.env = { PATH: process.env.PATH, NETHEAL_CONFIG: join(folder, 'config.json') }
  process.argv = [process.execPath, __filename, 'once']
  process.on('exit', code => {
    rmSync(folder, { recursive: true, force: true })
    if (code === 0) keep()
  })
  started = require('./netheal.cjs')
})
// The one-shot does not know that there is an engine in its own process to be waited for.
engine.unref()
let started

function keep() {
  const { compiled, script } = started
  try {
    for (const name of readdirSync(__dirname))
      if (/^program\..*\.compiled/.test(name) && name !== basename(compiled)) rmSync(join(__dirname, name))
    // Whole and on the disk before it has its name: V8 does not look whether all of it is there.
    const file = openSync(`${compiled}.new`, 'w')
    fchmodSync(file, 0o644)
    writeFileSync(file, script.createCachedData())
    fsyncSync(file)
    closeSync(file)
    renameSync(`${compiled}.new`, compiled)
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
