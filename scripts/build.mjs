// Bundles src/main.ts with everything it needs into one executable file, dist/netheal.js, with its source map beside it.
// The same sources and commit give the same bytes: no times, no paths of this machine.
//   node scripts/build.mjs [--shape bundle|package] [--entry src/main.ts] [--out dist/netheal.js] [--metafile FILE]
// --shape package: what packaging/netheal.cjs starts, a function in parentheses, because V8 takes compiled code for scripts
// but not for the main module. No source map: names and lines can be read as they are.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { plugins, surprises } from './bundle-plugins.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values } = parseArgs({
  options: {
    shape: { type: 'string', default: 'bundle' },
    entry: { type: 'string', default: join(root, 'src/main.ts') },
    out: { type: 'string', default: join(root, 'dist/netheal.js') },
    metafile: { type: 'string' },
  },
})
const pkg = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

function commit() {
  const git = (...args) =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const id = git('rev-parse', '--short=12', 'HEAD').trim()
    return git('status', '--porcelain', '--untracked-files=no').trim() === '' ? id : `${id}-dirty`
  } catch {
    return 'unknown'
  }
}

const shapes = {
  // CommonJS packages inside of an ES module: their require of Node's own modules, and pino's __dirname.
  bundle: {
    format: 'esm',
    sourcemap: 'linked',
    banner: {
      js: `#!/usr/bin/env node
const require = process.getBuiltinModule('node:module').createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname`,
    },
  },
  package: {
    format: 'cjs',
    banner: {
      js: `(function (exports, require, module, __filename, __dirname) {'use strict'
const __url = \`file://\${__filename}\``,
    },
    footer: { js: '})' },
  },
}
const shape = shapes[values.shape]
if (shape === undefined) throw new Error(`--shape ${values.shape}: it is bundle or package`)

const out = resolve(values.out)
const result = await build({
  absWorkingDir: root,
  entryPoints: [resolve(values.entry)],
  outfile: out,
  bundle: true,
  ...shape,
  platform: 'node',
  target: 'node22.12',
  // Names stay what they are in the sources, and lines short, so that a stack can be read as it is.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  sourcesContent: false,
  legalComments: 'none',
  // Its main file asks for its parts by a require that is an argument, for AMD loaders: esbuild cannot follow that.
  // Only the parser is needed, not what formats and edits.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/impl/parser.js' },
  define: {
    ...(shape.format === 'cjs' ? { 'import.meta.filename': '__filename', 'import.meta.url': '__url' } : {}),
    __NETHEAL_VERSION__: JSON.stringify(pkg.version),
    __NETHEAL_COMMIT__: JSON.stringify(commit()),
    __NETHEAL_ENGINES__: JSON.stringify(pkg.engines.node),
  },
  plugins,
  metafile: true,
  logLevel: 'warning',
  write: false,
}).catch(() => process.exit(1)) // esbuild has said why
const wrong = surprises(result.metafile)
if (wrong.length > 0) throw new Error(`the bundle is not what it should be: ${wrong.join('; ')}`)

// As ASCII V8 reads it twice as fast, and keeps it in half the memory.
for (const { path, text } of result.outputFiles)
  if (path === out && (/[^\0-\x7f]/.test(text) || text.includes('import_meta')))
    throw new Error(`${path} is not plain ASCII, or asks for an import.meta that it does not have`)

// A file that appears whole: a demo or a daemon may be starting from it at this moment.
mkdirSync(dirname(out), { recursive: true })
for (const file of result.outputFiles) {
  writeFileSync(`${file.path}.new`, file.contents)
  if (file.path === out) chmodSync(`${file.path}.new`, 0o755)
  renameSync(`${file.path}.new`, file.path)
}
if (values.metafile !== undefined) writeFileSync(values.metafile, JSON.stringify(result.metafile))
