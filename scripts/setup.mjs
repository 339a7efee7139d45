// Makes this checkout ready and then runs a command in it: `node scripts/setup.mjs [--build] [COMMAND...]`.
//   1. installs the dependencies, when what is installed is not what package-lock.json says
//   2. with --build, bundles dist/netheal.js, when anything that it is made of changed
//   3. runs the command with node_modules/.bin first on its PATH, where on Linux the pinned Node is; its terminal,
//      arguments, signals and exit code are the command's
// Says nothing when there is nothing to do. Runs on Node 20 without any dependency, so that a fresh clone can start it.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules/.bin')
const say = line => process.stderr.write(`netheal: ${line}\n`)

function fail(line) {
  say(line)
  process.exit(1)
}

const readJson = path => JSON.parse(readFileSync(join(root, path), 'utf8'))

/** npm writes down what it installed last, when it is done: an install that was cut short does not count. */
function installed() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return false
  const wanted = readJson('package-lock.json').packages
  const found = readJson('node_modules/.package-lock.json').packages
  const same = (a, b) => a.version === b.version && a.integrity === b.integrity
  return (
    Object.keys(found).every(path => wanted[path] !== undefined) &&
    Object.entries(wanted).every(([path, it]) =>
      path === ''
        ? true
        : found[path] === undefined
          ? it.optional === true || it.devOptional === true
          : same(it, found[path]),
    )
  )
}

function install() {
  say('installing the dependencies (npm ci), once')
  // The npm that runs this script, with the node that runs it: the one in node_modules is about to be replaced.
  const { npm_execpath: npm, npm_node_execpath: node } = process.env
  const outside = (process.env.PATH ?? '').split(delimiter).filter(part => part !== bin)
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund', '--include=dev', '--include=optional']
  const [command, ...rest] =
    npm !== undefined && node !== undefined && !node.startsWith(root) ? [node, npm, ...args] : ['npm', ...args]
  const env = { ...process.env, PATH: outside.join(delimiter), NODE_ENV: 'development' }
  // Its "added N packages" is for stderr here: stdout belongs to the command.
  const { status, error } = spawnSync(command, rest, { cwd: root, stdio: ['ignore', 2, 2], env })
  if (status !== 0) fail(`npm ci failed${error === undefined ? '' : `: ${error.message}`}; see above`)
}

/** The Node to run with: the pinned one, or this one where there is none for this platform and it is new enough. */
function chooseNode() {
  const { engines } = readJson('package.json')
  const [major, minor] = engines.node.match(/\d+/g).map(Number)
  const enough = version => {
    const [a, b] = version.match(/\d+/g).map(Number)
    return a > major || (a === major && b >= minor)
  }
  const pinned = join(bin, 'node')
  if (existsSync(pinned)) {
    // It may be there and not run: it needs glibc.
    const { status, stdout } = spawnSync(pinned, ['--version'], { encoding: 'utf8' })
    if (status === 0 && enough(stdout)) return pinned
  }
  if (enough(process.version)) return process.execPath
  return fail(`needs Node ${engines.node}, and this is ${process.version} (${process.platform} ${process.arch})`)
}

/** What the bundle is made of, by size and time of change, and the commit that goes into it. */
function fingerprint() {
  const hash = createHash('sha256')
  const add = path => {
    const at = statSync(join(root, path), { throwIfNoEntry: false })
    if (at?.isDirectory()) for (const name of readdirSync(join(root, path)).sort()) add(`${path}/${name}`)
    else if (at !== undefined) hash.update(`${path} ${at.size} ${at.mtimeMs}\n`)
  }
  for (const path of ['src', 'scripts/build.mjs', 'scripts/bundle-plugins.mjs', 'package.json', 'package-lock.json'])
    add(path)
  hash.update(spawnSync('git', ['-C', root, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).stdout ?? '')
  hash.update(spawnSync('git', ['-C', root, 'status', '--porcelain', '-uno'], { encoding: 'utf8' }).stdout ?? '')
  return hash.digest('hex')
}

function build(node) {
  const stamp = join(root, 'node_modules/.cache/netheal/built')
  const now = fingerprint()
  const before = existsSync(stamp) && existsSync(join(root, 'dist/netheal.js')) ? readFileSync(stamp, 'utf8') : ''
  if (before === now) return
  if (before === '') say('building dist/netheal.js')
  const { status } = spawnSync(node, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) fail('the build failed; see above')
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, now)
}

function run(node, [name, ...args]) {
  const path = [dirname(node), bin, process.env.PATH].join(delimiter)
  const child = spawn(name === 'node' ? node : name, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  })
  child.on('error', error => fail(`cannot run ${name}: ${error.message}`))
  // Ctrl-C reaches the command from the terminal itself; what is sent to this process alone is passed on.
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => child.kill(signal))
  process.on('SIGINT', () => undefined)
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

const args = process.argv.slice(2)
const wantsBuild = args[0] === '--build'
const command = wantsBuild ? args.slice(1) : args
if (!installed()) install()
const node = chooseNode()
if (wantsBuild) build(node)
if (command.length > 0) run(node, command)
