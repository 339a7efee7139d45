// Run once by an installation, as root: keeps the code that V8 makes of netheal, so that no start has to make it again, and
// for `once` and `check` the whole memory that they begin with (snapshot.cjs).
// What is kept is what `netheal once` has used on a healthy host of two containers, which are played to it here.
// It is made here and not with the package, because it fits only this very Node, and the latter this very processor.
'use strict'
const { execFile } = require('node:child_process')
const {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs')
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
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  forget()
  keepMemory(keepCode)
})
// The one-shot does not know that there is an engine in its own process to be waited for.
engine.unref()

/** What another version has left, and this one: each start looks only for its own, and does without. */
function forget() {
  for (const name of readdirSync(__dirname))
    if (/^(program\..*\.compiled|one-shot\..*\.snapshot|one-shot\.cpu)(\.new)?$/.test(name))
      rmSync(join(__dirname, name))
}

function keepMemory(then) {
  // Node refuses to start on a processor that can do something else: the launcher compares. Without /sys it could not.
  const cpu = '/sys/devices/system/cpu/modalias'
  if (!existsSync(cpu)) return then()
  const made = join(folder, 'snapshot')
  const args = ['--snapshot-blob', made, '--build-snapshot', join(__dirname, 'snapshot.cjs')]
  // What Node warns of is that modules like child_process are not verified to work from a snapshot: tests do that.
  execFile(process.execPath, args, (error, _stdout, stderr) => {
    try {
      if (error !== null) throw new Error(stderr || error.message)
      keep('one-shot.@ONE_SHOT@.snapshot', readFileSync(made))
      keep('one-shot.cpu', readFileSync(cpu))
    } catch (error) {
      failed(error)
    }
    then()
  })
}

function keepCode() {
  process.argv = [process.execPath, __filename, 'once']
  process.on('exit', code => {
    try {
      if (code === 0) keep(basename(started.compiled), started.script.createCachedData())
    } catch (error) {
      failed(error)
    }
    process.exitCode ||= hasFailed ? 1 : 0
  })
  const started = require('./netheal.cjs')
}

let hasFailed = false

function failed(error) {
  hasFailed = true
  process.stderr.write(`${error.message}\n`)
}

/** Whole and on the disk before it has its name: neither Node nor V8 looks whether all of it is there. */
function keep(name, data) {
  const path = join(__dirname, name)
  const file = openSync(`${path}.new`, 'w')
  fchmodSync(file, 0o644)
  writeFileSync(file, data)
  fsyncSync(file)
  closeSync(file)
  renameSync(`${path}.new`, path)
}
