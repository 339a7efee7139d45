/** Long output into a pipe: a slow reader gets all of it, and one that goes away ends the command without a word. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installInto } from '../../bench/program.ts'
import type { Entry } from '../../src/core/entry.ts'
import { openActionLog } from '../../src/record/action-log.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const build = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))
/** What a pipe holds. */
const PIPE = 65_536
const NETWORK = 'supabase'

let folder = ''
const commands: Record<string, readonly string[]> = {}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netheal-output-'))
  const bundle = join(folder, 'netheal.js')
  await run(process.execPath, [build, '--out', bundle])
  const installed = join(folder, 'installed')
  await run('mkdir', [installed, join(folder, 'log')])
  Object.assign(commands, { built: [process.execPath, bundle], packaged: [installInto(installed)] })
  await writeLog()
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Of losses enough for a megabyte of JSON. */
async function writeLog(): Promise<void> {
  const now = Math.floor(Date.now() / 1000) * 1000
  const entries = Array.from({ length: 4_000 }, (_, n): Entry[] => {
    const subject = { at: now - 3_600_000 + n * 500, container: `app-${n}`, network: NETWORK }
    return [
      { kind: 'fixing', ...subject, why: `not attached to ${NETWORK}`, cause: 'explicit', evidence: null },
      { kind: 'success', ...subject, verb: 'connect', milliseconds: 12, notes: [] },
    ]
  })
  const log = openActionLog({ directory: join(folder, 'log'), format: 'json', maxSize: 1e8, keep: 10 })
  await log.write(entries.flat())
  await log.close()
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({
      attachments: [{ containers: ['app'], network: NETWORK }],
      log: { directory: join(folder, 'log') },
      state: { directory: join(folder, 'state') },
      lock: { directory: join(folder, 'lock') },
    }),
  )
}

/** A command that writes into a pipe of which nobody has read yet but its first byte. */
interface Piped {
  readonly first: Buffer
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>
  /** Until the writer closes its end. */
  readRest(): Promise<Buffer>
  goAway(): void
}

async function piped(name: string, args: readonly string[]): Promise<Piped> {
  const [program = '', ...first] = commands[name] ?? []
  const path = join(folder, `${name}-${args[0]}-${Math.random()}`)
  await run('mkfifo', [path])
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const writer = openSync(path, constants.O_WRONLY)
  const child = spawn(program, [...first, ...args, '--config', join(folder, 'config.json')], {
    stdio: ['ignore', writer, 'pipe'],
    env: { PATH: process.env.PATH },
  })
  closeSync(writer)
  let stderr = ''
  child.stderr?.on('data', chunk => (stderr += chunk))
  const ended = once(child, 'close').then(([code]) => ({ code, stderr }))

  /** null: nothing is there now. */
  const read = (size: number): Buffer | null => {
    const buffer = Buffer.alloc(size)
    try {
      return buffer.subarray(0, readSync(reader, buffer))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null
      throw error
    }
  }
  const sleepsOrIsGone = () => {
    if (child.exitCode !== null) return true
    return / [SZ] /.test(readFileSync(`/proc/${child.pid}/stat`, 'latin1'))
  }
  const byte = await until(() => read(1), { what: 'the first byte', deadline: 25_000, every: 2 })
  await until(sleepsOrIsGone, { what: 'a full pipe', every: 2 })
  return {
    first: byte,
    ended,
    async readRest() {
      const parts: Buffer[] = []
      const isAll = () => {
        for (;;) {
          const part = read(PIPE)
          if (part === null) return false
          if (part.length === 0) return true
          parts.push(part)
        }
      }
      await until(isAll, { what: 'the end of the output', deadline: 25_000, every: 2 })
      closeSync(reader)
      return Buffer.concat(parts)
    },
    goAway: () => closeSync(reader),
  }
}

describe.each(['built', 'packaged'])('%s', name => {
  test.each([
    ['history', ['history', '--json'], /^\{[\s\S]*\}\n$/],
    ['the page', ['report', '--html', '-'], /^<!doctype html>[\s\S]*<\/html>\n$/],
  ])('%s reaches a slow reader to its last byte', async (_what, args, whole) => {
    const { first, ended, readRest } = await piped(name, args)
    const text = Buffer.concat([first, await readRest()]).toString()
    expect(await ended).toEqual({ code: 0, stderr: '' })
    expect(text.length).toBeGreaterThan(PIPE)
    expect(text.slice(-100)).toMatch(/\n$/)
    expect(whole.test(text)).toBe(true)
  })

  test('history is ended quietly by a reader that goes away, as by SIGPIPE', async () => {
    const { ended, goAway } = await piped(name, ['history', '--json'])
    goAway()
    expect(await ended).toEqual({ code: 141, stderr: '' })
  })
})
