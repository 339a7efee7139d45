/** Whoever reads the output of the installed netheal may be slow, or go away: a pipe of bash's, which holds 64 KiB. */
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { APP, type Host, NETWORK, onHost } from './host.ts'
import { isPage } from './looking-back.ts'

const run = promisify(execFile)

/** Bytes that a pipe holds. */
const PIPE = 65_536
const MEBIBYTE = 1_048_576
/** Enough for more than a mebibyte of JSON. */
const LOSSES = 4_000

/** What came out of a pipe, and how netheal before it ended. */
export interface Piped {
  readonly out: string
  readonly code: number
  readonly err: string
}

/** Writes an action log with `LOSSES` losses. */
export function longLog(host: Host): void {
  mkdirSync(host.at('log'))
  const begin = Date.now() - 3 * 86_400_000
  const lines = Array.from({ length: LOSSES }, (_, n) => {
    const at = new Date(begin + n * 60_000).toISOString().replace('T', ' ').slice(0, 19)
    return [
      `[${at} UTC] FIXING: ${APP} not attached to ${NETWORK} (cause: explicit)`,
      `[${at} UTC] SUCCESS: Connected ${APP} to ${NETWORK} in 45 ms`,
    ]
  })
  host.write('log/actions.1.log', `${lines.flat().join('\n')}\n`)
}

/**
 * Into a reader that takes one byte, then nothing for as long as another netheal takes from its start to its end (far
 * longer than an early end of this one would), and then all there is.
 */
export async function intoSlowReader(host: Host, argv: readonly string[]): Promise<Piped> {
  const gate = host.at('gate')
  await run('mkfifo', [gate])
  const piped = into(host, argv, `{ head -c 1; cat "$GATE" >/dev/null; cat; }`, gate)
  const { code } = await host.run(['--version'])
  if (code !== 0) throw new Error(`netheal --version ended with ${code}`)
  // It waits here until the reader has its one byte.
  await writeFile(gate, 'on')
  return await piped
}

/** Into a reader that goes away after one byte. */
export function intoLeavingReader(host: Host, argv: readonly string[]): Promise<Piped> {
  return into(host, argv, 'head -c 1')
}

/** A daemon whose reader goes away after one byte: what it said until then, once `during`, which is given its pid, is over. */
export async function daemonWithoutReader(host: Host, during: (pid: () => number) => Promise<void>): Promise<Piped> {
  const piped = into(host, onHost('run'), 'head -c 1')
  const ended = piped.then(() => undefined)
  await Promise.race([
    during(() => Number(host.read('piped.pid'))),
    ended.then(() => Promise.reject(new Error('it ended'))),
  ])
  return await piped
}

async function into(host: Host, argv: readonly string[], reader: string, gate = ''): Promise<Piped> {
  const netheal = '{ echo "$BASHPID" >"$PID"; exec "$@" 2>"$ERR"; }'
  const script = `${netheal} | ${reader}; echo "\${PIPESTATUS[0]}" >"$CODE"`
  const files = { PID: host.at('piped.pid'), ERR: host.at('piped.err'), CODE: host.at('piped.code') }
  const env = { PATH: process.env.PATH, GATE: gate, ...files }
  const words = ['--norc', '-c', script, 'bash', host.installed.command, ...host.words(argv)]
  const { stdout } = await run('bash', words, { env, maxBuffer: 64 * MEBIBYTE })
  return { out: stdout, code: Number(host.read('piped.code')), err: host.read('piped.err') }
}

export interface LongOutput {
  readonly title: string
  readonly argv: readonly string[]
  /** Bytes. */
  readonly least: number
  /** That its last byte is there. */
  readonly isWhole: (out: string) => void
}

/** What prints more than a pipe holds, on a host with a long log. */
export const LONG: readonly LongOutput[] = [
  {
    title: 'history --json',
    argv: onHost('history', '--json'),
    least: MEBIBYTE,
    isWhole: out => expect((JSON.parse(out) as { losses: unknown[] }).losses).toHaveLength(LOSSES),
  },
  { title: 'report --html -', argv: onHost('report', '--html', '-'), least: PIPE, isWhole: isPage },
]
