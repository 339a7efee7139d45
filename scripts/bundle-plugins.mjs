// What the bundle leaves out, or out of the way until it is needed. Each part says what it saves: of CPU in a start
// (`perf stat -e task-clock netheal once`, packaged, on a healthy host of two containers: 97 ms with all parts; 30 pairs in
// turns with the part and without), or of memory in the daemon (VmRSS of `netheal run` six seconds after its first pass:
// 57 MiB; 6 or 7 pairs), Node 24.21. What saves less than 5 ms or 2 MiB is not here, but for the last rows of the table, which
// are 2 MiB together: with them an idle daemon stays below 60 MiB. `surprises` checks the result: where a dependency changed
// so that nothing is left out any more, the build fails instead of growing.
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'

/** By the name that is required: by whom, and what takes its place. */
const REPLACED = {
  // gRPC, and OpenSSL for it: 41 ms, 11 MiB.
  './session': { importer: /dockerode[\\/]lib/, contents: uncalled('session', 'netheal builds no images') },
  './buildkit': { importer: /dockerode[\\/]lib/, contents: uncalled('buildkit', 'netheal builds no images') },
  // With ssh2: 34 ms, 9 MiB.
  'docker-modem': {
    importer: /dockerode[\\/]lib/,
    contents: uncalled('docker-modem', 'src/docker/modem.ts takes its place'),
  },
  // 2.8 MiB.
  'date-fns': { importer: /pino-roll/, contents: uncalled('date-fns', 'logs roll by size, not by date') },
  // 4 ms, 1 MiB.
  'tar-fs': { importer: /dockerode[\\/]lib/, contents: uncalled('tar-fs', 'netheal builds no images') },
  // Names of its own for a task, which only have to differ within the process: 1 MiB.
  'node:crypto': { importer: /node-cron/, contents: "let made = 0; exports.randomUUID = () => 'task-' + (made += 1)" },
}

/** Text of a module that throws at the first call, but not when it is loaded or taken apart. */
function uncalled(name, why) {
  return `function absent() {
    throw new Error(${JSON.stringify(`${name} is not in the bundle: ${why}`)})
  }
  module.exports = new Proxy(absent, { get: (_, name) => (/^(__esModule|prototype)$/.test(String(name)) ? absent[name] : absent) })`
}

const replaced = {
  name: 'replaced',
  setup(builder) {
    builder.onResolve({ filter: /.*/ }, ({ path, importer }) =>
      Object.hasOwn(REPLACED, path) && REPLACED[path].importer.test(importer)
        ? { path, namespace: 'replaced' }
        : undefined,
    )
    builder.onLoad({ filter: /.*/, namespace: 'replaced' }, ({ path }) => ({ contents: REPLACED[path].contents }))
  },
}

/**
 * node-cron asks Intl what time it is, in any time zone. Ours is UTC (cli/clock.ts), which Date knows: the first question to
 * Intl reads ICU's tables, for as long as the daemon lives: 7.3 MiB.
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
 * Node's own modules are loaded at their first use. An import would load them at the start, and read every export: of
 * `node:http` too, some of which load a whole HTTP client and WebSockets when they are read: @BUILTINS@.
 */
const builtinsAtFirstUse = {
  name: 'builtins-at-first-use',
  setup(builder) {
    builder.onResolve({ filter: /.*/ }, ({ path, kind }) =>
      isBuiltin(path) && kind !== 'require-call' ? { path, namespace: 'builtins-at-first-use' } : undefined,
    )
    builder.onLoad({ filter: /.*/, namespace: 'builtins-at-first-use' }, ({ path }) => {
      const builtin = process.getBuiltinModule(path)
      const load = `require(${JSON.stringify(path)})`
      // Some are a function themselves, like node:events; and what is set on process must arrive there.
      if (typeof builtin === 'function' || builtin === process) return { contents: `module.exports = ${load}` }
      return {
        contents: `let loaded
          const load = () => (loaded ??= ${load})
          for (const name of ${JSON.stringify(Object.getOwnPropertyNames(builtin).sort())})
            Object.defineProperty(exports, name, { enumerable: true, get: () => load()[name] })`,
      }
    })
  },
}

/** What of the above went wrong in a finished bundle, given esbuild's metafile; nothing, if all is well. */
export function surprises(metafile) {
  const inputs = Object.keys(metafile.inputs)
  const unwanted =
    /node_modules\/(@grpc|protobufjs|@protobufjs|docker-modem|ssh2|date-fns|tar-fs)\/|^node_modules.*\.node$/
  return inputs.filter(input => unwanted.test(input)).map(input => `${input} is in the bundle`)
}

export const plugins = [replaced, onlyUtc, builtinsAtFirstUse]
