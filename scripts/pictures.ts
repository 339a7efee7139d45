// The README's picture of a heal, docs/pictures/heal.svg: what the demo says on a terminal when somebody disconnects a container.
// With --check it writes nothing, and exits 1 where the demo says other words by now; times differ from run to run, and do not
// count. `--root DIR` is for its test.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { demo } from '../src/cli/demo/demo.ts'
import type { ProcessIo } from '../src/cli/process-io.ts'

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    root: { type: 'string', default: join(import.meta.dirname, '..') },
  },
})

/** Milliseconds: the machine may be busy with other tests. */
const LONGEST = 60_000

/** Pixels. */
const LINE = 22
const LETTER = 7.83
const PAD = 18

const path = join(values.root, 'docs/pictures/heal.svg')
const picture = drawn(heal(await said()))
const isCurrent = existsSync(path) && masked(readFileSync(path, 'utf8')) === masked(picture)
if (values.check && !isCurrent) {
  console.error(`${path} is stale: run node scripts/pictures.ts`)
  process.exitCode = 1
}
if (!values.check && !isCurrent) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, picture)
  console.log(`wrote ${path}`)
}

/** All that the demo prints. Throws where one of its claims does not hold. */
async function said(): Promise<string> {
  let text = ''
  const plain = { isTerminal: false, color: false }
  const never = new AbortController().signal
  const host: ProcessIo = {
    env: {},
    pid: process.pid,
    out: part => {
      text += part
    },
    err: () => undefined,
    stdout: plain,
    stderr: plain,
    signals: { stop: never, abort: never, onReload: () => undefined },
  }
  if ((await demo(host, {}, { longest: LONGEST })) !== 0) throw new Error(`the demo failed:\n${text}`)
  return text
}

/** From the first disconnect to its proof. */
function heal(text: string): readonly string[] {
  const lines = text.split('\n').map(line => line.replace(/^ {2}(log \| )?/, ''))
  const from = lines.findIndex(line => line.startsWith('$ docker network disconnect'))
  const length = lines.slice(from).findIndex(line => /SUCCESS: \S+ resolves/.test(line)) + 1
  if (from === -1 || length === 0) throw new Error('the demo shows no disconnect with a proof any more')
  // What the demo itself says of it is no line of the log.
  return lines.slice(from, from + length).filter(line => /^(\$|\[)/.test(line))
}

function drawn(lines: readonly string[]): string {
  const width = Math.ceil(Math.max(...lines.map(l => l.length)) * LETTER + 2 * PAD)
  const height = lines.length * LINE + 2 * PAD
  const rows = lines.map(
    (line, i) => `<text x="${PAD}" y="${PAD + 15 + i * LINE}" xml:space="preserve">${coloured(line)}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>docker network disconnect, and what netheal writes into its action log</title>
<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dde6}.time{fill:#7d8896}.fixing{fill:#f0b75e}.action{fill:#7fb2ff}.success{fill:#72d39b}.typed{fill:#ffffff;font-weight:600}</style>
<rect width="${width}" height="${height}" rx="10" fill="#11161d"/>
${rows.join('\n')}
</svg>
`
}

function coloured(line: string): string {
  const [, time, word = '', rest] = /^(\[[^\]]+\]) ([A-Z]+)(:.*)$/.exec(line) ?? []
  if (time === undefined || rest === undefined) return `<tspan class="typed">${escaped(line)}</tspan>`
  return `<tspan class="time">${escaped(time)}</tspan> <tspan class="${word.toLowerCase()}">${word}</tspan>${escaped(rest)}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

/** Without what differs from run to run: times, and the width of the picture, which follows from them. */
function masked(svg: string): string {
  return svg
    .replace(/\[[^\]]+ UTC\]/g, '[]')
    .replace(/\d+(\.\d+)? m?s\b/g, 'N ms')
    .replace(/(viewBox|width|height)="[^"]*"/g, '')
}
