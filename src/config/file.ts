// Reads the config file as text. It may be anything: missing, a directory, a FIFO, of another encoding, forbidden, huge.
// Never hangs, never reads more than a mebibyte, and says for each case what to do about it.

import { statSync } from 'node:fs'
import { printable } from '../core/printable.ts'
import type { Origin } from './config.ts'
import { configError, type Problem } from './problem.ts'
import { type NotAFile, readRegular } from './regular-file.ts'

const BIGGEST = 1024 * 1024

/** Access to the disk; injected so that a test can refuse it. Rejects with an error that has Node's `code`. */
export interface Disk {
  /** The content of a regular file, at most `limit` bytes of it. For anything else: what it is, unread. */
  read(path: string, limit: number): Promise<Uint8Array | NotAFile>
  owner(path: string): Promise<{ readonly uid: number; readonly gid: number; readonly mode: number }>
}

export const realDisk: Disk = {
  read: async (path, limit) => readRegular(path, limit),
  owner: async path => statSync(path),
}

/** In place of a disk: whatever the path, the file is this. */
export function inMemory(value: unknown): Disk {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return { read: async () => bytes, owner: () => Promise.reject(new Error('there is no file')) }
}

/**
 * The text of the config file, without a byte order mark.
 * @param named where the path came from: a flag, a variable, or the default
 * @throws NethealError config, with a hint
 */
export async function readText(path: string, named: Origin, disk: Disk): Promise<string> {
  const fail = (why: string, advice: string, fault: FileFault = 'unusable') => {
    const origin = { kind: 'file', name: path } as const
    return configError(path, [
      { kind: 'file', fault, origin, why: `${printable(path)}${whence(named)} ${why}`, advice },
    ])
  }
  let bytes: Uint8Array | NotAFile
  try {
    bytes = await disk.read(path, BIGGEST + 1)
  } catch (error) {
    const { why, advice, fault } = await refusal(path, error, disk)
    throw fail(why, advice, fault)
  }
  if (typeof bytes === 'string')
    throw fail(`is a ${bytes === 'fifo' ? 'FIFO' : bytes}, not a file`, kindAdvice(path, bytes))
  if (bytes.length > BIGGEST)
    throw fail('is bigger than 1 MiB', 'no config is that big: name the right file with --config FILE')
  const text = decode(bytes)
  if (text.kind === 'bad') throw fail(text.why, 'save it as UTF-8')
  if (text.value.trim() === '')
    throw fail('is empty', 'write a config with `netheal init --write` or by hand (see config.example.json)')
  return text.value
}

type FileFault = Extract<Problem, { kind: 'file' }>['fault']

interface Refusal {
  readonly why: string
  readonly advice: string
  readonly fault?: FileFault
}

async function refusal(path: string, error: unknown, disk: Disk): Promise<Refusal> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  switch (code) {
    case 'ENOENT':
      return {
        fault: 'missing',
        why: 'does not exist',
        advice: 'write one with `netheal init --write`, or name another with --config FILE',
      }
    case 'ENOTDIR':
      return {
        fault: 'missing',
        why: 'does not exist: a part of its path is a file',
        advice: 'name the right file with --config FILE',
      }
    case 'ELOOP':
      return {
        why: 'cannot be read: its symbolic links form a loop',
        advice: `to look at it: ls -l ${shellWord(path)}`,
      }
    case 'EACCES':
    case 'EPERM':
      return {
        fault: 'closed',
        why: `cannot be read by this user${await ownerText(path, disk)}`,
        advice: permissionAdvice(path),
      }
    case 'ENXIO':
      return { why: 'is a socket or a device, not a file', advice: kindAdvice(path, 'socket') }
    default:
      return { why: `cannot be read (${code})`, advice: `to look at it: ls -l ${shellWord(path)}` }
  }
}

async function ownerText(path: string, disk: Disk): Promise<string> {
  try {
    const { uid, gid, mode } = await disk.owner(path)
    return ` (owner ${uid}, group ${gid}, mode ${(mode & 0o7777).toString(8).padStart(4, '0')})`
  } catch {
    // The directory is not readable either: no details then.
    return ''
  }
}

function permissionAdvice(path: string): string {
  const word = shellWord(path)
  return `let the netheal group read it: sudo chgrp netheal ${word} && sudo chmod 640 ${word}; or use sudo`
}

/** A path in a command that is safe to paste. */
function shellWord(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `'${printable(path).replaceAll("'", "'\\''")}'`
}

function kindAdvice(path: string, kind: NotAFile): string {
  return kind === 'directory'
    ? `name the file in it: --config ${shellWord(`${path.replace(/\/+$/, '')}/config.json`)}`
    : 'name a file with --config FILE'
}

function whence(named: Origin): string {
  return named.kind === 'environment' ? ` (from ${named.name})` : ''
}

type Decoded = { readonly kind: 'good'; readonly value: string } | { readonly kind: 'bad'; readonly why: string }

function decode(bytes: Uint8Array): Decoded {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return { kind: 'bad', why: 'is UTF-16, not UTF-8' }
  try {
    // Removes a byte order mark.
    return { kind: 'good', value: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { kind: 'bad', why: `is not UTF-8 (line ${firstBadLine(bytes)})` }
  }
}

/** A line break is never a part of another character in UTF-8, so the good lines before the first bad byte can be counted. */
function firstBadLine(bytes: Uint8Array): number {
  const [good = ''] = new TextDecoder('utf-8').decode(bytes).split('\uFFFD', 1)
  return good.split('\n').length
}
