// What the bundle leaves out, or out of the way until it is needed: each part says why, with what it saves at a start
// (Node 24.21, where `node -e 0` takes 27 ms and one plain request to the engine's socket 45). `surprises` checks the
// result: where a dependency changed so that nothing is replaced any more, the build fails instead of growing.
import { readFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/**
 * Replaces modules by a few lines of our own.
 * @param {string} name for messages, and for esbuild
 * @param {Record<string, { importer?: RegExp, contents: string, folder?: string }>} replacements
 *   by the name that is imported
 * @returns {import('esbuild').Plugin}
 */
function replace(name, replacements) {
  return {
    name,
    setup(builder) {
      builder.onResolve({ filter: /.*/ }, ({ path, importer, namespace }) => {
        const replacement = Object.hasOwn(replacements, path) ? replacements[path] : undefined
        if (replacement === undefined || namespace === name) return undefined
        if (replacement.importer !== undefined && !replacement.importer.test(importer)) return undefined
        return { path, namespace: name }
      })
      builder.onLoad({ filter: /.*/, namespace: name }, ({ path }) => ({
        contents: replacements[path].contents,
        resolveDir: replacements[path].folder,
        loader: 'js',
      }))
    },
  }
}

/** Throws at the first call, not when it is loaded or taken apart: these are required by files that we do need. */
const absent = what =>
  `function absent() {
    throw new Error(${JSON.stringify(`netheal's bundle does not contain ${what}`)})
  }
  module.exports = new Proxy(absent, { get: (_, name) => (/^(__esModule|prototype)$/.test(String(name)) ? absent[name] : absent) })`

/** dockerode loads gRPC and OpenSSL for image builds with BuildKit, which netheal never makes: 60 ms and 6 ms. */
const withoutBuildKit = replace('without-buildkit', {
  './session': { importer: /dockerode[\\/]lib/, contents: absent('gRPC: it builds no images') },
  './buildkit': { importer: /dockerode[\\/]lib/, contents: absent('gRPC: it builds no images') },
})

/** Packing and unpacking of folders, for image builds as well: 3 ms. */
const withoutArchives = replace('without-archives', {
  'tar-fs': { importer: /dockerode[\\/]lib/, contents: absent('tar: it builds no images') },
  '@balena/dockerignore': { importer: /dockerode[\\/]lib/, contents: absent('dockerignore: it builds no images') },
  zlib: { importer: /dockerode[\\/]lib/, contents: absent('zlib: it builds no images') },
})

/** pino's transports in worker threads are never used here: a line in flight would be lost in a crash. */
const withoutWorkers = replace('without-workers', {
  'thread-stream': { contents: absent('thread-stream: it logs in its own process') },
})

/** dockerode is given a modem of our own (src/docker/modem.ts), so docker-modem, and ssh2 behind it, is never called. */
const withoutModem = replace('without-modem', {
  'docker-modem': {
    importer: /dockerode[\\/]lib/,
    contents: absent('docker-modem: src/docker/modem.ts takes its place'),
  },
})

/**
 * node-cron asks Intl what time it is, in any time zone. Ours is UTC (cli/clock.ts), which Date knows: the first question to
 * Intl reads 8 MiB of ICU's tables, for as long as the daemon lives.
 */
const onlyUtc = {
  name: 'only-utc',
  setup(builder) {
    builder.onLoad({ filter: /node-cron[\\/]dist[\\/]_shared\.js$/ }, ({ path }) => ({
      contents: cronInUtc(readFileSync(path, 'utf8')),
      loader: 'js',
    }))
  },
}

/** Its text with an answer of our own for UTC. Throws where it asks in another way than it did. */
export function cronInUtc(text) {
  const answers = {
    'function buildDateParts(date, timezone) {': `
      if (timezone === 'UTC')
        return {
          day: date.getUTCDate(),
          month: date.getUTCMonth() + 1,
          year: date.getUTCFullYear(),
          hour: date.getUTCHours(),
          minute: date.getUTCMinutes(),
          second: date.getUTCSeconds(),
          millisecond: date.getMilliseconds(),
          weekday: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][date.getUTCDay()],
          gmt: 'Z',
        }`,
    'function getTimezoneGMT(date, timezone) {': `
      if (timezone === 'UTC') return 'Z'`,
  }
  return Object.entries(answers).reduce((changed, [start, answer]) => {
    if (changed.split(start).length !== 2) throw new Error(`node-cron has no ${start} any more`)
    return changed.replace(start, start + answer)
  }, text)
}

/**
 * Node's own modules are loaded at their first use. An import would load them at the start, and read every export:
 * `node:http` has some that load a whole HTTP client and WebSockets when they are read, 30 ms; `node:https` is 14 ms.
 * Each file gets only what it names: the bundle copies whatever there is, a hundred names of `node:fs` for one, 3 ms in all.
 */
const builtinsAtFirstUse = {
  name: 'builtins-at-first-use',
  setup(builder) {
    builder.onResolve({ filter: /.*/ }, ({ path, kind, importer }) => {
      if (!isBuiltin(path) || kind === 'require-call') return undefined
      const names = kind === 'import-statement' ? namesImported(readFileSync(importer, 'utf8'), path) : null
      return { path, namespace: 'builtins-at-first-use', suffix: names === null ? '' : `?${names.join(',')}` }
    })
    builder.onLoad({ filter: /.*/, namespace: 'builtins-at-first-use' }, ({ path, suffix }) => {
      const builtin = process.getBuiltinModule(path)
      const load = `require(${JSON.stringify(path)})`
      // Some are a function themselves, like node:events; and what is set on process must arrive there.
      if (typeof builtin === 'function' || builtin === process) return { contents: `module.exports = ${load}` }
      const names = suffix === '' ? Object.getOwnPropertyNames(builtin).sort() : suffix.slice(1).split(',')
      return {
        contents: `let loaded
          const load = () => (loaded ??= ${load})
          for (const name of ${JSON.stringify(names)})
            Object.defineProperty(exports, name, { enumerable: true, get: () => load()[name] })`,
      }
    })
  },
}

/** What the text of a module imports by name from another one, types left out; null where it imports all of it. */
export function namesImported(text, from) {
  const names = new Set()
  for (const [, what, other] of text.matchAll(/^import\s+(?!type\s)([^'"]*?)\s*from\s*['"]([^'"]+)['"]/gm)) {
    if (other !== from) continue
    const [, list] = /^\{([^}]*)\}$/.exec(what) ?? []
    if (list === undefined) return null
    for (const item of list.split(',').map(one => one.trim()))
      if (item !== '' && !item.startsWith('type ')) names.add(item.split(/\s+as\s+/)[0])
  }
  return names.size === 0 ? null : [...names].sort()
}

/** pino-roll needs date-fns only where files roll by date, and ours roll by size: 70 ms when it is loaded, 100 kB. */
const withoutDates = replace('without-dates', {
  'date-fns': { importer: /pino-roll/, contents: absent('date-fns: its logs roll by size, not by date') },
})

/** node-cron and commander fork processes for tasks and commands that are files of their own; ours are functions: 4 ms. */
const withoutForks = replace('without-forks', {
  child_process: { importer: /node-cron/, contents: absent('child_process for node-cron: it forks no tasks') },
  'node:child_process': { importer: /commander/, contents: absent('child_process for commander: it forks nothing') },
})

/**
 * Whole modules of Node's for one small question each, at a start and in the memory of a daemon. node-cron's tasks want
 * names of their own within a process: 3 ms and 2.4 MiB. sonic-boom makes sure of one argument: 0.7 MiB. pino asks whether
 * it is in a thread, which it is never here: 1 ms and 0.5 MiB.
 */
const withoutCrypto = replace('without-crypto', {
  'node:crypto': {
    importer: /node-cron/,
    contents: "let made = 0; exports.randomUUID = () => 'task-' + (made += 1)",
  },
})
const withoutAssert = replace('without-assert', {
  assert: {
    importer: /sonic-boom/,
    contents: 'module.exports = (holds, message) => { if (!holds) throw new Error(message) }',
  },
})
const oneThread = replace('one-thread', {
  worker_threads: { importer: /pino[\\/]lib/, contents: 'exports.isMainThread = true' },
})

/** zod speaks some fifty languages; its messages are ours here, or English: 200 kB. */
const onlyEnglish = replace('only-english', {
  '../locales/index.js': {
    importer: /zod[\\/]v4[\\/]/,
    contents: "export { default as en } from './en.js'",
    folder: join(dirname(require.resolve('zod/package.json')), 'v4/locales'),
  },
})

/** What of the above went wrong in a finished bundle, given esbuild's metafile; nothing, if all is well. */
export function surprises(metafile) {
  const inputs = Object.keys(metafile.inputs)
  const unwanted =
    /node_modules\/(@grpc|protobufjs|@protobufjs|thread-stream|cpu-features|docker-modem|ssh2|debug|date-fns|tar-fs)\/|^node_modules.*\.node$|zod\/v4\/locales\/(?!en\.js)/
  return inputs.filter(input => unwanted.test(input)).map(input => `${input} is in the bundle`)
}

export const plugins = [
  ...[
    withoutBuildKit,
    withoutArchives,
    withoutWorkers,
    withoutModem,
    withoutDates,
    withoutForks,
    withoutCrypto,
    withoutAssert,
    oneThread,
    onlyUtc,
    onlyEnglish,
  ],
  builtinsAtFirstUse,
]
