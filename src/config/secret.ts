// Reads the value of a secret, as late as possible. Messages say only where it was looked for.

import { assertNever, NethealError } from '../core/errors.ts'
import { holdsUnseen, printable } from '../core/printable.ts'
import type { Secret } from '../core/secret.ts'
import { readRegular } from './regular-file.ts'
import { urlFault } from './url.ts'

const BIGGEST = 64 * 1024

type Variables = Readonly<Record<string, string | undefined>>

/**
 * The value, without surrounding white space. Read each time: the file may have changed.
 * @param env as `process.env`; a file that is not absolute is a credential below its CREDENTIALS_DIRECTORY
 * @throws NethealError `config`: not set, empty, not readable, not a file, bigger than 64 KiB
 */
export function resolveSecret(secret: Secret, env: Variables): string {
  switch (secret.kind) {
    case 'plain':
      return secret.value.trim()
    case 'env':
      return present(env[secret.name] ?? '', `the environment variable ${secret.name}`, 'is not set, or empty')
    case 'file': {
      const path = placeOf(secret.path, env)
      return present(read(path), printable(path), 'is empty')
    }
    default:
      return assertNever(secret)
  }
}

/**
 * The value of a secret that is a web address.
 * @throws NethealError `config`, also when it is no http(s) URL
 */
export function urlOfSecret(secret: Secret, env: Variables): string {
  const value = resolveSecret(secret, env)
  const fault = urlFault(value)
  if (fault === null) return value
  throw refusal(`${whence(secret, env)} does not contain an http:// or https:// URL`, fault)
}

function whence(secret: Secret, env: Variables): string {
  if (secret.kind === 'env') return `the environment variable ${secret.name}`
  return secret.kind === 'file' ? printable(placeOf(secret.path, env)) : 'the config'
}

function placeOf(path: string, env: Variables): string {
  if (path.startsWith('/')) return path
  const directory = env.CREDENTIALS_DIRECTORY
  if (directory !== undefined && directory !== '') return `${directory}/${path}`
  throw refusal(
    `the credential ${printable(path)} does not exist: systemd passed none to this process`,
    `add LoadCredential=${path}:/path/to/the/file to the unit, or write an absolute path`,
  )
}

function read(path: string): string {
  try {
    const bytes = readRegular(path, BIGGEST + 1)
    if (typeof bytes === 'string') {
      const kind = bytes === 'fifo' ? 'FIFO' : bytes
      throw refusal(`${printable(path)} is a ${kind}, not a file`, 'name the file that holds the secret')
    }
    if (bytes.length > BIGGEST)
      throw refusal(`${printable(path)} is bigger than 64 KiB`, 'no secret is that big: name the file that holds it')
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof NethealError) throw error
    throw unreadable(path, error)
  }
}

function unreadable(path: string, error: unknown): NethealError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  const place = printable(path)
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return refusal(`${place} does not exist`, 'write the secret into it, readable by netheal only')
    case 'EACCES':
    case 'EPERM':
      return refusal(`${place} cannot be read by this user`, `let netheal read it: chgrp netheal and chmod 640`)
    case 'ENXIO':
      return refusal(`${place} is a socket or a device, not a file`, 'name the file that holds the secret')
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return refusal(`${place} is not UTF-8 text`, 'name the file that holds the secret')
    default:
      return refusal(`${place} cannot be read (${code})`, 'name the file that holds the secret')
  }
}

function present(text: string, place: string, why: string): string {
  const value = text.trim()
  if (value === '') throw refusal(`${place} ${why}`, 'it must contain the secret')
  if (holdsUnseen(value))
    throw refusal(`${place} contains more than one line`, 'it must contain the secret and nothing else')
  return value
}

function refusal(message: string, hint: string): NethealError {
  return new NethealError('config', message, { hint })
}
