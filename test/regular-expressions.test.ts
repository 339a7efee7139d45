/**
 * Every regular expression of src is tried on long texts that are made of its own words, again and again. One that goes back over
 * what it has passed takes minutes for them, and is named. Those that do so stand below, each with what bounds its text; an
 * analysis with recheck 4.5.0 found the same ones, and none that is exponential.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { expressionsOf } from './support/source-tree.ts'

const root = fileURLToPath(new URL('../src/', import.meta.url))
const LENGTH = 200_000
/** Milliseconds for one expression and all of its texts: some 20 are needed. */
const PATIENCE = 15_000

/** Superlinear, and its text is bounded. */
const BOUNDED: Readonly<Record<string, string>> = {
  'config/docker-host.ts /[/?#].*$/': 'an address in a config, which its owner wrote',
  'config/duration.ts /^(\\d+(\\.\\d+)?\\s*[a-z]+[\\s,]*)+$/': '40 characters',
  'config/duration.ts /(\\d+(?:\\.\\d+)?)\\s*([a-z]+)/': '40 characters',
  'config/file.ts /\\/+$/': 'a path on the command line',
  'config/listen.ts /\\/.*$/': 'an address in a config',
  'config/listen.ts /:?(\\d+)$/': 'an address in a config',
  'notify/ping.ts /\\/+$/': 'an address in a config',
  'diagnose/database/remedy.ts /\\/+$/': 'a path in a config',
  'core/stamp.ts /T.*$/': 'a time of our own',
  'docker/error-code.ts /client version .* is too (new|old)/': '300 characters of a refusal',
  'docker/made-up.ts /^(\\S+) (?:\\/v[\\d.]+)?(\\S+) HTTP\\/1\\.1\\r\\n/': 'a request of our own',
  'docker/ssh.ts /^@+|@+$/': '500 characters of what ssh said',
  'docker/tls.ts /_ALERT_([A-Z_]+)$/': 'a code of OpenSSL',
  'host/other-language.ts /\\bdocker\\b.{0,99}\\bnetwork\\W{1,6}connect\\b/': 'its own counts',
  'host/other-language.ts /\\bdocker\\b.{0,99}\\bnetwork\\W{1,6}disconnect\\b/': 'its own counts',
  'host/script.ts /^#! {0,9}\\S*?(?:\\/env +(?:-S +)?)?([\\w.+-]+)(?:\\s|$)/': 'a thread that is ended',
  'host/units.ts /@.+\\./': 'the name of a file',
  'host/units.ts /@.+(\\.\\w+)$/': 'the name of a file',
  'host/units.ts /@(.+)\\.\\w+$/': 'the name of a file',
  'docker/wire.ts /^\\s*(\\S+):/': 'what the kernel says',
  'page/count.ts /\\B(?=(\\d{3})+$)/': 'a number',
  'record/rolling-file.ts /(\\d+)\\.log$/': 'the name of a file',
  'shell/loop.ts /[A-Za-z_]\\w*(?=\\s{0,9}(?:\\+\\+|--|[-+*/]?=[^=]))/': '200 characters',
  'diagnose/database/failure.ts /FATAL: +database ".*" does not exist/': '64 KiB of what psql said',
  'diagnose/rules/restart-starts.ts /failed to exit within .* of signal/': 'a line of the journal',
}

interface Tried {
  readonly key: string
  readonly pattern: string
  readonly flags: string
  readonly pieces: readonly string[]
}

const all: readonly Tried[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts') && !path.startsWith('simulator/'))
  .flatMap(path =>
    expressionsOf(readFileSync(root + path, 'utf8')).map(({ pattern, flags }) => ({
      ...{ key: `${path} /${pattern}/`, pattern, flags },
      pieces: piecesOf(pattern),
    })),
  )

/** What its text may be made of: its own literal words, each alone and all but the last in a row, and one of each kind. */
function piecesOf(pattern: string): readonly string[] {
  const plain = pattern.replace(/\(\?(?:<\w+>|[:=!]|<[=!])/g, '(').replace(/\\([^\w])/g, (_, c: string) => c)
  const words = plain.match(/[A-Za-z0-9 :@/="'_-]+/g)?.slice(0, 8) ?? []
  return [
    ...new Set(['a', '0', ' ', '-', 'a ', 'a.', '"', ...words, words.slice(0, -1).join(''), words.join('')]),
  ].filter(piece => piece !== '')
}

const PROGRAM = `
const { parentPort } = require('node:worker_threads')
parentPort.on('message', ({ pattern, flags, pieces, length }) => {
  for (const piece of pieces) {
    const pumped = piece.repeat(Math.ceil(length / piece.length))
    // Twice with its own start before it, for those that begin with "^"; and always with an end that fits nothing.
    for (const text of [pumped + '\\u0001', pieces[0] + pumped + '\\u0001']) {
      const expression = new RegExp(pattern, flags.replace(/[gy]/g, ''))
      expression.exec(text)
    }
  }
  parentPort.postMessage('done')
})
`

/** Those that did not come to an end in time. */
async function slowOf(tried: readonly Tried[], patience = PATIENCE): Promise<readonly string[]> {
  const slow: string[] = []
  let worker = new Worker(PROGRAM, { eval: true })
  for (const { key, ...job } of tried) {
    const own = worker
    const isDone = await new Promise<boolean>(resolve => {
      const timer = setTimeout(() => resolve(false), patience)
      own.once('message', () => {
        clearTimeout(timer)
        resolve(true)
      })
      own.postMessage({ ...job, length: LENGTH })
    })
    if (isDone) continue
    slow.push(key)
    await own.terminate()
    worker = new Worker(PROGRAM, { eval: true })
  }
  await worker.terminate()
  return slow
}

test('no regular expression goes back over a text of others: it takes as long as the text is', {
  timeout: 300_000,
}, async () => {
  expect(all.length).toBeGreaterThan(300)
  expect(await slowOf(all.filter(({ key }) => BOUNDED[key] === undefined))).toEqual([])
})

/** Put together from parts, and looked at by hand. */
const BUILT: Readonly<Record<string, string>> = {
  'diagnose/rules/pool-line.ts': 'counted values after a name',
  'diagnose/rules/schema-symptom.ts': 'counted names between fixed words',
  'docker/mentions.ts': 'a word of ours, escaped',
  'history/rules/entry-text.ts': 'from the start of a line of 8 KiB at most',
}

test('whoever puts a regular expression together is known', () => {
  const building = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    path =>
      path.endsWith('.ts') && !path.startsWith('simulator/') && /\bRegExp\(/.test(readFileSync(root + path, 'utf8')),
  )
  expect(building.sort()).toEqual(Object.keys(BUILT).sort())
})

test('each of those that may is still there', () => {
  const keys = new Set(all.map(({ key }) => key))
  expect(Object.keys(BOUNDED).filter(key => !keys.has(key))).toEqual([])
})

test('an expression that goes back is found', { timeout: 120_000 }, async () => {
  const bad = [/[\w-]*token[\w-]*=/, /(:\/\/[^:@/\s]*):[^@\s]+@/, /^(\d+\s*[a-z]*\s*)+$/].map(({ source }) => ({
    ...{ key: source, pattern: source, flags: '' },
    pieces: piecesOf(source),
  }))
  expect(await slowOf(bad, 3_000)).toEqual(bad.map(({ key }) => key))
})
